import "./setup.mjs";
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { BootFiles } from "../../js_shim/src/boot/boot_files.js";
import { handOver } from "../../js_shim/src/core/hand_over.js";
import { PendingCore } from "../../js_shim/src/core/pending.js";
import { Table } from "../../js_shim/src/core/table.js";
import { limitWait } from "../../js_shim/src/core/wait_limit.js";
import { FlowContext } from "../../js_shim/src/flow/context.js";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { nextTurn, withoutWaiting } from "./browser.mjs";
import { PlayedCore, PlayedHost, pageOf } from "./core.mjs";

const API = "https://api.example.com";
const REQUEST = { headers: "", oneShot: false, url: `${API}/a` };
const SIGNED_OUT = "st-last-access-token-update=1"; // what it carries is in the table
const UNKNOWN = ""; // only the core can answer
const VALUE = { verdict: "value", value: 1 };
const DELIVER = { verdict: "deliver" };

let host;
let driver;
let pending;
let events;

/** A page before there is a core. */
function start(options = {}) {
  const table = new Table(__TABLE__, { apiDomain: API, ...options });
  host = new PlayedHost();
  events = [];
  const page = {
    ...pageOf(host, { emit: (fired) => events.push(...fired) }),
  };
  const files = new BootFiles(() => [], undefined, assert.fail);
  pending = new PendingCore(page, files, table.applies ? table : null);
  driver = new Driver(page, pending, host, { timeout: 0, ...table.plan });
  pending.driver = driver;
  return page;
}
beforeEach(() => void start());

/** The core has come. */
function arrive(core) {
  driver.use(core, host, driver.plan);
  handOver(pending);
  return core;
}

/** Begin an exchange whose attempts get these statuses. */
function exchanging(request, statuses, signal = null) {
  const sent = [];
  const send = async (step) => {
    sent.push(step);
    return new Response(null, { status: statuses.shift() });
  };
  const context = new FlowContext(send, signal);
  const verdict = driver.run(driver.exchange(request, context), context);
  verdict.catch(() => {});
  return { context, verdict, sent };
}

function calling(name) {
  const context = new FlowContext();
  const verdict = driver.run(driver.call(name, "", context), context);
  verdict.catch(() => {});
  return { context, verdict };
}

/** Whether a promise is still undecided when everything has run that can. */
async function waits(promise) {
  const undecided = Symbol("undecided");
  await nextTurn();
  const first = await Promise.race([promise.catch(() => {}), Promise.resolve(undecided)]);
  return first === undecided;
}

describe("an exchange before there is a core", () => {
  test("what the table says goes out at once, and an ordinary response is its caller's", async () => {
    host.present = SIGNED_OUT;
    const { verdict, sent } = exchanging(REQUEST, [404]);
    assert.deepEqual(await verdict, DELIVER);
    assert.equal(sent[0].headers["st-auth-mode"], "cookie");
  });

  test("what the table does not say waits, and the core is asked when it comes", async () => {
    host.present = UNKNOWN;
    const { verdict, sent } = exchanging(REQUEST, [200]);
    assert.equal(await waits(verdict), true);
    assert.equal(sent.length, 0);
    const core = arrive(new PlayedCore({ flow: 1, do: "send", headers: {}, drop: [] }, DELIVER));
    assert.deepEqual(await verdict, DELIVER);
    assert.deepEqual(core.asked, [["exchange"], ["resume", 1, 200]]);
  });

  test("with cookies or a clock of the page's own everything waits", async () => {
    start({ tokenStore: "indexedDB" });
    host.present = SIGNED_OUT;
    assert.equal(await waits(exchanging(REQUEST, [200]).verdict), true);
  });

  test("a file that Python may be waiting for goes out without the session", async () => {
    host.present = UNKNOWN;
    const { verdict, sent } = exchanging({ ...REQUEST, url: `${API}/app.py` }, [401]);
    assert.deepEqual(await verdict, DELIVER);
    assert.deepEqual(sent[0].headers, {});
  });

  test("if nothing has started Python yet, such a file waits like any other request", async () => {
    host.present = UNKNOWN;
    pending.isStarting = false;
    assert.equal(await waits(exchanging({ ...REQUEST, url: `${API}/app.py` }, []).verdict), true);
    assert.equal(await pending.needed, "request");
  });

  test("if the core knows that it is none of ours, it goes out as its caller made it", async () => {
    const page = start();
    host.present = UNKNOWN;
    const { verdict, sent } = exchanging(REQUEST, [401]);
    await nextTurn();
    page.covers = () => false;
    const core = arrive(new PlayedCore());
    assert.deepEqual(await verdict, DELIVER);
    assert.deepEqual(sent[0].headers, {});
    assert.deepEqual(core.asked, []);
  });

  test("its caller's abort ends its wait", async () => {
    host.present = UNKNOWN;
    const control = new AbortController();
    const { verdict } = exchanging(REQUEST, [], control.signal);
    control.abort();
    await assert.rejects(verdict, { name: "AbortError" });
    assert.deepEqual(arrive(new PlayedCore()).asked, []);
  });
});

