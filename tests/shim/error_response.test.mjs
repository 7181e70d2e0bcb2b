import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlowContext } from "../../js_shim/src/flow/context.js";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { part } from "./core.mjs";
import { API, network, python, shim, supertokens } from "./page.mjs";

const POST = { flow: 1, do: "post", url: "https://api.example.com/r", timeout: 1000 };
const ERROR = {
  name: "RefreshUnavailable",
  code: "REFRESH_UNAVAILABLE",
  message: "It was answered with 503.",
  hint: "Check api_domain.",
  javascript: { message: "It was answered with 503.", hint: "Check apiDomain." },
  status: 503,
  call: "REFRESH_SESSION",
};
const BODY = '{"message":"maintenance"}';

/** The error of a refresh that the backend has answered with 503. */
async function failure() {
  supertokens.init(API);
  network.answer = () => new Response(BODY, { status: 503 });
  const fail = JSON.stringify({ verdict: "fail", error: ERROR });
  const call = () => JSON.stringify({ ...POST, action: "REFRESH_SESSION" });
  shim.connect(python({ call, resume: () => fail }));
  return supertokens.attemptRefreshingSession().then(assert.fail, (error) => error);
}

describe("an error that is about a response of the backend", () => {
  test("its texts are in JavaScript's names, also where consoles print them", async () => {
    const error = await failure();
    assert.equal(error.message, ERROR.message);
    assert.equal(error.hint, "Check apiDomain.");
    const text = `It was answered with 503. Check apiDomain. See ${error.documentation}`;
    assert.equal(String(error), `RefreshUnavailable: ${text}`);
    assert.equal(error.data.hint, "Check api_domain.");
    assert.ok(error.stack.includes(text));
    assert.ok(error.documentation.endsWith("/errors.html#refresh_unavailable"));
  });

  test("it is read like that response, as often as you like", async () => {
    const error = await failure();
    assert.deepEqual([error.ok, error.status], [false, 503]);
    assert.equal(error.headers.get("content-type"), "text/plain;charset=UTF-8");
    assert.deepEqual(await error.json(), JSON.parse(BODY));
    assert.equal(await error.text(), BODY);
    assert.equal(await error.response.text(), BODY);
    assert.ok(!Object.keys(error).includes("response")); // consoles would print its headers
  });

  test("an error without a response has nothing to read, and one language's texts", () => {
    const error = new supertokens.SuperTokensError({ ...ERROR, javascript: undefined });
    assert.equal(error.json, undefined);
    assert.equal(error.response, undefined);
    const text = `It was answered with 503. Check api_domain. See ${error.documentation}`;
    assert.equal(String(error), `RefreshUnavailable: ${text}`);
  });

  test("the text of a general error is the user's alone", () => {
    const error = new supertokens.STGeneralError("For the user.");
    assert.equal(String(error), "GeneralError: For the user.");
  });
});

test("the response of an error can be read by several callers", async () => {
  const nativeFetch = async () => new Response("why", { status: 503 });
  const plan = { responseHeaders: [], statuses: [] };
  const page = { hooks: {}, part, covers: () => true };
  const driver = new Driver(page, {}, { nativeFetch }, plan);
  const context = new FlowContext();
  await driver.effects.perform({ ...POST, action: "REFRESH_SESSION" }, context);
  const waiter = new FlowContext();
  waiter.refreshResponse = context.response;
  for (const asked of [waiter, undefined]) {
    const response = driver.effects.responseOf({ call: "REFRESH_SESSION", status: 503 }, asked);
    assert.equal(await response?.text(), "why");
  }
  assert.equal(await waiter.refreshResponse.clone().text(), "why");
  // One that has been read already is left out.
  waiter.refreshResponse = new Response("read", { status: 503 });
  await waiter.refreshResponse.text();
  const error = { call: "REFRESH_SESSION", status: 503 };
  assert.equal(await driver.effects.responseOf(error, waiter)?.text(), "why");
});
