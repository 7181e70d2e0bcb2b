import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DatabaseJar } from "../../js_shim/src/host/database_jar.js";
import { kept, printed, printedWith, withoutWaiting } from "./browser.mjs";
import { Database } from "./database.mjs";

/** The jar of an IndexedDB with this value. */
async function jarOf(value, more = {}) {
  const database = Object.assign(new Database(), { value }, more);
  globalThis.indexedDB = database;
  const jar = new DatabaseJar();
  await jar.sync();
  return { database, jar };
}
const write = async (jar, ...writes) => {
  jar.write(writes);
  await jar.flushed();
};
const isUnavailable = (error) => error.name === "StorageUnavailable";
const SESSION = "front=f1; access=a1; refresh=r1";
const rotated = ["front", "access", "refresh"].map((name) => kept(name, `${name[0]}2`));
const ROTATED = "front=f2; access=a2; refresh=r2";

describe("the session in IndexedDB", () => {
  test("one aborted transaction is made again on another connection", async () => {
    const { database, jar } = await jarOf(SESSION);
    database.aborts = 1;
    await jar.sync();
    database.aborts = 1;
    await write(jar, ...rotated);
    assert.equal(database.value, ROTATED);
    assert.equal(database.opened, 3);
    assert.equal(jar.place, "indexedDB");
    assert.deepEqual(printed, []);
  });

  test("while the store cannot be read its content is not used", async () => {
    const { database, jar } = await jarOf(SESSION);
    database.aborts = 2;
    await assert.rejects(jar.sync(), isUnavailable);
    await jar.sync();
    assert.equal(jar.read(), SESSION);
  });

  test("new tokens that the store does not keep live in memory, and the spent ones go", async () => {
    const { database, jar } = await jarOf(SESSION, { isFull: true });
    await write(jar, ...rotated);
    assert.equal(database.value, undefined);
    await jar.sync();
    assert.equal(jar.read(), ROTATED);
    assert.equal(jar.place, "memory");
    assert.equal(printedWith("IndexedDB does not keep").length, 1);
    database.isFull = false;
    await write(jar, kept("front", "f3"));
    assert.equal(database.value, "access=a2; refresh=r2; front=f3");
    assert.equal(jar.place, "indexedDB");
  });

  test("a change of a part that the store does not keep leaves the session where it is", async () => {
    const { database, jar } = await jarOf(SESSION, { isFull: true });
    await write(jar, kept("front", "f2"));
    await jar.sync();
    assert.equal(jar.read(), SESSION);
    assert.equal(jar.place, "indexedDB");
    assert.equal(database.value, SESSION);
  });

  test("tokens that could not be kept do not replace what others have written since", async () => {
    const { database, jar } = await jarOf(SESSION);
    database.aborts = 3;
    await write(jar, ...rotated);
    assert.equal(jar.place, "memory");
    database.value = "front=g1; access=b1; refresh=s1";
    await write(jar, kept("front", "f3"));
    await jar.sync();
    assert.equal(jar.read(), "front=g1; access=b1; refresh=s1");
  });

  test("a store that cannot be opened at all is memory, which begins empty", async () => {
    const { database, jar } = await jarOf(SESSION, { isBlocked: true });
    assert.equal(jar.read(), "");
    await write(jar, ...rotated);
    await jar.sync();
    assert.equal(jar.read(), ROTATED);
    assert.equal(database.value, SESSION);
    assert.equal(printedWith("IndexedDB does not keep").length, 1);
  });

  test("that the site's data was cleared is noticed, and the next session is kept", async () => {
    const { database, jar } = await jarOf(SESSION);
    let changes = 0;
    jar.changed = () => {
      changes += 1;
    };
    database.clear();
    assert.equal(changes, 1);
    await jar.sync();
    assert.equal(jar.read(), "");
    await write(jar, ...rotated);
    assert.equal(database.value, ROTATED);
  });

  test("an IndexedDB that never answers hangs nothing", async () => {
    const { database, jar } = await jarOf(SESSION);
    database.clear();
    database.open = () => ({});
    await withoutWaiting(() => assert.rejects(jar.sync(), isUnavailable));
    await withoutWaiting(() => write(jar, ...rotated));
    assert.equal(jar.read(), ROTATED);
  });
});
