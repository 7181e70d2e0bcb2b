import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FlowContext } from "../../js_shim/src/flow/context.js";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { BARE } from "../../js_shim/src/flow/steps.js";
import { nextTask, Waiters } from "../../js_shim/src/flow/waiters.js";
import { hangs, nextTurn, printed, withoutWaiting } from "./browser.mjs";
import { PLAN, PlayedCore, PlayedHost, pageOf, SEND } from "./core.mjs";

const VALUE = { verdict: "value", value: 1 };
const DELIVER = { verdict: "deliver" };
const WAIT = { flow: 1, do: "wait" };
const LOCK = { flow: 1, do: "lock", name: "L", timeout: 1 };

function driverOf(...steps) {
  const host = new PlayedHost();
  const core = new PlayedCore(...steps);
  return { driver: new Driver(pageOf(host), core, host, PLAN), core, host };
}

/** A call of the API, on its way to its verdict. */
function calling(driver, signal = null, userContext = undefined) {
  const context = new FlowContext(null, signal, userContext);
  return { context, verdict: driver.run(driver.call("name", "", context), context) };
}

/** An exchange whose attempts get these responses. */
function exchanging(driver, responses, signal = null) {
  const context = new FlowContext(async () => responses.shift(), signal);
  const request = { headers: "", oneShot: false, url: "https://api.example.com/a" };
  return { context, verdict: driver.run(driver.exchange(request, context), context) };
}

function dies() {
  throw new Error("died");
}

const isClosed = { code: "CLOSED" };

describe("a step", () => {
  test("it is carried out in order: writes, unlocks, events, woken flows", async () => {
    const { driver, host } = driverOf(WAIT);
    const waiting = calling(driver);
    await nextTurn();
    waiting.verdict.then(() => host.done.push(["woken"]));
    host.locks.add(9);
    driver.core.steps.push(VALUE, VALUE);
    const context = new FlowContext();
    context.core = driver.core;
    context.start = ({ flow }) => host.done.push(["started", flow]);
    driver.apply(
      {
        wake: [1],
        spawned: [{ flow: 2, do: "wait" }],
        events: [{ action: "SIGN_OUT" }],
        unlock: [9],
        warnings: ["Careful."],
        storage: { skew: "1" },
        cookies: ["a=2"],
        ...VALUE,
      },
      context,
    );
    await waiting.verdict;
    await nextTurn();
    assert.deepEqual(host.done, [
      ["write", "a=2"],
      ["cookies changed"],
      ["store", { skew: "1" }],
      ["unlock", 9],
      ["emit", { action: "SIGN_OUT" }],
      ["started", 2],
      ["woken"],
    ]);
    assert.deepEqual(printed, ["supertokens: Careful. "]);
  });

  test("its events have the user context of the flow's caller", async () => {
    const { driver, host } = driverOf({
      events: [{ action: "SIGN_OUT", userContext: {} }],
      ...VALUE,
    });
    const own = { a: 1 };
    await calling(driver, null, own).verdict;
    assert.equal(host.done[0][1].userContext, own);
  });

  test("a flow that it starts is followed beside it", async () => {
    const { driver, core } = driverOf({ ...VALUE, spawned: [LOCK] }, VALUE);
    assert.deepEqual(await calling(driver).verdict, { ...VALUE, spawned: [LOCK] });
    await nextTurn();
    assert.deepEqual(core.asked, [
      ["call", "name"],
      ["resume", 1, true],
    ]);
  });

  test("a bare request's response is its caller's, and the core is not asked", async () => {
    const { driver, core } = driverOf(BARE);
    const { verdict, context } = exchanging(driver, [new Response(null, { status: 401 })]);
    assert.deepEqual(await verdict, DELIVER);
    assert.equal(context.response.status, 401);
    assert.deepEqual(core.asked, [["exchange"]]);
  });

  test("an answer that takes time is waited for, wherever it comes", async () => {
    const { driver, core } = driverOf(
      Promise.resolve({ ...SEND, flow: 1 }),
      Promise.resolve(DELIVER),
    );
    const { verdict } = exchanging(driver, [new Response()]);
    assert.deepEqual(await verdict, DELIVER);
    assert.deepEqual(core.asked, [["exchange"], ["resume", 1, 200]]);
  });
});

