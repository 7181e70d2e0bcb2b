import "./setup.mjs";
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { coreServices } from "../../js_shim/src/worker/core_services.js";
import { hangs, nextTurn } from "./browser.mjs";
import { PLAN, PlayedCore, PlayedHost, pageOf, SEND } from "./core.mjs";

const VALUE = { verdict: "value", value: 1 };
const DELIVER = { verdict: "deliver" };
const LOCK = { flow: 7, do: "lock", name: "L", timeout: 1 };
const POST = {
  ...{ flow: 7, do: "post", url: "https://api.example.com/r", headers: {}, timeout: 60_000 },
  ...{ action: "REFRESH_SESSION", credentials: "include", userContext: {} },
};
const BEGINNING = { headers: "", oneShot: false, url: "", cookies: "a=1", now: 5 };

let core;
let host;
let shim;
let services;
/** The page's cookies, as it has reported them. */
let reported;

/** A worker whose core gives these steps. */
function start(...steps) {
  core = new PlayedCore(...steps);
  host = new PlayedHost();
  reported = [];
  shim = { driver: new Driver(pageOf(host), core, host, PLAN) };
  services = coreServices(shim, (cookies) => reported.push(cookies));
}
beforeEach(() => start());

const isClosed = { code: "CLOSED" };

describe("a page's flow in its worker", () => {
  test("it is followed here until it is the page's turn, under the page's name for it", async () => {
    start(LOCK, { ...SEND, flow: 7, cookies: ["a=2"] }, DELIVER);
    const step = await services.exchange(3, undefined, BEGINNING);
    assert.deepEqual(step, { ...SEND, flow: 3 }); // what is to be written is written here
    assert.deepEqual(core.asked, [["exchange"], ["resume", 7, true]]);
    assert.deepEqual(core.begun, { cookies: "a=1", now: 5 });
    assert.deepEqual(await services.resume(3, "a=2", 200), DELIVER);
    assert.deepEqual(core.asked.at(-1), ["resume", 7, 200]);
    assert.deepEqual(reported, ["a=2"]);
    assert.deepEqual(host.done, [["write", "a=2"], ["cookies changed"], ["unlock", 7]]);
  });

  test("a call has its value, and its caller's context is its events'", async () => {
    const context = { a: 1 };
    start({ ...VALUE, events: [{ action: "SIGN_OUT", userContext: {} }] });
    assert.deepEqual(await services.call(1, context, "a=1", "sign_out", ""), VALUE);
    assert.deepEqual(core.asked, [["call", "sign_out"]]);
    assert.deepEqual(host.done, [["emit", { action: "SIGN_OUT", userContext: context }]]);
  });

  test("functions of the page, and the text of its response, are its own", async () => {
    const call = { flow: 7, do: "call", function: "validate", arguments: [] };
    start(call, { flow: 7, do: "read_text" }, VALUE);
    assert.deepEqual(await services.call(1, undefined, "", "validate_claims", ""), {
      ...call,
      flow: 1,
    });
    const step = await services.resume(1, "", '{"value":1}');
    assert.deepEqual(step, { flow: 1, do: "read_text" });
  });

  test("a function of Python, and the text of a call that was made here, are done here", async () => {
    start({ flow: 7, do: "call" }, POST, { flow: 7, do: "read_text" }, VALUE);
    host.nativeFetch = async () => new Response("text");
    assert.deepEqual(await services.call(1, undefined, "", "sign_out", ""), VALUE);
    assert.deepEqual(core.asked.at(-1), ["resume", 7, "text"]);
  });

  test("a response that the verdict is about crosses with it", async () => {
    const error = {
      ...{ name: "N", code: "C", message: "m", hint: "h" },
      ...{ call: "REFRESH_SESSION", status: 503 },
    };
    start(POST, { verdict: "fail", error });
    host.nativeFetch = async () => new Response("why", { status: 503 });
    const step = await services.call(1, undefined, "", "attempt_refresh", "");
    const { status, body } = structuredClone(step.response);
    assert.deepEqual([status, body], [503, "why"]);
  });
});

describe("a page's caller that has gone", () => {
  test("its flow is forgotten, what it holds is freed, and what follows is an error", async () => {
    start(LOCK, POST, VALUE);
    host.nativeFetch = hangs;
    const step = services.call(1, undefined, "", "sign_out", "");
    step.catch(() => {});
    await nextTurn();
    assert.deepEqual([...host.locks], [7]);
    services.cancel(1);
    assert.deepEqual([...host.locks], []);
    assert.deepEqual(core.cancelled, [7]);
  });

  test("a wait of its ends, and it is not gone on with", async () => {
    start({ flow: 7, do: "wait" });
    const step = services.call(1, undefined, "", "sign_out", "");
    await nextTurn();
    services.cancel(1);
    await assert.rejects(step, { name: "AbortError" });
    assert.deepEqual(core.asked, [["call", "sign_out"]]);
  });

  test("a lock that it gets too late is freed", async () => {
    start(LOCK, VALUE);
    let take;
    host.lock = (flow) =>
      new Promise((resolve) => {
        take = () => {
          host.locks.add(flow);
          resolve(true);
        };
      });
    const step = services.call(1, undefined, "", "sign_out", "");
    await nextTurn();
    services.cancel(1);
    take();
    await assert.rejects(step, isClosed);
    assert.deepEqual([...host.locks], []);
  });

  test("if the page closes, all its flows end so", async () => {
    start({ flow: 7, do: "wait" }, { flow: 8, do: "wait" });
    const steps = [1, 2].map((key) => services.call(key, undefined, "", "a", ""));
    await nextTurn();
    services.closed();
    for (const step of steps) await assert.rejects(step, { name: "AbortError" });
    assert.deepEqual(core.cancelled.slice(0, 2), [7, 8]);
  });
});

describe("what a page sends", () => {
  test("before the core is there, and after close(), it is refused", async () => {
    core.isPending = true;
    await assert.rejects(services.call(1, undefined, "", "a", ""), isClosed);
    shim.driver = null;
    await assert.rejects(services.call(1, undefined, "", "a", ""), isClosed);
  });

  for (const [what, ask] of [
    ["a name that is no number", () => services.exchange("1", undefined, BEGINNING)],
    ["no beginning", () => services.exchange(1, undefined, undefined)],
    [
      "cookies that are no text",
      () => services.exchange(1, undefined, { ...BEGINNING, cookies: 1 }),
    ],
    ["a call that is no text", () => services.call(1, undefined, "", 7, "")],
    ["options that are no text", () => services.decide(7)],
  ]) {
    test(`${what} is malformed, and the core is not asked`, async () => {
      await assert.rejects(async () => ask(), { code: "SUPERTOKENS_ERROR" });
      assert.deepEqual(core.asked, []);
    });
  }

  test("options that are others than the core's are refused with the core's error", async () => {
    core.compare = (options) => `{"name":"N","code":"OTHERS","message":"${options}","hint":""}`;
    assert.throws(() => services.decide("given"), { code: "OTHERS", message: "given" });
    core.compare = () => "";
    assert.deepEqual(services.decide("given"), { plan: PLAN, facts: "{}" });
  });
});
