import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromData, textWithin, toData } from "../../js_shim/src/host/response_data.js";
import { headersOf, wholeText } from "../../js_shim/src/host/responses.js";
import { bodyOf, encode, printed, withoutWaiting } from "./browser.mjs";

describe("reading a response's body", () => {
  test("it is put together and decoded as a whole, and its caller can still read it", async () => {
    const [first, second] = [encode("é").slice(0, 1), encode("é").slice(1)];
    const body = new ReadableStream({
      start(control) {
        for (const part of [first, second]) control.enqueue(part);
        control.close();
      },
    });
    const response = new Response(body);
    assert.equal(await textWithin(response, 60_000), "é");
    assert.equal(await response.text(), "é");
  });

  test("one that its caller has read already is empty", async () => {
    const response = new Response("body");
    await response.text();
    assert.equal(await textWithin(response, 60_000), "");
  });

  test("one that breaks off, or does not end in time, is none", async () => {
    assert.equal(await wholeText(new Response(bodyOf(["a"], "breaks off")), 60_000), null);
    const never = new Response(bodyOf(["a"], "stays open"));
    assert.equal(await withoutWaiting(() => wholeText(never, 60_000)), null);
    assert.equal(await textWithin(new Response(bodyOf(["a"], "breaks off")), 60_000), "");
    assert.equal(await wholeText(new Response(null), 60_000), "");
  });
});

describe("a response for another realm", () => {
  test("it is read there as often as you like, with all that belongs to it", async () => {
    const original = new Response("body", {
      status: 418,
      statusText: "Teapot",
      headers: { a: "b" },
    });
    Object.defineProperty(original, "url", { value: "https://api.example.com/" });
    const data = structuredClone(await toData(original));
    assert.equal(await original.text(), "body");
    for (const response of [fromData(data), fromData(data).clone()]) {
      const { status, statusText, url, headers } = response;
      assert.deepEqual(
        [status, statusText, url, headers.get("a"), await response.text()],
        [418, "Teapot", "https://api.example.com/", "b", "body"],
      );
    }
  });

  test("one without a body may have a status that allows none", () => {
    const data = { status: 204, statusText: "", url: "", headers: [], body: "" };
    assert.equal(fromData(data).status, 204);
    assert.deepEqual(printed, []);
  });
});

test("an XMLHttpRequest without headers has none", () => {
  assert.deepEqual([...headersOf({ getAllResponseHeaders: () => "" })], []);
});
