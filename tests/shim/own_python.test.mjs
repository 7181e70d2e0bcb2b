import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nextTurn } from "./browser.mjs";
import { API, python, supertokens } from "./page.mjs";

const indexURL = new URL("fake_pyodide/", import.meta.url).href;

describe("an interpreter of the SDK's own", () => {
  test("it outlives close(), and is replaced once it has died", async () => {
    globalThis.supertokensPyodide = { indexURL, interpreter: "own" };
    globalThis.interpreter = python;
    const boots = [];
    const live = async () => {
      supertokens.init(API);
      await supertokens.ready();
      boots.push(globalThis.boots);
    };
    let boot;
    globalThis.bootHeld = new Promise((resolve) => {
      boot = resolve;
    });
    supertokens.init(API);
    const early = supertokens.ready().catch((error) => error.code);
    await nextTurn();
    supertokens.close(); // while it boots
    boot();
    for (let n = 0; n < 3; n++) {
      await live();
      supertokens.close();
    }
    globalThis.dead = 1;
    await live();
    supertokens.close();
    await live();
    assert.equal(await early, "CLOSED");
    assert.deepEqual(boots, [1, 1, 1, 2, 2]);
    assert.equal(await supertokens.getTenantId(), "value");
  });

  test("if onStart calls close(), it is not booted", async () => {
    const boots = globalThis.boots;
    const onStart = () => supertokens.close();
    globalThis.supertokensPyodide = { indexURL, lockFileURL: "closed.json", onStart };
    supertokens.init(API);
    await assert.rejects(supertokens.ready(), { code: "CLOSED" });
    await nextTurn();
    assert.equal(globalThis.boots, boots);
  });

  test("if it cannot be booted, the next init() tries again, and calls wait for that", async () => {
    globalThis.supertokensPyodide = { indexURL, interpreter: "own", lockFileURL: "other.json" };
    globalThis.bootHeld = Promise.reject(new Error("no network"));
    globalThis.bootHeld.catch(() => {}); // the boot begins in a later task
    supertokens.init(API);
    for (let n = 0; n < 2; n++) await assert.rejects(supertokens.ready(), { code: "BOOT_FAILED" });
    globalThis.bootHeld = undefined;
    supertokens.init(API);
    await supertokens.ready();
    assert.equal(await supertokens.getTenantId(), "value");
  });
});
