import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { WindowHandler } from "../../js_shim/src/host/window_handler.js";
import { fails, isHandlerFailure, MemoryStore, printedWith } from "./browser.mjs";

const ADDRESS = "http://real.example/app/page?x=1";

function pageWith(windowHandler) {
  globalThis.location = new URL(ADDRESS);
  Object.defineProperty(globalThis, "document", {
    value: { baseURI: ADDRESS },
    configurable: true,
    writable: true,
  });
  return new WindowHandler(windowHandler);
}
const located = (own) => (page) => ({ ...page, location: { ...page.location, ...own } });

describe("a page's windowHandler", () => {
  for (const [what, handler] of [
    ["throws", fails],
    ["gives nothing", () => undefined],
  ]) {
    test(`one that ${what} is refused with its name`, () => {
      assert.throws(() => pageWith(handler), isHandlerFailure("windowHandler"));
    });
  }

  for (const [name, ask] of [
    ["getHostName", (page) => page.hostname],
    ["getHref", (page) => page.secure],
    ["getOrigin", (page) => page.secure],
  ]) {
    for (const [what, own] of [
      ["throws", fails],
      ["gives a number", () => 7],
      ["gives nothing", () => undefined],
    ]) {
      test(`it is named if its ${name} ${what}`, () => {
        const page = pageWith(located({ [name]: own }));
        assert.throws(() => ask(page), isHandlerFailure(`windowHandler.location.${name}`));
      });
    }
  }

  test("if it fails, requests are judged by the page's own address", () => {
    const page = pageWith(located({ getHref: fails }));
    assert.equal(page.href, ADDRESS);
    assert.equal(page.href, ADDRESS);
    assert.equal(printedWith("windowHandler.location.getHref").length, 1);
  });

  for (const [what, own, href] of [
    ["nothing", {}, ADDRESS],
    ["getHref", { getHref: () => "https://own.example/b" }, "https://own.example/b"],
    ["getOrigin", { getOrigin: () => "https://own.example" }, "https://own.example/app/page?x=1"],
    [
      "getOrigin with a path like a host",
      { getOrigin: () => "https://own.example", getHref: () => "https://x.example//evil/y" },
      "https://own.example//evil/y",
    ],
    [
      "getOrigin, while getHref fails",
      { getOrigin: () => "https://own.example", getHref: fails },
      "https://own.example/",
    ],
  ]) {
    test(`the page's address is ${href} if it replaces ${what}`, () => {
      const page = pageWith(located(own));
      assert.equal(page.href, href);
      assert.equal(page.secure, href.startsWith("https:"));
    });
  }

  test("one whose storage fails is named, and is not taken for empty", () => {
    const page = pageWith((page) => ({
      ...page,
      localStorage: { getItemSync: fails, setItemSync: fails, removeItemSync: fails },
    }));
    const isFailure = isHandlerFailure("windowHandler.localStorage.getItemSync");
    assert.throws(() => page.store.getItem("a"), isFailure);
  });

  test("its storage is the session's, and what it has not is null", () => {
    const store = new MemoryStore();
    const page = pageWith((page) => ({
      ...page,
      localStorage: {
        getItemSync: (key) => store.getItem(key) ?? undefined,
        setItemSync: store.setItem,
        removeItemSync: store.removeItem,
      },
    }));
    assert.equal(page.store.getItem("a"), null);
    page.store.setItem("a", "1");
    assert.equal(page.store.getItem("a"), "1");
    page.store.removeItem("a");
    assert.equal(page.store.getItem("a"), null);
  });
});

describe("a page without one", () => {
  test("its address is its own", () => {
    const page = pageWith(undefined);
    assert.deepEqual([page.href, page.hostname, page.secure], [ADDRESS, "real.example", false]);
  });

  test("if the browser blocks storage, there is none", () => {
    Object.defineProperty(globalThis, "localStorage", { get: fails, configurable: true });
    try {
      assert.equal(pageWith(undefined).store, null);
    } finally {
      delete globalThis.localStorage;
    }
  });
});
