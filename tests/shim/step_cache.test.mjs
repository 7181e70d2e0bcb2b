import "./setup.mjs";
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { PythonCore } from "../../js_shim/src/core/python.js";
import { FlowContext } from "../../js_shim/src/flow/context.js";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { StepCache } from "../../js_shim/src/flow/step_cache.js";
import { PLAN, PlayedHost, PlayedPort, pageOf, SEND } from "./core.mjs";

const PLAIN = { headers: "", oneShot: false, url: "https://api.example.com/a" };
const STATUSES = [401, 403];

let host;
let port;
let driver;

/** A driver of Python's core, which has cached nothing yet. */
function start(answers = {}) {
  host = new PlayedHost();
  port = new PlayedPort(answers);
  driver = new Driver(pageOf(host), new PythonCore(port, assert.fail), host, {
    ...PLAN,
    statuses: STATUSES,
  });
}
beforeEach(() => start());

/** Begin an exchange. */
function begin(request = PLAIN) {
  const context = new FlowContext();
  return { step: driver.exchange(request, context), context };
}

const call = (name, args = "") => driver.call(name, args, new FlowContext());
const observe = () => driver.core.observe(driver.moment);

describe("an exchange's first step", () => {
  test("it answers the next one that is alike, whose flow the core does not know", () => {
    assert.equal(begin().step.flow, 1);
    const { step } = begin({ ...PLAIN, url: "https://api.example.com/b" });
    assert.deepEqual(step, SEND);
    assert.deepEqual(port.names, ["exchange"]);
  });

  for (const [what, request] of [
    ["that reports headers", { ...PLAIN, headers: '{"rid":"x"}' }],
    ["whose body can be sent only once", { ...PLAIN, oneShot: true }],
  ]) {
    test(`it answers none ${what}, and the one of such a request answers none either`, () => {
      begin();
      begin(request);
      begin(request);
      assert.deepEqual(port.names, ["exchange", "exchange", "exchange"]);
      start();
      begin(request);
      begin();
      assert.deepEqual(port.names, ["exchange", "exchange"]);
    });
  }

  test("it answers until its time is over by the client's clock, and not at that moment", () => {
    begin();
    host.time = 1999;
    begin();
    assert.deepEqual(port.names, ["exchange"]);
    host.time = 2000;
    begin();
    assert.deepEqual(port.names, ["exchange"]);
  });

  test("it answers for the same cookies only, and is forgotten when others are answered", () => {
    begin();
    host.present = "a=2";
    begin();
    begin();
    host.present = "a=1";
    begin();
    assert.deepEqual(port.names, ["exchange", "exchange", "exchange"]);
  });

  test("it answers nothing if the core does not call it reusable", () => {
    start({ exchange: [{ flow: 1, ...SEND }] });
    begin();
    begin();
    assert.deepEqual(port.names, ["exchange", "exchange"]);
  });

  test("a caller cannot change it for later ones", () => {
    begin();
    assert.throws(() => {
      begin().step.flow = 7;
    }, TypeError);
    assert.deepEqual(begin().step, SEND);
  });
});

describe("a read", () => {
  test("its value answers the next one of its name, and no other", () => {
    assert.equal(call("get_user_id").value, "get_user_id");
    assert.equal(call("get_user_id").value, "get_user_id");
    assert.equal(call("get_tenant_id").value, "get_tenant_id");
    assert.equal(begin().step.do, "send");
    assert.deepEqual(port.names, ["call", "call", "exchange"]);
  });

  test("one with arguments is asked for each time, and answers none without", () => {
    call("get_claim_value", '{"id":"a"}');
    call("get_claim_value", '{"id":"a"}');
    call("get_claim_value");
    assert.deepEqual(port.names, ["call", "call", "call"]);
  });

  test("one that is not reusable is asked for again, and the others stay", () => {
    const nothing = { verdict: "value", value: null };
    start({ call: [{ ...nothing, reusableUntil: 2000 }, nothing] });
    call("a");
    call("b");
    call("b");
    call("a");
    assert.deepEqual(port.names, ["call", "call", "call"]);
  });

  test("it is never answered for other cookies, also if an exchange has been since", () => {
    call("get_user_id");
    host.present = "a=2"; // another tab
    begin();
    call("get_user_id");
    assert.deepEqual(port.names, ["call", "exchange", "call"]);
  });

  test("an answer to other cookies that is not reusable leaves what is kept", () => {
    start({ call: [{ verdict: "value", value: null }] });
    begin();
    host.present = "a=2";
    call("get_user_id");
    host.present = "a=1";
    begin();
    assert.deepEqual(port.names, ["exchange", "call"]);
  });

  test("its time is its own", () => {
    call("a");
    start({ call: [{ verdict: "value", value: 1, reusableUntil: 1500 }] });
    call("a");
    begin();
    host.time = 1500;
    call("a");
    begin();
    assert.deepEqual(port.names, ["call", "exchange", "call"]);
  });
});

