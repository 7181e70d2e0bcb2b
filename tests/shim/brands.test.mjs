import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import vm from "node:vm";

// Pages replace these classes, also before the shim is loaded: then it reads by the native ones underneath.
const Native = globalThis.Request;
globalThis.Request = class Request extends Native {
  get url() {
    return "https://a.page.says/";
  }
};
const {
  cloneOf,
  credentialsOf,
  isBlob,
  isBuffer,
  isDocument,
  isForm,
  isHeaders,
  isQuery,
  isRequest,
  isStream,
  methodOf,
  NativeRequest,
  urlOf,
} = await import("../../js_shim/src/intercept/brands.js");

const URL_TEXT = "https://api.example.com/a";

describe("an object's brand", () => {
  for (const [name, is, make] of [
    ["Request", isRequest, () => new Native(URL_TEXT)],
    ["Headers", isHeaders, () => new Headers()],
    ["ArrayBuffer", isBuffer, () => new ArrayBuffer(1)],
    ["ReadableStream", isStream, () => new ReadableStream()],
    ["Blob", isBlob, () => new Blob([])],
    ["FormData", isForm, () => new FormData()],
    ["URLSearchParams", isQuery, () => new URLSearchParams()],
  ]) {
    test(`a ${name} is recognised with any properties of its own, and nothing else is`, () => {
      const object = make();
      assert.equal(is(object), true);
      Object.defineProperty(object, Symbol.toStringTag, { value: "Object" });
      assert.equal(is(object), true);
      for (const other of [
        undefined,
        null,
        "text",
        7,
        {},
        [],
        () => {},
        Object.create(Object.getPrototypeOf(make())),
        { url: URL_TEXT, size: 1, byteLength: 1, locked: false },
        new URL(URL_TEXT),
        new Map(),
      ]) {
        assert.equal(is(other), false, `${other && typeof other}`);
      }
    });
  }

  test("one of another realm is one, and shared memory is no buffer", () => {
    assert.equal(isBuffer(vm.runInNewContext("new ArrayBuffer(1)")), true);
    assert.equal(isBuffer(new SharedArrayBuffer(1)), false);
  });

  test("a File is a Blob", () => {
    assert.equal(isBlob(new File([], "a")), true);
  });

  test("without documents, as in workers, nothing is one", () => {
    assert.equal(isDocument({ nodeType: 9 }), false);
  });
});

describe("a Request of a class that the page has made", () => {
  test("it is read and copied as what is sent, not as what it says", () => {
    const request = new globalThis.Request(URL_TEXT, { method: "PUT", credentials: "omit" });
    Object.defineProperty(request, "method", { value: "GET" });
    assert.equal(request.url, "https://a.page.says/");
    assert.equal(urlOf(request), URL_TEXT);
    assert.equal(methodOf(request), "PUT");
    assert.equal(credentialsOf(request), "omit");
    assert.equal(urlOf(cloneOf(request)), URL_TEXT);
  });

  test("the native class is known underneath", () => {
    assert.equal(NativeRequest, Native);
  });

  test("to read another object is an error", () => {
    assert.throws(() => urlOf({ url: URL_TEXT }), TypeError);
    assert.throws(() => cloneOf({ clone() {} }), TypeError);
  });
});
