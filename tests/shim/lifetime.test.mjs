import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fails, nextTurn, printedWith } from "./browser.mjs";
import { API, network, page, python, shim, supertokens } from "./page.mjs";

const fatal = Object.assign(new Error("stack overflow"), { pyodide_fatal_error: true });
const dies = () => {
  throw fatal;
};

describe("an init() that fails because a function of the page fails", () => {
  for (const [what, functions] of [
    ["an override", fails],
    ["an overridden interceptor", (o) => ({ ...o, addXMLHttpRequestInterceptor: fails })],
  ]) {
    test(`${what}: it leaves the page as it was, and the next init() starts`, async () => {
      const { fetch, XMLHttpRequest } = globalThis;
      assert.throws(() => supertokens.init({ ...API, override: { functions } }), /own trouble/);
      assert.equal(globalThis.fetch, fetch);
      assert.equal(globalThis.XMLHttpRequest, XMLHttpRequest);
      await assert.rejects(supertokens.getUserId(), /own trouble/);
      supertokens.init(API);
      shim.connect(python());
      assert.equal(await supertokens.getUserId(), "value");
    });
  }
});

describe("an interpreter that has died", () => {
  test("close() takes the session off the page, also if the death was not noticed", () => {
    const { fetch } = globalThis;
    supertokens.init(API);
    shim.connect(python({ closed: dies }));
    supertokens.close();
    assert.equal(globalThis.fetch, fetch);
    assert.equal(shim.driver, null);
    assert.equal(printedWith("could not close").length, 1);
  });

  test("a look at what other tabs do, which finds it dead, is no unhandled rejection", async () => {
    supertokens.init(API);
    const core = python();
    let observe = core.observe;
    shim.connect({ ...core, observe: () => observe() });
    await nextTurn();
    observe = dies;
    shim.look();
    await nextTurn();
    await assert.rejects(supertokens.getUserId(), { code: "INTERPRETER_DIED" });
  });

  test("if it dies as it connects, no caller waits any longer", async () => {
    page.cookie = "st-last-access-token-update=1"; // what requests carry is known
    network.answer = () => new Response(null, { status: 401 });
    supertokens.init(API);
    const ready = supertokens.ready().catch(({ code }) => code);
    const response = fetch(`${API.apiDomain}/refused`);
    await nextTurn();
    const plan = JSON.stringify({ ...JSON.parse(python().plan), statuses: [401] });
    assert.throws(() => shim.connect(python({ plan, resume: dies })), { code: "INTERPRETER_DIED" });
    assert.equal(await ready, "INTERPRETER_DIED");
    assert.equal((await response).status, 401);
  });
});
