import "./setup.mjs";
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { due } from "../../js_shim/src/boot/schedule.js";
import { nextTurn } from "./browser.mjs";

describe("when Python starts on a page that starts it when it is idle", () => {
  let loaded;
  let idle;
  let need;
  let needed;

  beforeEach(() => {
    document.readyState = "loading";
    globalThis.addEventListener = (type, listener) => {
      if (type === "load") loaded = listener;
    };
    globalThis.requestIdleCallback = (callback) => {
      idle = callback;
    };
    idle = undefined;
    needed = new Promise((resolve) => {
      need = resolve;
    });
  });

  test("it waits until the page has loaded and is idle", async () => {
    const reason = due({ start: "idle" }, needed);
    await nextTurn();
    assert.equal(idle, undefined, "the page is still loading");
    loaded();
    await nextTurn();
    idle();
    assert.equal(await reason, "idle");
  });

  test("it starts at once when something needs it before that", async () => {
    const reason = due({ start: "idle" }, needed);
    need("a refused request");
    assert.equal(await reason, "a refused request");
    assert.equal(idle, undefined);
  });
});