describe("a response that is the core's, before there is one", () => {
  test("it waits, and the core gets it with the cookies and the clock of its beginning", async () => {
    host.present = SIGNED_OUT;
    host.time = 1000;
    const { verdict, context } = exchanging(REQUEST, [401]);
    assert.equal(await waits(verdict), true);
    host.present = "other=1";
    host.time = 2000;
    const core = arrive(new PlayedCore(DELIVER));
    assert.deepEqual(await verdict, DELIVER);
    assert.deepEqual(core.asked, [["resume", undefined, 401]]);
    assert.equal(context.core, core);
    const { cookies, now } = context.beginning;
    assert.deepEqual([cookies, now], [SIGNED_OUT, 1000]);
  });

  test("the core gets all of them before anything else, in the order in which they came", async () => {
    host.present = SIGNED_OUT;
    const call = calling("get_user_id");
    const statuses = [401, 403, 403];
    const exchanges = statuses.map((status) => exchanging(REQUEST, [status]));
    await nextTurn();
    const core = arrive(new PlayedCore(DELIVER, DELIVER, DELIVER, VALUE));
    await Promise.all([call, ...exchanges].map(({ verdict }) => verdict));
    assert.deepEqual(core.asked, [
      ...statuses.map((status) => ["resume", undefined, status]),
      ["call", "get_user_id"],
    ]);
  });

  test("what follows from it is carried out at once, and its events after the caller of init()", async () => {
    host.present = SIGNED_OUT;
    const { verdict } = exchanging(REQUEST, [401]);
    await nextTurn();
    arrive(new PlayedCore({ cookies: ["a=2"], events: [{ action: "SIGN_OUT" }], ...DELIVER }));
    assert.deepEqual(host.done.slice(0, 2), [["write", "a=2"], ["cookies changed"]]);
    assert.deepEqual(events, []);
    await verdict;
    assert.deepEqual(events, [{ action: "SIGN_OUT" }]);
    assert.equal(host.done.length, 2); // each thing once
  });

  test("if its caller cannot wait, the flows that it starts are followed all the same", async () => {
    host.present = SIGNED_OUT;
    const context = new FlowContext();
    const started = [];
    context.start = (child) => started.push(child); // as a synchronous XMLHttpRequest does
    const first = driver.exchange(REQUEST, context, false);
    driver.resume(first, 401, context).catch(() => {});
    driver.cancel(context);
    const refresh = { flow: 2, do: "lock", name: "l", timeout: 1 };
    const core = arrive(new PlayedCore({ ...DELIVER, spawned: [refresh] }, VALUE));
    await nextTurn();
    assert.deepEqual(started, []);
    assert.deepEqual(core.asked.at(-1), ["resume", 2, true]);
  });

  test("if its caller aborts, it is handed over all the same, and followed without the caller", async () => {
    host.present = SIGNED_OUT;
    const control = new AbortController();
    const { verdict, sent } = exchanging(REQUEST, [401, 200], control.signal);
    await nextTurn();
    control.abort();
    await assert.rejects(verdict, { name: "AbortError" });
    const again = { flow: 1, do: "send", headers: {}, drop: [] };
    const core = arrive(new PlayedCore({ flow: 1, do: "lock", name: "L" }, again));
    await nextTurn();
    assert.deepEqual(core.asked, [
      ["resume", undefined, 401],
      ["resume", 1, true],
    ]);
    assert.equal(sent.length, 1); // no caller would take another response
    assert.equal(host.locks.size, 0);
  });

  test("one that comes after the core goes to it at once, with its own beginning", async () => {
    host.present = SIGNED_OUT;
    host.time = 1000;
    let respond;
    const context = new FlowContext(
      () =>
        new Promise((resolve) => {
          respond = (status) => resolve(new Response(null, { status }));
        }),
    );
    const verdict = driver.run(driver.exchange(REQUEST, context), context);
    const core = arrive(new PlayedCore({ cookies: ["a=2"], ...DELIVER }));
    host.time = 2000;
    respond(401);
    await verdict;
    assert.deepEqual(core.asked, [["resume", undefined, 401]]);
    assert.equal(context.core, core);
    assert.equal(context.beginning.now, 1000);
    assert.deepEqual(host.done, [["write", "a=2"], ["cookies changed"]]);
  });

  test("if close() comes first, it is its caller's", async () => {
    host.present = SIGNED_OUT;
    const { verdict, context } = exchanging(REQUEST, [401]);
    await nextTurn();
    pending.readiness.fail(new Error("closed"));
    driver.close();
    assert.deepEqual(await verdict, DELIVER);
    assert.equal(context.response.status, 401);
  });

  test("if no core comes, it is its caller's", async () => {
    host.present = SIGNED_OUT;
    const { verdict, context } = exchanging(REQUEST, [401]);
    await nextTurn();
    pending.readiness.fail(new Error("no Python"));
    assert.deepEqual(await verdict, DELIVER);
    assert.equal(context.response.status, 401);
  });
});