describe("waking those that waited for a refresh", () => {
  test("they get its response and its failure, and continue in slices of a task each", async () => {
    const { driver, core } = driverOf();
    const calls = [];
    for (let flow = 1; flow <= 120; flow++) {
      core.steps.push({ flow, do: "wait" });
      calls.push(calling(driver));
    }
    await nextTurn();
    core.steps.push(...Array(120).fill(VALUE));
    const from = new FlowContext();
    from.core = core;
    from.response = new Response();
    from.failure = new Error("why");
    let ended = 0;
    for (const { verdict } of calls) verdict.then(() => ended++);
    driver.apply({ ...VALUE, wake: calls.map(({ context }) => context.flow) }, from);
    const seen = [];
    for (let n = 0; n < 4; n++) {
      for (let turn = 0; turn < 20; turn++) await null;
      seen.push(ended);
      await nextTask();
    }
    assert.deepEqual(seen.slice(0, 1), [50]);
    await Promise.all(calls.map(({ verdict }) => verdict));
    assert.ok(seen.includes(100), `${seen}`);
    for (const { context } of calls) {
      assert.equal(context.refreshResponse, from.response);
      assert.equal(context.failure, from.failure);
    }
  });

  test("a flow of the same number in another core is not woken", async () => {
    const { driver, host } = driverOf(WAIT, VALUE);
    const { verdict } = calling(driver);
    await nextTurn();
    const other = new PlayedCore();
    driver.use(other, host, PLAN);
    const context = new FlowContext();
    context.core = other;
    driver.apply({ ...VALUE, wake: [1] }, context);
    let isWoken = false;
    verdict.then(
      () => {
        isWoken = true;
      },
      () => {},
    );
    await nextTurn();
    assert.equal(isWoken, false);
    driver.close();
  });

  test("one whose caller has gone meanwhile is left out", async () => {
    const { driver, core } = driverOf(WAIT);
    const control = new AbortController();
    const { verdict } = calling(driver, control.signal);
    control.abort();
    await assert.rejects(verdict, { name: "AbortError" });
    const from = new FlowContext();
    from.core = core;
    driver.apply({ ...VALUE, wake: [1, 7] }, from);
    await nextTurn();
    assert.deepEqual(core.asked, [["call", "name"]]);
  });
});

describe("a caller that aborts", () => {
  test("its wait ends at once with its reason, and the core forgets the flow", async () => {
    const { driver, core } = driverOf(WAIT);
    const control = new AbortController();
    const { verdict } = calling(driver, control.signal);
    await nextTurn();
    const reason = new Error("enough");
    control.abort(reason);
    await assert.rejects(verdict, (error) => error === reason);
    assert.deepEqual(core.cancelled, [1]);
  });

  test("no wait leaves a listener on its signal, also one in another", async () => {
    const waiters = new Waiters();
    const listeners = new Set();
    const signal = {
      addEventListener: (_, listener) => listeners.add(listener),
      removeEventListener: (_, listener) => listeners.delete(listener),
    };
    const context = new FlowContext(null, signal);
    await waiters.race(waiters.race(nextTurn(), context), context);
    assert.equal(listeners.size, 0);
  });

  test("one that has aborted already does not wait at all", async () => {
    const { driver } = driverOf(WAIT);
    await assert.rejects(calling(driver, AbortSignal.abort()).verdict, { name: "AbortError" });
  });

  test("so does its wait for an answer of the core", async () => {
    const { driver, core } = driverOf(hangs());
    const control = new AbortController();
    const { verdict } = calling(driver, control.signal);
    const reason = new Error("enough");
    control.abort(reason);
    await assert.rejects(verdict, (error) => error === reason);
    assert.equal(core.cancelled.length, 1);
  });

  test("a flow that was started for it continues", async () => {
    const { driver, core } = driverOf({ ...WAIT, spawned: [{ ...LOCK, flow: 2 }] }, VALUE);
    const control = new AbortController();
    const { verdict } = calling(driver, control.signal);
    control.abort();
    await assert.rejects(verdict, { name: "AbortError" });
    await nextTurn();
    assert.deepEqual(core.asked.at(-1), ["resume", 2, true]);
    assert.deepEqual(core.cancelled, [1]);
  });

  test("if its own request fails, the error is its own, and the core forgets the flow", async () => {
    const { driver, core, host } = driverOf({ ...SEND, flow: 1 });
    host.locks.add(1);
    const reason = new TypeError("Failed to fetch");
    const { verdict } = exchanging(driver, [Promise.reject(reason)]);
    await assert.rejects(verdict, (error) => error === reason);
    assert.deepEqual(core.cancelled, [1]);
    assert.deepEqual(host.done, [["unlock", 1]]);
  });
});

