import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Hooks } from "../../js_shim/src/host/hooks.js";
import { hookServices, proxiedHooks } from "../../js_shim/src/worker/hook_proxy.js";

const URL_OF_CALL = "https://api.example.com/auth/session/refresh";

/** The hooks that a worker's core calls when its page has these. */
function workersHooks(functions) {
  const services = hookServices(() => new Hooks(functions));
  const ask = async (name, ...args) =>
    structuredClone(await services[name](...structuredClone(args)));
  return new Hooks(proxiedHooks(() => ({ ask })));
}

const call = (headers) => ({
  action: "REFRESH_SESSION",
  url: URL_OF_CALL,
  requestInit: { method: "POST", credentials: "include", headers },
  userContext: { own: 1 },
});

describe("the page's hooks around a call of its worker's core", () => {
  test("without a preAPIHook the call is made as it is", async () => {
    const made = call(new Headers({ rid: "session" }));
    assert.deepEqual(await workersHooks({}).before(made), made);
  });

  for (const [what, headers] of [
    ["Headers", new Headers({ rid: "session" })],
    ["an object", { rid: "session" }],
  ]) {
    test(`a preAPIHook gets the call as the worker made it, with ${what}, and changes it`, async () => {
      const received = [];
      const preAPIHook = (context) => {
        received.push(context);
        const { requestInit, url } = context;
        const changed = { ...Object.fromEntries(new Headers(requestInit.headers)), mine: "1" };
        return { url: `${url}?x=1`, requestInit: { ...requestInit, headers: changed, body: "b" } };
      };
      const { url, requestInit, ...rest } = await workersHooks({ preAPIHook }).before(
        call(headers),
      );
      assert.equal(received[0].requestInit.headers instanceof Headers, headers instanceof Headers);
      assert.deepEqual(rest, { action: "REFRESH_SESSION", userContext: { own: 1 } });
      assert.equal(url, `${URL_OF_CALL}?x=1`);
      assert.equal(requestInit.method, "POST");
      const sent = new Headers(requestInit.headers);
      assert.deepEqual([sent.get("rid"), sent.get("mine")], ["session", "1"]);
      assert.equal(await requestInit.body.text(), "b");
    });
  }

  test("a postAPIHook reads the response that the worker got", async () => {
    const received = [];
    const postAPIHook = async ({ action, fetchResponse }) => {
      const { status, headers } = fetchResponse;
      received.push(action, status, headers.get("front-token"), await fetchResponse.text());
    };
    const response = new Response("why", { status: 401, headers: { "front-token": "remove" } });
    await workersHooks({ postAPIHook }).after(call({}), response);
    assert.deepEqual(received, ["REFRESH_SESSION", 401, "remove", "why"]);
    assert.equal(await response.text(), "why");
  });

  const services = hookServices(() => new Hooks({ preAPIHook() {}, postAPIHook() {} }));
  const good = { status: 200, statusText: "", url: "", headers: [], body: "" };
  for (const [name, args] of [
    ["before", []],
    ["before", [{ ...call({}), url: 7 }]],
    ["before", [{ ...call({}), action: 1 }]],
    ["after", [{}, good]],
    ["after", [call({})]],
    ["after", [call({}), { ...good, status: "200" }]],
    ["after", [call({}), { ...good, headers: {} }]],
    ["after", [call({}), { ...good, body: null }]],
  ]) {
    test(`${name}(${JSON.stringify(args)}) is malformed`, async () => {
      const served = async () => services[name](...args);
      await assert.rejects(served, { code: "SUPERTOKENS_ERROR", message: /malformed/ });
    });
  }
});