describe("the response to an exchange that the cache has begun", () => {
  /** An exchange whose first step came out of the cache, at 1500. */
  function cached() {
    begin();
    host.time = 1500;
    const begun = begin();
    assert.deepEqual(port.names, ["exchange"]);
    return begun;
  }

  for (const status of [200, 204, 404, 500]) {
    test(`an ordinary one, ${status}, is the caller's, and the core is not asked`, () => {
      const { step, context } = cached();
      assert.deepEqual(driver.resume(step, status, context), { verdict: "deliver" });
      assert.deepEqual(port.names, []);
    });
  }

  for (const result of [...STATUSES, '{"status":200,"headers":{"front-token":"remove"}}']) {
    test(`one that the core acts on, ${result}, is begun there as of its time`, () => {
      const { step, context } = cached();
      host.time = 1900;
      host.present = "a=2";
      const next = driver.resume(step, result, context);
      assert.deepEqual(next, { verdict: "deliver", refresh: true });
      assert.deepEqual(port.asked, [
        ["exchange", "", false, undefined, 1500, true], // the cookies that the core was given last
        ["resume", 2, result, "a=2", 1900],
      ]);
    });
  }

  test("if the core was given other cookies since, it is given those of the beginning", () => {
    const { step, context } = cached();
    host.present = "a=2";
    call("get_user_id");
    port.asked.length = 0;
    driver.resume(step, 401, context);
    assert.deepEqual(port.asked, [
      ["exchange", "", false, "a=1", 1500, true],
      ["resume", 2, 401, "a=2", 1500],
    ]);
  });

  test("one from a foreign host says nothing, and is the caller's", () => {
    const { step, context } = cached();
    assert.deepEqual(driver.resume(step, 0, context), { verdict: "deliver" });
    assert.deepEqual(port.names, []);
  });

  test("an ordinary response to an exchange that the core knows is the core's", () => {
    const { step, context } = begin();
    port.asked.length = 0;
    driver.resume(step, 200, context);
    assert.deepEqual(port.asked, [["resume", 1, 200, undefined, 1000]]);
  });
});

describe("the cookies, which take long to cross", () => {
  test("they are passed if they have changed, for every call", () => {
    begin();
    observe();
    call("a", '{"b":1}');
    host.present = "a=2";
    observe();
    driver.resume({ flow: 1, do: "wait" }, null, new FlowContext());
    const cookiesOf = ([name, ...args]) => args[name === "observe" ? 0 : 2];
    const crossed = port.asked.map((question) => [question[0], cookiesOf(question)]);
    assert.deepEqual(crossed, [
      ["exchange", "a=1"],
      ["observe", undefined],
      ["call", undefined],
      ["observe", "a=2"],
      ["resume", undefined],
    ]);
  });
});

describe("a core that has to be asked again", () => {
  test("after a failure nothing is answered out of the cache until the core has answered", () => {
    begin();
    call("a");
    driver.fail();
    begin();
    call("a");
    begin();
    assert.deepEqual(port.names, ["exchange", "call", "exchange", "call"]);
  });

  test("a step without a name to keep it under is not kept", () => {
    const cache = new StepCache();
    const moment = { cookies: "", now: 0 };
    cache.keep(null, moment, { ...SEND, reusableUntil: 10 });
    assert.equal(cache.find(null, moment), undefined);
    assert.equal(cache.find("", moment), undefined);
  });
});
