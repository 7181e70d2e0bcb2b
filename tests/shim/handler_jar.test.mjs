import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BrowserJar } from "../../js_shim/src/host/browser_jar.js";
import { HandlerJar } from "../../js_shim/src/host/handler_jar.js";
import {
  CookieDocument,
  fails,
  gone,
  hangs,
  isHandlerFailure,
  kept,
  MemoryStore,
  nextTurn,
  printed,
  printedWith,
  withoutWaiting,
} from "./browser.mjs";

function jarOf(handler) {
  globalThis.document = new CookieDocument();
  return new HandlerJar(handler, new BrowserJar(new MemoryStore()));
}
const jarWith = (handler) => jarOf(() => handler);

describe("a cookieHandler whose getCookie fails", () => {
  for (const [what, getCookie] of [
    ["throws", fails],
    ["rejects", async () => fails()],
    ["never answers", hangs],
    ["gives a number", () => 7],
    ["gives an object", () => ({})],
  ]) {
    test(`if it ${what}, what is kept is unknown until it was read once`, async () => {
      const handler = { getCookie, setCookie: () => {} };
      const jar = jarWith(handler);
      const isFailure = isHandlerFailure("cookieHandler.getCookie");
      await withoutWaiting(() => assert.rejects(jar.sync(), isFailure));
      await withoutWaiting(() => assert.rejects(jar.sync(), isFailure));
      assert.equal(jar.isKnown, false);
      handler.getCookie = async () => "a=1";
      await jar.sync();
      assert.equal(jar.isKnown, true);
      assert.equal(jar.read(), "a=1");
      handler.getCookie = getCookie;
      await withoutWaiting(() => jar.sync());
      assert.equal(jar.read(), "a=1");
      assert.equal(printedWith("cookieHandler.getCookie").length, 1);
    });
  }
});

describe("a cookieHandler's setCookie", () => {
  for (const [what, setCookie] of [
    ["throws", fails],
    ["rejects", async () => fails()],
    ["never answers", hangs],
  ]) {
    test(`if it ${what}, that is reported and nothing hangs`, async () => {
      const jar = jarWith({ getCookie: () => "", setCookie });
      jar.write([kept("a", "1"), kept("b", "2")]);
      await withoutWaiting(() => jar.flushed());
      assert.ok(printedWith("cookieHandler.setCookie").length > 0);
      assert.equal(printedWith("keeps nothing").length, 0);
    });
  }

  test("a write begins when the one before it is done", async () => {
    const order = [];
    const setCookie = async (write) => {
      const [name] = write;
      order.push(`${name} begins`);
      await nextTurn();
      order.push(`${name} is done`);
    };
    const jar = jarWith({ getCookie: () => "a=1; b=1", setCookie });
    jar.write([kept("a", "1")]);
    jar.write([kept("b", "1")]);
    await jar.flushed();
    assert.deepEqual(order, ["a begins", "a is done", "b begins", "b is done"]);
  });

  test("what a slow one has left of earlier writes does not come after later ones", async () => {
    const written = [];
    let goOn = () => {};
    const slow = new Promise((done) => {
      goOn = done;
    });
    const setCookie = (write) => (written.push(write.split(";")[0]) === 1 ? slow : undefined);
    const jar = jarWith({ getCookie: () => "a=2; b=2", setCookie });
    jar.write([kept("a", "1"), kept("b", "1"), kept("c", "1")]);
    await withoutWaiting(() => jar.flushed());
    jar.write([kept("a", "2"), kept("b", "2")]);
    await jar.flushed();
    goOn();
    await nextTurn();
    assert.deepEqual(written, ["a=1", "a=2", "b=2", "c=1"]);
  });
});

describe("a mirror of what is kept", () => {
  test("it has what was written before that is kept, and loses it to no older answer", async () => {
    const answers = [];
    const jar = jarWith({
      getCookie: () => new Promise((resolve) => answers.push(resolve)),
      setCookie: () => {},
    });
    const synced = jar.sync();
    await nextTurn();
    jar.write([kept("a", "2")]);
    assert.equal(jar.read(), "a=2");
    answers.shift()("a=1"); // asked before the write
    await nextTurn();
    assert.equal(jar.read(), "a=2");
    while (answers.length > 0) {
      answers.shift()("a=2; b=3");
      await nextTurn();
    }
    await synced;
    assert.equal(jar.read(), "a=2; b=3");
  });

  test("flushed() waits until all is written, sync() for that and for the answer", async () => {
    const done = [];
    const setCookie = async () => {
      await nextTurn();
      done.push("written");
    };
    const getCookie = async () => {
      done.push("read");
      return "a=1";
    };
    const jar = jarWith({ getCookie, setCookie });
    jar.write([kept("a", "1")]);
    jar.write([kept("a", "1")]);
    await jar.sync();
    assert.deepEqual(done.slice(-2), ["written", "read"]);
    assert.equal(done.filter((each) => each === "written").length, 2);
    assert.equal(jar.isMirrored, true);
  });
});

describe("a cookieHandler", () => {
  for (const [what, make] of [
    ["throws", fails],
    ["gives nothing", () => undefined],
    ["lacks setCookie", () => ({ getCookie: () => "" })],
  ]) {
    test(`one that ${what} is refused with its name`, () => {
      assert.throws(() => jarOf(make), isHandlerFailure("cookieHandler"));
    });
  }

  test("it gets the browser's own cookies as its original", async () => {
    const jar = jarOf((original) => original);
    jar.write([kept("a", "1")]);
    await jar.flushed();
    assert.equal(document.cookie, "a=1");
    await jar.sync();
    assert.equal(jar.read(), "a=1");
  });

  test("one that keeps nothing is reported once", async () => {
    const jar = jarWith({ getCookie: () => "other=1", setCookie: () => {} });
    jar.write([gone("a")]);
    await jar.flushed();
    assert.deepEqual(printed, []);
    for (let round = 0; round < 2; round++) {
      jar.write([kept("a", "1"), kept("b", "2")]);
      await jar.flushed();
    }
    assert.equal(printedWith("cookieHandler keeps nothing").length, 1);
    assert.equal(printed.length, 1);
  });

  test("one that keeps what it is given is not complained about", async () => {
    const has = new CookieDocument();
    const setCookie = async (write) => {
      has.cookie = write;
    };
    const jar = jarWith({ getCookie: async () => has.cookie, setCookie });
    jar.write([kept("a", "1"), gone("b")]);
    await jar.flushed();
    assert.deepEqual(printed, []);
  });
});
