import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlowContext } from "../../js_shim/src/flow/context.js";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { fails, hangs, nextTurn, printed, withoutWaiting } from "./browser.mjs";
import { PLAN, PlayedCore, PlayedHost, pageOf } from "./core.mjs";

const API = "https://api.example.com";
const POST = {
  flow: 1,
  do: "post",
  url: `${API}/auth/session/refresh`,
  headers: { rid: "x" },
  credentials: "include",
  timeout: 60_000,
  action: "REFRESH_SESSION",
  userContext: {},
};

/** A response that has come from this address. */
const from = (url, status = 200, headers = {}) =>
  Object.defineProperty(new Response("body", { status, headers }), "url", { value: url });

function driverOf({ hooks = {}, nativeFetch } = {}) {
  const host = Object.assign(new PlayedHost(), { nativeFetch });
  const core = new PlayedCore();
  const driver = new Driver(pageOf(host, { hooks }), core, host, PLAN);
  const context = new FlowContext();
  context.core = core;
  const perform = (step) => driver.perform(step, context);
  return { driver, core, host, context, perform };
}

describe("a call of the SDK's own to the backend", () => {
  test("it is made as the step says, and answered with the response's head", async () => {
    const sent = [];
    const nativeFetch = async (url, { signal: _, headers, ...init }) => {
      sent.push([url, [...headers], init]);
      return from(url, 200, { x: "y", other: "z" });
    };
    const { perform, context } = driverOf({ nativeFetch });
    const result = JSON.parse(await perform(POST));
    assert.deepEqual(result, { status: 200, headers: { x: "y" } });
    assert.deepEqual(sent, [
      [POST.url, [["rid", "x"]], { method: "POST", credentials: "include" }],
    ]);
    assert.equal(await context.response.text(), "body");
  });

  test("a hook may change it, and the hook after it gets the call and the response", async () => {
    const seen = [];
    const hooks = {
      preAPIHook: true,
      before: async (call) => ({ ...call, url: `${API}/changed` }),
      after: async (call, response) => void seen.push(call.url, response.status),
    };
    const sent = [];
    const nativeFetch = async (url) => {
      sent.push(url);
      return from(url, 401);
    };
    const { perform } = driverOf({ hooks, nativeFetch });
    assert.equal(await perform(POST), 401);
    assert.equal(await perform({ flow: 1, do: "post_hook" }), undefined);
    assert.deepEqual(sent, [`${API}/changed`]);
    assert.deepEqual(seen, [`${API}/changed`, 401]);
  });

  test("a hook that never ends stops no flow", async () => {
    const timeout = AbortSignal.timeout;
    AbortSignal.timeout = () => timeout.call(AbortSignal, 0);
    const alive = setInterval(() => {}, 1000); // such a timer keeps no process alive
    try {
      const hooks = { after: hangs };
      const { perform } = driverOf({ hooks, nativeFetch: async (url) => from(url) });
      await perform(POST);
      await perform({ flow: 1, do: "post_hook" });
    } finally {
      AbortSignal.timeout = timeout;
      clearInterval(alive);
    }
  });

  test("a network failure is not a timeout", async () => {
    const nativeFetch = (_url, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    const late = driverOf({ nativeFetch });
    const result = await withoutWaiting(() => late.perform(POST));
    assert.equal(result, '{"failure":"timeout"}');
    const down = driverOf({ nativeFetch: async () => fails() });
    assert.equal(await down.perform(POST), '{"failure":"network"}');
    assert.equal(down.context.failure.message, "own trouble");
  });

  test("so does a hook before it that takes too long", async () => {
    const hooks = { preAPIHook: true, before: hangs };
    const { perform } = driverOf({ hooks, nativeFetch: fails });
    const result = await withoutWaiting(() => perform(POST));
    assert.equal(result, '{"failure":"timeout"}');
  });

  test("so does a page's own fetch that knows no signal and never answers", async () => {
    const { perform } = driverOf({ nativeFetch: hangs });
    const result = await perform({ ...POST, timeout: 0 });
    assert.deepEqual(JSON.parse(result), { failure: "timeout" });
  });

  test("a response from a foreign host, where a redirect has led, is none", async () => {
    const { perform, driver, context } = driverOf({
      nativeFetch: async () => from("https://evil.example/", 200, { x: "y" }),
    });
    assert.equal(await perform(POST), '{"failure":"network"}');
    assert.ok(context.failure.message.includes("evil.example"));
    const error = { call: "REFRESH_SESSION", status: 200 };
    assert.equal(driver.effects.responseOf(error), undefined);
  });

  test("a redirect within our hosts, or to where a hook has sent it, is none of that", async () => {
    const ours = driverOf({ nativeFetch: async () => from(`${API}/elsewhere`) });
    assert.equal(await ours.perform(POST), 200);
    const changed = "https://proxy.example/refresh";
    const hooks = { preAPIHook: true, before: async (call) => ({ ...call, url: changed }) };
    const hooked = driverOf({ hooks, nativeFetch: async (url) => from(url) });
    assert.equal(await hooked.perform(POST), 200);
  });
});

describe("a function that a flow asks for", () => {
  const CALL = { flow: 1, do: "call", function: "validate", arguments: [1, 2] };

  test("one of JavaScript gets its arguments, and its value goes to the core as JSON", async () => {
    const { perform, context } = driverOf();
    context.functions = { validate: async (a, b) => ({ sum: a + b }) };
    assert.equal(await perform(CALL), '{"value":{"sum":3}}');
  });

  test("one that fails is reported as failed, and the caller gets its error", async () => {
    for (const validate of [fails, async () => fails()]) {
      const { perform, context } = driverOf();
      context.functions = { validate };
      assert.equal(await perform(CALL), '{"failed":true}');
      assert.equal(context.failure.message, "own trouble");
    }
  });

  test("one of Python is performed in Python, and gives nothing here", async () => {
    const { perform, core, context } = driverOf();
    const performed = [];
    core.perform = async (flow) => void performed.push(flow);
    context.flow = 7;
    assert.equal(await perform({ flow: 7, do: "call" }), undefined);
    assert.deepEqual(performed, [7]);
    core.perform = async () => fails();
    assert.equal(await perform({ flow: 7, do: "call" }), '{"failed":true}');
  });

  test("one that never ends is waited for until its caller aborts, or all ends", async () => {
    const { perform, driver, context } = driverOf();
    context.functions = { validate: hangs };
    const control = new AbortController();
    context.signal = control.signal;
    const aborted = perform(CALL);
    control.abort();
    assert.equal(await aborted, '{"failed":true}');
    context.signal = null;
    const ended = perform(CALL);
    await nextTurn();
    driver.close();
    assert.equal(await ended, '{"failed":true}');
  });
});

describe("a response's head", () => {
  test("it is the bare status, or JSON if it has headers that the core asked for", () => {
    const { heads } = driverOf().driver;
    assert.equal(heads.of(from(`${API}/a`, 404, { other: "z" })), 404);
    const reported = heads.of(from(`${API}/a`, 404, { x: "" }));
    assert.deepEqual(JSON.parse(reported), { status: 404, headers: { x: "" } });
  });

  test("one of a foreign host says nothing, unless it is an ordinary one anyway", () => {
    const { heads } = driverOf().driver;
    const elsewhere = "https://evil.example/";
    assert.equal(heads.of(from(elsewhere, 401)), 0);
    assert.equal(heads.of(from(elsewhere, 200, { x: "y" })), 0);
    assert.equal(heads.of(from(elsewhere, 200)), 200);
    assert.equal(heads.of(from("", 401)), 401); // a response that a service worker has made
  });

  test("the headers of the last one that is ours are there for the page", () => {
    const { heads } = driverOf().driver;
    assert.deepEqual([...heads.last()], []);
    heads.of(from(`${API}/a`, 200, { date: "now" }));
    heads.of(from("https://evil.example/", 401, { date: "never" }));
    assert.equal(heads.last().get("date"), "now");
    assert.deepEqual(printed, []);
  });
});