describe("close()", () => {
  test("it ends all waits with Closed, frees all locks, and bothers the core no more", async () => {
    const { driver, core, host } = driverOf(
      WAIT,
      hangs(),
      { ...LOCK, flow: 2 },
      { ...WAIT, flow: 2 },
    );
    const waits = [calling(driver), calling(driver), calling(driver)];
    await nextTurn();
    assert.deepEqual([...host.locks], [2]);
    driver.close();
    for (const { verdict } of waits) await assert.rejects(verdict, isClosed);
    assert.equal(host.locks.size, 0);
    assert.deepEqual(core.cancelled, []);
  });

  test("what is on its way to the network is still its caller's", async () => {
    const { driver, core } = driverOf({ ...SEND, flow: 1 });
    let arrive;
    const sent = new Promise((resolve) => {
      arrive = resolve;
    });
    const { verdict, context } = exchanging(driver, [sent]);
    await nextTurn();
    driver.close();
    arrive(new Response(null, { status: 401 }));
    assert.deepEqual(await verdict, DELIVER);
    assert.equal(context.response.status, 401);
    assert.deepEqual(core.asked, [["exchange"]]);
  });

  test("a call of ours that is on its way is not gone on with", async () => {
    const { driver, host } = driverOf({
      ...{ flow: 1, do: "post", url: "https://api.example.com/r" },
      timeout: 60_000,
    });
    let arrive;
    host.nativeFetch = () =>
      new Promise((resolve) => {
        arrive = resolve;
      });
    const { verdict } = calling(driver);
    await nextTurn();
    driver.close();
    arrive(new Response());
    await assert.rejects(verdict, isClosed);
  });
});

describe("a flow's lock", () => {
  test("it is freed when the flow has its verdict", async () => {
    const { driver, host } = driverOf(LOCK, VALUE);
    await calling(driver).verdict;
    assert.deepEqual(host.done, [["unlock", 1]]);
  });

  test("it is freed when the flow ends in an error, also when the core has died", async () => {
    const { driver, core, host } = driverOf(LOCK);
    await assert.rejects(calling(driver).verdict, /no answer/);
    assert.deepEqual(host.done, [["unlock", 1]]);
    assert.deepEqual(core.cancelled, [1]);
  });

  test("it is kept while another part runs the flow, and freed at its end here", async () => {
    const { driver, host } = driverOf(LOCK, { ...SEND, flow: 1 }, DELIVER);
    const context = new FlowContext();
    context.isElsewhere = ({ do: effect }) => effect === "send";
    const step = await driver.run(driver.call("name", "", context), context);
    assert.equal(step.do, "send");
    assert.deepEqual(host.done, []);
    await driver.follow(driver.resume(step, 200, context), context);
    assert.deepEqual(host.done, [["unlock", 1]]);
  });
});