describe("with cookies that the core reads from a mirror", () => {
  test("calls that wait continue when they have been read", async () => {
    host.present = SIGNED_OUT;
    const { verdict } = exchanging(REQUEST, [401]);
    await nextTurn();
    let read;
    host.jar.isMirrored = true;
    host.jar.sync = () =>
      new Promise((resolve) => {
        read = resolve;
      });
    const core = arrive(new PlayedCore(DELIVER));
    assert.equal(await waits(verdict), true);
    assert.deepEqual(core.asked, []);
    host.jar.sync = async () => {};
    read();
    assert.deepEqual(await verdict, DELIVER);
    assert.deepEqual(core.asked, [["resume", undefined, 401]]);
  });

  for (const [what, end, reason] of [
    ["close()", () => driver.close(), { code: "CLOSED" }],
    ["its caller's abort", (control) => control.abort(), { name: "AbortError" }],
  ]) {
    test(`after ${what}, calls that wait for them continue in no core`, async () => {
      const page = start();
      const control = new AbortController();
      host.present = UNKNOWN;
      const { verdict } = exchanging(REQUEST, [], control.signal);
      await nextTurn();
      let read;
      host.jar.isMirrored = true;
      host.jar.sync = () =>
        new Promise((resolve) => {
          read = resolve;
        });
      arrive(new PlayedCore());
      await nextTurn();
      end(control);
      await assert.rejects(verdict, reason);
      const next = new PlayedCore(VALUE);
      driver = new Driver(page, next, new PlayedHost(), driver.plan); // another init()
      read();
      await nextTurn();
      assert.deepEqual(next.asked, []);
    });
  }

  test("if they cannot be read, a response is its caller's, and a call fails with the reason", async () => {
    host.present = SIGNED_OUT;
    const { verdict } = exchanging(REQUEST, [401]);
    const call = calling("get_user_id");
    await nextTurn();
    const unreadable = new Error("unreadable");
    host.jar.isMirrored = true;
    host.jar.sync = async () => {
      throw unreadable;
    };
    arrive(new PlayedCore());
    assert.deepEqual(await verdict, DELIVER);
    await assert.rejects(call.verdict, (error) => error === unreadable);
  });
});

describe("a core that does not come", () => {
  const late = new Error("late");

  test("its failure is what all get that wait, and all that come later", async () => {
    host.present = UNKNOWN;
    const { verdict } = exchanging(REQUEST, []);
    const failure = new Error("no Python");
    pending.readiness.fail(failure);
    for (const promise of [verdict, calling("get_user_id").verdict]) {
      await assert.rejects(promise, (error) => error === failure);
    }
  });

  test("each caller waits as long as the limit, and one that comes later longer", async () => {
    const first = calling("get_user_id");
    await nextTurn();
    limitWait(pending.readiness, 60_000, () => late);
    await assert.rejects(
      withoutWaiting(() => {
        limitWait(pending.readiness, 60_000, () => late);
        return first.verdict;
      }),
      (error) => error === late,
    );
    const second = calling("get_user_id");
    await nextTurn();
    arrive(new PlayedCore(VALUE));
    assert.deepEqual(await second.verdict, VALUE);
  });

  test("a timer that comes late itself gives its caller a moment more", async () => {
    const timers = [];
    const nativeTimeout = globalThis.setTimeout;
    const clock = performance.now.bind(performance);
    let ahead = 0;
    performance.now = () => clock() + ahead;
    globalThis.setTimeout = (call, ms) => timers.push({ call, ms });
    let verdict;
    try {
      limitWait(pending.readiness, 1000, () => late);
      ({ verdict } = calling("get_user_id"));
      ahead = 5000; // the thread slept
      timers.shift().call();
      assert.equal(timers.length, 1);
      ahead += timers[0].ms + 500;
      timers.shift().call();
    } finally {
      performance.now = clock;
      globalThis.setTimeout = nativeTimeout;
    }
    await assert.rejects(verdict, (error) => error === late);
  });
});

describe("when the core is needed", () => {
  const live = () => {
    const token = btoa(JSON.stringify({ uid: "alice", ate: 2000, up: { tId: "public" } }));
    host.present = `${SIGNED_OUT}; sFrontToken=${token}`;
  };
  const reason = async () => {
    await nextTurn();
    return Promise.race([pending.needed, Promise.resolve("nothing")]);
  };

  test("a live session's reads are answered without it", async () => {
    live();
    const values = await Promise.all(
      ["get_user_id", "get_tenant_id", "does_session_exist"].map((name) => calling(name).verdict),
    );
    assert.deepEqual(
      values.map(({ value }) => value),
      ["alice", "public", true],
    );
    assert.equal(await reason(), "nothing");
  });

  for (const [what, begin, expected, isLive = true, time = 1000] of [
    ["a request without a known session", () => exchanging(REQUEST, []), "request", false],
    ["a refused request", () => exchanging(REQUEST, [401]), "response"],
    ["a call that changes something", () => calling("sign_out"), "sign_out"],
    ["a read of an expired token", () => calling("get_user_id"), "get_user_id", true, 2000],
  ]) {
    test(`${what} needs it`, async () => {
      if (isLive) live();
      else host.present = UNKNOWN;
      host.time = time;
      begin();
      assert.equal(await reason(), expected);
    });
  }
});
