import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";

describe("a page that has a shim of another version", () => {
  test("each call is refused with both versions", async () => {
    const first = { version: "1.0.0", init() {}, sessionHint: () => undefined };
    globalThis[Symbol.for("supertokens-pyodide")] = first;
    const supertokens = await import("../../js_shim/src/index.js");
    const isRefusal = ({ code, message }) => {
      assert.equal(code, "BOOT_FAILED");
      assert.ok(message.includes("1.0.0 was loaded first"), message);
      assert.ok(message.includes("1.2.3"), message);
      return true;
    };
    const { init, getSessionStatus, getUserId, ready, sessionHint } = supertokens;
    assert.throws(() => init({ apiDomain: "https://api.example.com" }), isRefusal);
    assert.throws(sessionHint, isRefusal);
    for (const call of [getSessionStatus, getUserId, ready]) {
      await assert.rejects(call(), isRefusal);
    }
  });
});