describe("a response whose body the core wants to read", () => {
  const READ = { flow: 1, do: "read_text" };

  test("its text is read before its caller gets it, and the caller can still read it", async () => {
    const { driver, core } = driverOf({ ...SEND, flow: 1 }, READ, DELIVER);
    const { verdict, context } = exchanging(driver, [new Response("text", { status: 403 })]);
    assert.deepEqual(await verdict, DELIVER);
    assert.deepEqual(core.asked.at(-1), ["resume", 1, "text"]);
    assert.equal(await context.response.text(), "text");
  });

  test("if the body is late, its caller gets the response, and the core the text in its time", async () => {
    let control;
    const body = new ReadableStream({
      start(controller) {
        control = controller;
      },
    });
    const { driver, core, host } = driverOf({ ...SEND, flow: 1 }, READ, {
      ...VALUE,
      cookies: ["a=2"],
    });
    const patient = { ...PLAN, timeout: 1e9 };
    driver.plan = patient;
    const { verdict, context } = exchanging(driver, [new Response(body, { status: 403 })]);
    const nativeTimeout = globalThis.setTimeout;
    // The wait for the body is over at once, its own limit is not.
    globalThis.setTimeout = (call, ms, ...args) => nativeTimeout(call, ms > 1e6 ? ms : 0, ...args);
    try {
      assert.deepEqual(await verdict, DELIVER);
    } finally {
      globalThis.setTimeout = nativeTimeout;
    }
    assert.equal(core.asked.length, 2);
    control.enqueue(new TextEncoder().encode("late"));
    control.close();
    assert.equal(await context.response.text(), "late");
    while (core.asked.length < 3) await nextTurn();
    assert.deepEqual(core.asked.at(-1), ["resume", 1, "late"]);
    assert.deepEqual(host.done[0], ["write", "a=2"]);
  });

  test("if its end comes after close(), it is its caller's all the same", async () => {
    const { driver, core } = driverOf({ ...SEND, flow: 1 }, READ);
    let control;
    const body = new ReadableStream({
      start(controller) {
        control = controller;
      },
    });
    const { verdict } = exchanging(driver, [new Response(body, { status: 403 })]);
    await nextTurn();
    driver.close();
    control.close();
    assert.deepEqual(await verdict, DELIVER);
    assert.equal(core.asked.length, 2);
  });

  test("after close() the caller has what came", async () => {
    const { driver } = driverOf({ ...SEND, flow: 1 }, READ);
    const body = new ReadableStream();
    const { verdict } = exchanging(driver, [new Response(body, { status: 403 })]);
    await nextTurn();
    driver.close();
    assert.deepEqual(await withoutWaiting(() => verdict), DELIVER);
  });
});

