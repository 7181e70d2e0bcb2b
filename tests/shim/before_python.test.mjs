import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hangs, nextTurn } from "./browser.mjs";
import { API, network, page, sent, shim, supertokens } from "./page.mjs";

const SIGNED_OUT = "st-last-access-token-update=1"; // nothing to wait for

/** Whether a request to a path carries the session, which the rid header shows. */
async function carries(path) {
  await fetch(path);
  return "rid" in sent.at(-1).headers;
}

for (const index of ["/", "./"]) {
  describe(`a page in Pyodide's directory, "${index}", whose API is its own host`, () => {
    /** Start, with cookies that show whether a user is signed in. */
    function start(cookies) {
      globalThis.supertokensPyodide = { interpreter: "page", indexURL: index };
      page.cookie = cookies;
      supertokens.init({ apiDomain: location.origin });
    }
    const state = () => Promise.race([shim.ready().catch((error) => error.message), "waits"]);

    test("its requests carry the session before Python is there, but not those for Python", async () => {
      start(SIGNED_OUT);
      network.answer = ({ url }) =>
        new Response(null, { status: url.includes("missing") ? 404 : 200 });
      for (const path of ["/missing", "/api/x", "/api/report.zip", "/api/app.js", "/missing.css"]) {
        assert.equal(await carries(path), true, path);
      }
      for (const path of ["/a/wheel-1-py3-none-any.whl", "/pyodide.asm.wasm"]) {
        assert.equal(await carries(path), false, path);
      }
      assert.equal(await state(), "waits"); // what was missing is none of Python's files
    });

    test("if only the core can answer, a file that Python may load does not wait for it", async () => {
      start("");
      assert.equal(await carries("/api/late.js"), false);
    });

    test("a file of Pyodide's that is missing ends the start with its name", async () => {
      start(SIGNED_OUT);
      network.answer = () => new Response(null, { status: 404 });
      await fetch("/python_stdlib.zip");
      await assert.rejects(shim.ready(), ({ message }) =>
        message.includes("/python_stdlib.zip was answered with 404"),
      );
    });
  });
}

test("with start 'needed', a request for a file of Python's kind is what starts it, and waits", async () => {
  const reasons = [];
  globalThis.supertokensPyodide = {
    ...{ interpreter: "own", start: "needed" },
    ...{ pyodide: hangs(), onStart: (reason) => reasons.push(reason) },
  };
  page.cookie = ""; // only the core can answer
  supertokens.init(API);
  await nextTurn();
  const report = fetch(`${API.apiDomain}/report.zip`);
  await nextTurn();
  assert.deepEqual([reasons, sent.length], [["request"], 0]);
  await fetch(`${API.apiDomain}/app.py`); // Python may be waiting for this one
  assert.deepEqual(
    sent.map(({ path }) => path),
    ["/app.py"],
  );
  supertokens.close();
  await assert.rejects(report, { code: "CLOSED" });
});
