import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BrowserJar } from "../../js_shim/src/host/browser_jar.js";
import { HandlerJar } from "../../js_shim/src/host/handler_jar.js";
import { Host } from "../../js_shim/src/host/host.js";
import {
  CookieDocument,
  fails,
  hangs,
  kept,
  MemoryStore,
  nextTurn,
  printed,
  printedWith,
  withoutWaiting,
} from "./browser.mjs";

const KEY = "browser-tabs-lock-key-L";

/** The host of a page with this storage, whose functions and network are as given. */
function hostOf(functions = {}, nativeFetch = fails) {
  globalThis.document = new CookieDocument();
  const store = new MemoryStore();
  const host = new Host(nativeFetch, { store }, functions, new BrowserJar(store));
  return { host, store };
}

describe("a page's lockFactory", () => {
  for (const [what, lockFactory, name] of [
    ["throws", fails, "lockFactory"],
    ["never answers", hangs, "lockFactory"],
    ["gives nothing", () => undefined, "lockFactory"],
    ["gives a lock that throws", () => ({ acquireLock: fails }), "lockFactory.acquireLock"],
    ["gives a lock that never answers", () => ({ acquireLock: hangs }), "lockFactory.acquireLock"],
  ]) {
    test(`if it ${what}, that is reported, and our own lock is used`, async () => {
      const { host, store } = hostOf({ lockFactory });
      assert.equal(await withoutWaiting(() => host.lock(1, "L", 60_000)), true);
      assert.ok(store.getItem(KEY));
      assert.equal(printedWith(`The page's ${name} `).length, 1);
      host.unlock(1);
      assert.equal(store.getItem(KEY), null);
    });
  }

  test("a lock of its that is taken too late is freed", async () => {
    let take;
    const freed = [];
    const { host } = hostOf({
      lockFactory: () => ({
        acquireLock: () =>
          new Promise((resolve) => {
            take = resolve;
          }),
        releaseLock: (name) => freed.push(name),
      }),
    });
    assert.equal(await withoutWaiting(() => host.lock(1, "L", 60_000)), true);
    take(true);
    await nextTurn();
    assert.deepEqual(freed, ["L"]);
    host.unlock(1);
  });

  test("a lock of its that another tab holds is not taken, and ours does not replace it", async () => {
    const lock = { acquireLock: async () => false, releaseLock: fails };
    const { host, store } = hostOf({ lockFactory: () => lock });
    assert.equal(await host.lock(1, "L", 1), false);
    host.unlock(1);
    assert.equal(store.getItem(KEY), null);
    assert.deepEqual(printed, []);
  });

  test("a caller that cannot wait does not get a lock of its", () => {
    const { host, store } = hostOf({ lockFactory: hangs });
    assert.equal(host.lockNow(1, "L"), false);
    assert.equal(store.getItem(KEY), null);
  });
});

describe("a flow's lock", () => {
  test("it is freed once, by its own flow, or at the end of all", async () => {
    const { host, store } = hostOf();
    assert.equal(await host.lock(1, "L", 60_000), true);
    host.unlock(2);
    assert.ok(store.getItem(KEY));
    host.unlock(1);
    assert.equal(store.getItem(KEY), null);
    assert.equal(host.lockNow(2, "L"), true);
    host.unlock(1);
    assert.ok(store.getItem(KEY));
    host.close();
    assert.equal(store.getItem(KEY), null);
  });

  test("with cookies elsewhere it is freed when they are written, and not taken without a wait", async () => {
    let goOn = () => {};
    const setCookie = () =>
      new Promise((resolve) => {
        goOn = resolve;
      });
    const cookieHandler = () => ({ getCookie: () => "a=1", setCookie });
    const { host, store } = hostOf({ cookieHandler });
    assert.ok(host.jar instanceof HandlerJar);
    assert.equal(host.lockNow(1, "L"), false);
    await host.lock(1, "L", 60_000);
    host.jar.write([kept("a", "1")]);
    host.unlock(1);
    await nextTurn();
    assert.ok(store.getItem(KEY));
    goOn();
    await nextTurn();
    assert.equal(store.getItem(KEY), null);
  });
});

describe("what is got from the network", () => {
  test("a page's own fetch that knows no signal and never answers is status 0", async () => {
    const alive = setInterval(() => {}, 1000); // the signal's timer keeps no process alive
    const { host } = hostOf({}, hangs);
    assert.deepEqual(JSON.parse(await host.get({ ...step, timeout: 1 })), { status: 0 });
    clearInterval(alive);
  });

  const step = { do: "get", url: "https://api.example.com/jwks", timeout: 60_000 };

  test("it is asked for without credentials, and past the cache if it must be fresh", async () => {
    const asked = [];
    const { host } = hostOf({}, async (_url, { signal: _, ...init }) => {
      asked.push(init);
      return new Response("{}", { headers: { "cache-control": "max-age=60" } });
    });
    const found = JSON.parse(await host.get(step));
    assert.deepEqual(found, { status: 200, text: "{}", cache_control: "max-age=60" });
    await host.get({ ...step, fresh: true });
    assert.deepEqual(asked, [
      { credentials: "omit", cache: "default" },
      { credentials: "omit", cache: "no-cache" },
    ]);
  });

  test("no response, or one that breaks off, is status 0", async () => {
    const broken = () =>
      new ReadableStream({ pull: (control) => control.error(new Error("gone")) });
    for (const nativeFetch of [
      async () => fails(),
      async () => new Response(broken(), { status: 200 }),
    ]) {
      const { host } = hostOf({}, nativeFetch);
      assert.deepEqual(JSON.parse(await host.get(step)), { status: 0 });
    }
  });
});

test("a storage that is full, or that the page has not, breaks nothing", () => {
  const { host, store } = hostOf();
  host.writeStorage({ skew: "1" });
  assert.equal(store.getItem("skew"), "1");
  store.setItem = fails;
  host.writeStorage({ skew: "2" });
  host.window.store = null;
  host.writeStorage({ skew: "3" });
});