describe("cookies that are mirrored", () => {
  /** A driver whose jar notes its syncs among what was asked. */
  function mirrored(...steps) {
    const { driver, core, host } = driverOf(...steps);
    host.jar.isMirrored = true;
    host.jar.sync = async () => void core.asked.push("sync");
    host.jar.flushed = async () => void core.asked.push("flushed");
    return { driver, core, host };
  }

  test("they are synced before a flow begins and continues, and flushed at its end", async () => {
    const { driver, core } = mirrored(LOCK, VALUE);
    await calling(driver).verdict;
    assert.deepEqual(core.asked, [
      "sync",
      ["call", "name"],
      "sync",
      ["resume", 1, true],
      "flushed",
    ]);
  });

  test("a bare status is worth no sync", async () => {
    const { driver, core } = mirrored({ ...SEND, flow: 1 }, DELIVER);
    await exchanging(driver, [new Response()]).verdict;
    assert.deepEqual(core.asked, ["sync", ["exchange"], ["resume", 1, 200], "flushed"]);
  });

  test("a caller that cannot wait is answered with what is known", () => {
    const { driver, core } = mirrored(DELIVER);
    const request = { headers: "", oneShot: false, url: "" };
    assert.deepEqual(driver.exchange(request, new FlowContext(), false), DELIVER);
    assert.deepEqual(core.asked, [["exchange"]]);
  });

  test("if they cannot be read, no flow begins or continues, but new ones are kept", async () => {
    const unreadable = new Error("unreadable");
    const { driver, core, host } = mirrored({ ...SEND, flow: 1 }, DELIVER, LOCK);
    const fails = async () => {
      throw unreadable;
    };
    const headers = { x: "tokens" };
    host.jar.sync = async () => {
      host.jar.sync = fails;
    };
    const first = exchanging(driver, [new Response("", { headers })]);
    assert.deepEqual(await first.verdict, DELIVER);
    assert.equal(typeof core.asked.findLast(([question]) => question === "resume")[2], "string");
    host.jar.sync = async () => {
      host.jar.sync = fails;
    };
    await assert.rejects(calling(driver).verdict, (error) => error === unreadable);
    await assert.rejects(calling(driver).verdict, (error) => error === unreadable);
    const begun = core.asked.filter(([question]) => question === "call");
    assert.equal(begun.length, 1); // the last one has not begun
  });

  test("a sync that never ends is waited for until its caller aborts", async () => {
    const { driver, host } = mirrored();
    host.jar.sync = hangs;
    const control = new AbortController();
    const { verdict } = calling(driver, control.signal);
    control.abort();
    await assert.rejects(verdict, { name: "AbortError" });
  });
});

describe("a core that fails", () => {
  for (const [what, fails] of [
    ["at once", dies],
    ["after a while", async () => dies()],
  ]) {
    test(`if it dies ${what} over a response, the caller gets that, and the next call the reason`, async () => {
      const { driver, core } = driverOf({ ...SEND, flow: 1 });
      core.resume = core.call = fails;
      const { verdict, context } = exchanging(driver, [new Response(null, { status: 401 })]);
      assert.deepEqual(await verdict, DELIVER);
      assert.equal(context.response.status, 401);
      assert.match(printed.splice(0).join(), /could not be processed/);
      await assert.rejects(async () => driver.call("name", "", new FlowContext()), /died/);
    });
  }

  test("if a flow beside fails, all waits end with its error, and the cache is forgotten", async () => {
    const kept = { ...VALUE, reusableUntil: 2000 };
    const { driver, core } = driverOf(kept, { ...WAIT, spawned: [{ ...LOCK, flow: 2 }] });
    await calling(driver).verdict;
    const { verdict } = exchanging(driver, []);
    await assert.rejects(verdict, /no answer/);
    core.steps.push(VALUE);
    await calling(driver).verdict;
    assert.deepEqual(core.asked.at(-1), ["call", "name"]);
  });

  test("a response to an exchange that no core knows is for the one that is there by now", async () => {
    const { driver, core } = driverOf(SEND);
    let respond;
    const sent = new Promise((resolve) => {
      respond = resolve;
    });
    const { verdict } = exchanging(driver, [sent]);
    const other = new PlayedCore(DELIVER);
    driver.use(other, new PlayedHost(), PLAN);
    respond(new Response(null, { status: 401 }));
    assert.deepEqual(await verdict, DELIVER);
    assert.deepEqual(core.asked, [["exchange"]]);
    assert.deepEqual(other.asked, [["resume", undefined, 401]]);
  });

  test("another core answers from then on, and running flows stay in their own", async () => {
    const { driver, core, host } = driverOf(WAIT, VALUE);
    const first = calling(driver);
    await nextTurn();
    const other = new PlayedCore({ ...VALUE, value: 2 });
    const nextHost = new PlayedHost();
    driver.use(other, nextHost, PLAN);
    assert.equal((await calling(driver).verdict).value, 2);
    const from = new FlowContext();
    from.core = core;
    driver.apply({ ...VALUE, wake: [1] }, from);
    assert.equal((await first.verdict).value, 1);
    assert.deepEqual(host.locks.size, 0);
    assert.deepEqual(other.asked, [["call", "name"]]);
  });
});
