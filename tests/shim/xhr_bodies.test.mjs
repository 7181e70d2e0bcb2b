import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { snapshotOf, textOf } from "../../js_shim/src/intercept/xhr/bodies.js";
import {
  shownResponseOf,
  shownResponseOfCall,
} from "../../js_shim/src/intercept/xhr/shown_response.js";
import { bodyOf, encode } from "./browser.mjs";

describe("a response in the type that an XMLHttpRequest asks for", () => {
  const shown = (text, type, contentType = "application/json") =>
    shownResponseOf(
      new Response(text, { headers: { "content-type": contentType } }),
      () => type,
      60_000,
    );

  test("text, JSON, bytes and blobs", async () => {
    assert.equal((await shown('{"a":1}', "")).body, '{"a":1}');
    assert.deepEqual((await shown('{"a":1}', "json")).body, { a: 1 });
    assert.deepEqual(new Uint8Array((await shown("ab", "arraybuffer")).body), encode("ab"));
    const { body } = await shown("ab", "blob");
    assert.deepEqual([await body.text(), body.type], ["ab", "application/json"]);
  });

  test("JSON that is none is null, as natively", async () => {
    assert.equal((await shown("{", "json")).body, null);
  });

  test("the type counts that is set when the body is there", async () => {
    const types = ["json"];
    const shown = shownResponseOf(new Response("1"), () => types.at(-1), 60_000);
    types.push("text");
    assert.equal((await shown).body, "1");
  });

  test("only what is markup is parsed, and HTML only where a document is asked for", async () => {
    const parsed = [];
    globalThis.DOMParser = class {
      parseFromString(text, type) {
        parsed.push(type);
        return { text };
      }
    };
    try {
      assert.deepEqual((await shown("<a/>", "", "text/xml; charset=x")).xml, { text: "<a/>" });
      assert.equal((await shown("<a>", "", "text/html")).xml, null);
      assert.deepEqual((await shown("<a>", "document", "text/html")).body, { text: "<a>" });
      assert.equal((await shown("<a/>", "document", "text/plain")).body, null);
      assert.equal((await shown("", "document", "text/html")).body, null);
      assert.deepEqual(parsed, ["text/xml", "text/html"]);
    } finally {
      delete globalThis.DOMParser;
    }
    assert.equal((await shown("<a/>", "document", "text/xml")).body, null); // as in a worker
  });

  test("that of a call that was made for a blocked caller is read out of it", () => {
    const call = {
      status: 401,
      statusText: "Unauthorized",
      responseURL: "https://api.example.com/",
      responseText: "é",
      getAllResponseHeaders: () => "content-type: text/plain\r\nx: a: b\r\nx: c\r\n",
    };
    const { headers, ...shown } = shownResponseOfCall(call, "");
    assert.deepEqual(
      [shown.status, shown.statusText, shown.url, shown.body, shown.size],
      [401, "Unauthorized", "https://api.example.com/", "é", 2],
    );
    assert.equal(headers.get("x"), "a: b, c");
  });

  test("what has come of a body in time is what an XMLHttpRequest shows", async () => {
    const response = new Response(bodyOf(["a", "b"], "breaks off"), { status: 401 });
    const { status, body, size } = await shownResponseOf(response, () => "text", 60_000);
    assert.deepEqual([status, body, size], [401, "ab", 2]);
  });
});

describe("the text of what an XMLHttpRequest has as its response", () => {
  test("it is the same for each type", async () => {
    for (const response of ["é", encode("é").buffer, new Blob(["é"])]) {
      assert.equal(await textOf(response), "é");
    }
    assert.equal(textOf({ a: 1 }), '{"a":1}');
    assert.equal(textOf(null), "null");
  });

  test("what JSON cannot write again has no text", () => {
    const deep = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
    assert.equal(textOf(deep), "");
  });
});

describe("a request's body, which its caller may change before it is sent again", () => {
  const bytes = () => new Uint8Array([1, 2, 3, 4]);
  for (const [what, make, change, read] of [
    ["bytes", bytes, (body) => body.fill(9), (body) => [...body]],
    ["a part of a buffer", () => bytes().subarray(1, 3), (b) => b.fill(9), (body) => [...body]],
    [
      "a buffer",
      () => bytes().buffer,
      (body) => new Uint8Array(body).fill(9),
      (body) => [...new Uint8Array(body)],
    ],
    [
      "a query",
      () => new URLSearchParams("a=1"),
      (body) => body.set("a", "9"),
      (body) => `${body}`,
    ],
    [
      "a form",
      () => {
        const form = new FormData();
        form.append("a", "1");
        form.append("a", "2");
        return form;
      },
      (body) => body.set("a", "9"),
      (body) => body.getAll("a"),
    ],
  ]) {
    test(`${what} is copied`, () => {
      const body = make();
      const before = read(make());
      const snapshot = snapshotOf(body);
      change(body);
      assert.deepEqual(read(snapshot), before);
    });
  }

  test("what cannot change is sent as it is, and what is no body is sent as its text", () => {
    const blob = new Blob(["a"]);
    for (const body of ["a", null, undefined, blob]) assert.equal(snapshotOf(body), body);
    assert.equal(snapshotOf(7), "7");
    assert.equal(snapshotOf(new URL("https://a.test/")), "https://a.test/");
  });

  test("a buffer that was transferred is sent as nothing", () => {
    const body = bytes();
    structuredClone(body, { transfer: [body.buffer] });
    assert.equal(snapshotOf(body).byteLength, 0);
    assert.equal(snapshotOf(body.buffer).byteLength, 0);
  });

  test("shared memory is left to the browser, which refuses it", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    assert.equal(snapshotOf(shared).buffer, shared.buffer);
  });
});
