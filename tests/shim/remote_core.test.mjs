import "./setup.mjs";
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Table } from "../../js_shim/src/core/table.js";
import { workerGone } from "../../js_shim/src/errors.js";
import { FlowContext } from "../../js_shim/src/flow/context.js";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { RemoteCore } from "../../js_shim/src/worker/remote_core.js";
import { nextTurn, printed } from "./browser.mjs";
import { PLAN, PlayedHost, pageOf, SEND } from "./core.mjs";

const REQUEST = { headers: "", oneShot: false, url: "https://api.example.com/a" };
const DELIVER = { verdict: "deliver" };
const VALUE = { verdict: "value", value: "alice" };

/** A link whose questions a test answers when it likes. */
class PlayedLink {
  asked = [];
  reported = [];
  #open = [];

  ask(...question) {
    this.asked.push(question);
    return new Promise((resolve, reject) => this.#open.push({ resolve, reject }));
  }

  report(...report) {
    this.reported.push(report);
  }

  /** Answer the oldest question. */
  answer(step) {
    this.#open.shift().resolve(step);
    return nextTurn();
  }

  /** The worker has gone. */
  end(reason) {
    for (const { reject } of this.#open.splice(0)) reject(reason);
    return nextTurn();
  }

  get names() {
    return this.asked.splice(0).map(([name]) => name);
  }
}

let link;
let host;
let driver;

/** A page whose core is in a worker. */
function start(table = null) {
  link = new PlayedLink();
  host = new PlayedHost();
  host.present = "sFrontToken=f; theme=dark; sAntiCsrf=c";
  driver = new Driver(pageOf(host), new RemoteCore(link, "{}", table), host, PLAN);
}
beforeEach(() => start());

function exchanging(statuses, request = REQUEST, signal = null) {
  const send = async () => new Response(null, { status: statuses.shift() });
  const context = new FlowContext(send, signal);
  const verdict = driver.run(driver.exchange(request, context), context);
  verdict.catch(() => {});
  return { context, verdict };
}

function calling(name, userContext = undefined) {
  const context = new FlowContext(null, null, userContext);
  const verdict = driver.run(driver.call(name, "", context), context);
  verdict.catch(() => {});
  return { context, verdict };
}

describe("what a page asks its worker's core", () => {
  test("it names the flow, and shows the session's cookies alone", async () => {
    exchanging([]);
    calling("get_user_id", { a: 1n });
    calling("get_tenant_id", { b: 2 });
    const shared = "sFrontToken=f; sAntiCsrf=c";
    assert.deepEqual(link.asked, [
      ["exchange", 1, undefined, { ...REQUEST, cookies: shared, now: 1000 }],
      ["call", 2, {}, shared, "get_user_id", ""], // a context that JSON cannot write
      ["call", 3, { b: 2 }, shared, "get_tenant_id", ""],
    ]);
  });

  test("an ordinary request asks no worker, once its first step is known", async () => {
    const first = exchanging([200]);
    await link.answer({ ...SEND, flow: 1, reusableUntil: 2000 });
    await link.answer(DELIVER);
    await first.verdict;
    assert.deepEqual(link.names, ["exchange", "resume"]);
    assert.deepEqual(await exchanging([200]).verdict, DELIVER);
    assert.deepEqual(link.asked, []);
    exchanging([200], { ...REQUEST, oneShot: true });
    exchanging([200], { ...REQUEST, headers: '{"rid":"x"}' });
    host.time = 2000;
    exchanging([200]);
    assert.deepEqual(link.names, ["exchange", "exchange", "exchange"]);
  });

  test("a read is answered here while it is reusable", async () => {
    const first = calling("get_user_id");
    await link.answer({ ...VALUE, reusableUntil: 2000 });
    assert.equal((await first.verdict).value, "alice");
    assert.equal((await calling("get_user_id").verdict).value, "alice");
    assert.deepEqual(link.names, ["call"]);
    driver.fail(workerGone());
    calling("get_user_id");
    assert.deepEqual(link.names, ["call"]);
  });

  test("an answer of the decision table asks no worker either", async () => {
    start(new Table(__TABLE__, { apiDomain: "https://api.example.com" }));
    host.present = "st-last-access-token-update=1";
    assert.deepEqual(await exchanging([404]).verdict, DELIVER);
    const token = btoa(JSON.stringify({ uid: "alice", ate: 2000, up: {} }));
    host.present += `; sFrontToken=${token}`;
    assert.equal((await calling("get_user_id").verdict).value, "alice");
    assert.deepEqual(link.asked, []);
    host.time = 2000;
    calling("get_user_id");
    assert.deepEqual(link.names, ["call"]);
  });

  test("a response that is the core's, to an exchange that it does not know, is sent with that", async () => {
    const first = exchanging([200]);
    await link.answer({ ...SEND, flow: 1, reusableUntil: 2000 });
    await link.answer(DELIVER);
    await first.verdict;
    link.asked.length = 0;
    host.time = 1500;
    const { verdict } = exchanging([401]);
    await nextTurn();
    const shared = "sFrontToken=f; sAntiCsrf=c";
    assert.deepEqual(link.asked, [
      ["exchange", 2, undefined, { ...REQUEST, cookies: shared, now: 1500, isSent: true }],
      ["resume", 2, shared, 401],
    ]);
    await link.answer({ ...SEND, flow: 2 });
    await link.answer(DELIVER);
    assert.deepEqual(await verdict, DELIVER);
  });

  test("if a caller is gone, the worker gets that once it knows the flow", async () => {
    const control = new AbortController();
    const { verdict } = exchanging([], REQUEST, control.signal);
    control.abort();
    await assert.rejects(verdict, { name: "AbortError" });
    assert.deepEqual(link.reported, [["cancel", 1]]);
  });
});

describe("a worker that goes", () => {
  test("what came is its caller's, and a read fails with the reason", async () => {
    const exchange = exchanging([401]);
    await link.answer({ ...SEND, flow: 1 });
    const call = calling("get_user_id");
    await link.end(workerGone());
    assert.deepEqual(await exchange.verdict, DELIVER);
    assert.equal(exchange.context.response.status, 401);
    await assert.rejects(call.verdict, { code: "BOOT_FAILED" });
  });

  test("so is what came of a request that the worker did not know yet", async () => {
    const first = exchanging([200]);
    await link.answer({ ...SEND, flow: 1, reusableUntil: 2000 });
    await link.answer(DELIVER);
    await first.verdict;
    const { verdict } = exchanging([401]);
    await nextTurn();
    await link.end(workerGone());
    assert.deepEqual(await verdict, DELIVER);
  });

  test("a call that continues here fails with the reason", async () => {
    const { verdict, context } = calling("validate_claims");
    context.functions = { validate: () => true };
    await link.answer({ flow: 1, do: "call", function: "validate", arguments: [] });
    assert.deepEqual(link.asked.at(-1).slice(0, 2), ["resume", 1]);
    await link.end(workerGone());
    await assert.rejects(verdict, { code: "BOOT_FAILED" });
  });

  test("a request that has not gone out fails with the reason", async () => {
    const { verdict } = exchanging([200]);
    await link.end(workerGone());
    await assert.rejects(verdict, { code: "BOOT_FAILED" });
  });
});

describe("an answer that is no step", () => {
  for (const step of [undefined, {}, { do: "post" }, { do: "lock" }, { verdict: "maybe" }]) {
    test(`${JSON.stringify(step)} is refused, since its caller would wait for ever`, async () => {
      const { verdict } = calling("get_user_id");
      await link.answer(step);
      await assert.rejects(verdict, { code: "SUPERTOKENS_ERROR" });
      assert.deepEqual(printed, []);
    });
  }
});
