import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BrowserJar } from "../../js_shim/src/host/browser_jar.js";
import { cookiesNow } from "../../js_shim/src/host/cookies.js";
import { after } from "../../js_shim/src/host/jar.js";
import {
  CookieDocument,
  fails,
  gone,
  kept,
  MemoryStore,
  printed,
  printedWith,
} from "./browser.mjs";

const KEY = "supertokens-pyodide-cookies";

/** The jar of a page that has these cookies. */
function jarOf(...cookies) {
  globalThis.document = new CookieDocument();
  document.cookies.push(...cookies);
  return new BrowserJar(new MemoryStore());
}

/** A browser that keeps no cookie unless `takes` says so. */
function blockCookies(takes = () => false) {
  const cookies = new CookieDocument();
  cookies.cookies = document.cookies;
  Object.defineProperty(document, "cookie", {
    get: () => cookies.cookie,
    set: (write) => {
      if (takes(write)) cookies.cookie = write;
    },
  });
}

describe("a cookie string after a write", () => {
  for (const [cookies, write, expected] of [
    ["", kept("a", "1"), "a=1"],
    ["a=1; b=2", kept("a", "3"), "b=2; a=3"],
    ["a=1; b=2", gone("a"), "b=2"],
    ["a=1", gone("a"), ""],
    ["ab=1", gone("a"), "ab=1"],
    ["a=x=y", kept("b", "1=2"), "a=x=y; b=1=2"],
  ]) {
    test(`"${cookies}" becomes "${expected}"`, () => {
      assert.equal(after(cookies, write), expected);
    });
  }
});

describe("the browser's cookies", () => {
  test("what was written is read at once", () => {
    const jar = jarOf({ name: "theirs", value: "x", domain: "" });
    jar.write([kept("a", "1"), kept("b", "2"), gone("a")]);
    assert.equal(jar.read(), "theirs=x; b=2");
    assert.equal(jar.place, "cookies");
    assert.deepEqual(printed, []);
  });

  test("a cookie of another domain that cannot be removed is reported as such, once", () => {
    const jar = jarOf({ name: "a", value: "theirs", domain: "domain=parent" });
    jar.write([gone("a"), gone("b")]);
    jar.write([gone("a")]);
    assert.equal(printedWith("did not keep").length, 0);
    assert.equal(printedWith("this page cannot remove the cookie a").length, 1);
    assert.equal(jar.place, "cookies");
  });

  test("a cookie of another domain does not hide a newer one of the same name", () => {
    const jar = jarOf(
      { name: "a", value: "old", domain: "" },
      { name: "a", value: "theirs", domain: "domain=parent" },
    );
    jar.write([kept("a", "new")]);
    assert.equal(jar.read(), "a=theirs; a=new"); // of two the last counts
    assert.deepEqual(printed, []);
  });

  test("a frame of another site keeps what is partitioned by that site", () => {
    const jar = jarOf();
    blockCookies((write) => write.endsWith(";partitioned"));
    jar.write([`${kept("a", "1")};samesite=none;secure`]);
    assert.equal(jar.read(), "a=1");
    assert.equal(jar.place, "cookies");
    assert.deepEqual(printed, []);
  });
});

describe("a cookie that the browser does not keep", () => {
  test("it is kept in localStorage, and reported with its size", () => {
    const jar = jarOf();
    blockCookies();
    jar.write([kept("a", "x".repeat(5000)), kept("b", "1")]);
    assert.equal(printedWith("did not keep the cookie a (5002 bytes)").length, 1);
    assert.equal(printed.length, 1);
    assert.equal(jar.place, "localStorage");
  });

  test("its older value does not come back, and the next page reads the newer one", () => {
    const jar = jarOf({ name: "a", value: "old", domain: "" });
    blockCookies((write) => write.includes("max-age=0"));
    jar.write([kept("a", "new")]);
    assert.equal(jar.read(), "a=new");
    assert.equal(cookiesNow(jar.store), "a=new");
    assert.equal(new BrowserJar(jar.store).read(), "a=new");
  });

  test("it leaves localStorage once the browser keeps it, or it is removed", () => {
    const jar = jarOf();
    let isBlocked = true;
    blockCookies(() => !isBlocked);
    jar.write([kept("a", "1"), kept("b", "2")]);
    assert.equal(jar.store.getItem(KEY), "a=1; b=2");
    jar.write([gone("b")]);
    assert.equal(jar.store.getItem(KEY), "a=1");
    isBlocked = false;
    jar.write([kept("a", "3")]);
    assert.equal(jar.store.getItem(KEY), null);
    assert.equal(jar.read(), "a=3");
    assert.equal(jar.place, "cookies");
  });

  test("memory has it if localStorage is full", () => {
    const jar = jarOf();
    blockCookies();
    jar.store.setItem = fails;
    jar.write([kept("a", "1")]);
    assert.equal(jar.read(), "a=1");
    assert.equal(jar.place, "memory");
  });

  test("what another tab keeps so is seen here, and other keys are not ours", () => {
    const jar = jarOf();
    jar.handleEvent({ key: KEY, newValue: "a=1" });
    jar.handleEvent({ key: "theirs", newValue: "b=2" });
    assert.equal(jar.read(), "a=1");
    jar.handleEvent({ key: KEY, newValue: null });
    assert.equal(jar.read(), "");
  });
});
