import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { asked, askedNow, stringFrom } from "../../js_shim/src/host/handlers.js";
import { Hooks } from "../../js_shim/src/host/hooks.js";
import {
  fails,
  hangs,
  isHandlerFailure,
  nextTurn,
  printed,
  printedWith,
  withoutWaiting,
} from "./browser.mjs";

const CALL = {
  action: "REFRESH_SESSION",
  url: "https://api.example.com/auth/session/refresh",
  requestInit: { method: "POST" },
  userContext: {},
};

describe("hooks around calls to the backend", () => {
  test("preAPIHook changes what it returns, and leaves the rest", async () => {
    const hooks = new Hooks({
      preAPIHook: async () => ({ url: "https://other.example/" }),
    });
    assert.deepEqual(await hooks.before(CALL), { ...CALL, url: "https://other.example/" });
  });

  test("postAPIHook reads a response that its caller can still read", async () => {
    const read = [];
    const hooks = new Hooks({
      postAPIHook: async ({ action, fetchResponse }) => {
        read.push(action, await fetchResponse.text());
      },
    });
    const response = new Response("body");
    await hooks.after(CALL, response);
    assert.deepEqual(read, ["REFRESH_SESSION", "body"]);
    assert.equal(await response.text(), "body");
  });

  for (const [what, hook] of [
    ["throws", fails],
    ["rejects", async () => fails()],
  ]) {
    test(`one that ${what} is reported and changes nothing`, async () => {
      const hooks = new Hooks({ preAPIHook: hook, postAPIHook: hook });
      assert.equal(await hooks.before(CALL), CALL);
      await hooks.after(CALL, new Response());
      assert.equal(printedWith("preAPIHook failed").length, 1);
      assert.equal(printedWith("postAPIHook failed").length, 1);
    });
  }

  test("without any, a call need not wait, and is not changed", async () => {
    const hooks = new Hooks({});
    assert.equal(hooks.any, false);
    assert.deepEqual(await hooks.before(CALL), CALL);
    await hooks.after(CALL, new Response());
    for (const name of ["preAPIHook", "postAPIHook"]) {
      assert.equal(new Hooks({ [name]: () => ({}) }).any, true, name);
    }
    assert.deepEqual(printed, []);
  });
});

describe("calling a page's function", () => {
  test("what it gives is passed on, now or later", async () => {
    assert.equal(
      askedNow("f", () => 1),
      1,
    );
    assert.equal(await asked("f", () => 1), 1);
    assert.equal(await asked("f", async () => 2), 2);
  });

  for (const [what, call] of [
    ["throws", fails],
    ["rejects", async () => fails()],
  ]) {
    test(`if it ${what}, the error names it and has its error as the cause`, async () => {
      const isNamed = (error) => isHandlerFailure("f failed")(error) && error.cause.message !== "";
      await assert.rejects(asked("f", call), isNamed);
      if (what === "throws") assert.throws(() => askedNow("f", call), isNamed);
    });
  }

  test("if it never answers, the error says how long it was waited for", async () => {
    const never = withoutWaiting(() => asked("f", hangs, 2000));
    await assert.rejects(never, isHandlerFailure("f did not answer within 2 seconds"));
  });

  test("if it answers too late, nothing more comes of it", async () => {
    let fail;
    const late = () =>
      new Promise((_, reject) => {
        fail = reject;
      });
    await assert.rejects(
      withoutWaiting(() => asked("f", late)),
      isHandlerFailure("f"),
    );
    fail(new Error("late"));
    await nextTurn();
  });

  test("what is no text is refused with its type", () => {
    assert.equal(stringFrom("f", ""), "");
    assert.throws(() => stringFrom("f", null), isHandlerFailure("f returned null"));
    assert.throws(() => stringFrom("f", 7), isHandlerFailure("f returned a value of type number"));
  });
});
