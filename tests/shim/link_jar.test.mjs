import "./setup.mjs";
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { closed } from "../../js_shim/src/errors.js";
import { LinkJar } from "../../js_shim/src/worker/link_jar.js";

const write = (pair) => `${pair};expires=Fri, 31 Dec 9999 23:59:59 GMT;path=/`;

/** A link whose questions a test answers when it likes. */
class PlayedLink {
  asked = [];

  ask(...question) {
    return new Promise((resolve, reject) => {
      this.asked.push({ question, resolve, reject });
    });
  }

  /** Answer the earliest question. */
  async answer(value) {
    this.asked.shift().resolve(value);
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** @type {PlayedLink} */
let link;
beforeEach(() => {
  link = new PlayedLink();
});

describe("a worker's cookies", () => {
  test("what the page knew when the worker joined is read at once", () => {
    const jar = new LinkJar(link, "a=1", "cookies");
    assert.deepEqual([jar.read(), jar.isKnown, jar.isMirrored], ["a=1", true, true]);
    assert.equal(jar.place, "cookies");
    assert.deepEqual(link.asked, []);
  });

  test("if the page could not read them, they are not known until it can", async () => {
    const jar = new LinkJar(link, null, "cookieHandler");
    assert.equal(jar.isKnown, false);
    const synced = jar.sync();
    await settled();
    await link.answer("a=1");
    await synced;
    assert.deepEqual([jar.read(), jar.isKnown], ["a=1", true]);
  });

  test("a write is read at once, and is sent in the same task", () => {
    const jar = new LinkJar(link, "a=1; b=1", "cookies");
    jar.write([write("a=2")]);
    jar.write([write("b=2")]);
    assert.equal(jar.read(), "a=2; b=2");
    const questions = link.asked.map(({ question }) => question);
    assert.deepEqual(questions, [
      ["write", [write("a=2")]],
      ["write", [write("b=2")]],
    ]);
  });

  test("a report that the page made before it knew of a write is out of date", async () => {
    const jar = new LinkJar(link, "a=1", "cookies");
    jar.write([write("a=2")]);
    jar.write([write("a=3")]);
    jar.update("a=1");
    assert.equal(jar.read(), "a=3");
    await link.answer("a=2");
    assert.equal(jar.read(), "a=3"); // the answer to the first write, while the second is outstanding
    await link.answer("a=3; theirs=1");
    assert.equal(jar.read(), "a=3; theirs=1");
    jar.update("a=4");
    assert.equal(jar.read(), "a=4");
  });

  test("a sync waits for writes, and for those that come while it asks", async () => {
    const jar = new LinkJar(link, "a=1", "cookies");
    jar.write([write("a=2")]);
    let isSynced = false;
    const synced = jar.sync().then(() => {
      isSynced = true;
    });
    await link.answer("a=2");
    assert.deepEqual(link.asked[0].question, ["cookies"]);
    jar.write([write("a=3")]);
    const late = link.asked.shift();
    await link.answer("a=3");
    late.resolve("a=2"); // what the page knew before that write
    await settled();
    assert.deepEqual([jar.read(), isSynced], ["a=3", false]);
    await link.answer("a=3; b=1");
    await synced;
    assert.equal(jar.read(), "a=3; b=1");
  });

  test("a write that the page refuses ends, and what the page reports counts again", async () => {
    const jar = new LinkJar(link, "a=1", "cookies");
    jar.write([write("a=2")]);
    link.asked.shift().reject(closed());
    await jar.flushed();
    jar.update("a=1");
    assert.equal(jar.read(), "a=1");
  });

  test("if the page cannot be asked, a sync rejects with its reason", async () => {
    const jar = new LinkJar(link, "a=1", "cookies");
    const synced = jar.sync();
    await settled();
    link.asked.shift().reject(closed());
    await assert.rejects(synced, { code: "CLOSED" });
    assert.equal(jar.read(), "a=1");
  });

  test("an answer that is no text is refused", async () => {
    const jar = new LinkJar(link, "a=1", "cookies");
    const synced = jar.sync();
    await settled();
    link.asked.shift().resolve({ cookies: "a=2" });
    await assert.rejects(synced, { code: "SUPERTOKENS_ERROR" });
    assert.equal(jar.read(), "a=1");
  });

  test("after the page has closed nothing is known, though a write is outstanding", () => {
    const jar = new LinkJar(link, "a=1", "cookies");
    jar.write([write("b=1")]);
    jar.forget();
    assert.equal(jar.read(), "");
  });
});
