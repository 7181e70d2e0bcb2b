import "./setup.mjs";
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { nextTurn, printed, printedWith, withoutWaiting } from "./browser.mjs";
import { PLAN, PlayedCore, PlayedHost, pageOf, part, SEND } from "./core.mjs";
import { NativeXHR } from "./native_xhr.mjs";

const { sessionXHR } = await import("../../js_shim/src/intercept/xhr/xhr.js");

const OURS = "https://api.example.com/a";
const FOREIGN = "https://other.example/a";
const DELIVER = { verdict: "deliver" };
const FIRST = { ...SEND, flow: 1 };
const WAIT = { flow: 1, do: "wait" };

let core;
let host;
let driver;
let shim;
let SessionXHR;

/** A page whose core gives these steps. */
function start(...steps) {
  core = new PlayedCore(...steps);
  host = new PlayedHost();
  driver = new Driver(pageOf(host), core, host, PLAN);
  const warnings = [];
  shim = {
    lifetime: {},
    driver,
    part,
    covers: driver.page.covers,
    warnings,
    warnOnce: (text) => warnings.push(text),
  };
  SessionXHR = sessionXHR(shim, NativeXHR);
}
beforeEach(() => start());

const EVENTS = ["readystatechange", "loadstart", "progress", "abort", "error", "load"];
EVENTS.push("timeout", "loadend");

/** Send a request; `seen` is what its listeners see, as events with the ready states of their time. */
function sending(url = OURS, { isAsync = true, prepare = () => {} } = {}) {
  const xhr = new SessionXHR();
  const seen = [];
  for (const type of EVENTS) {
    xhr.addEventListener(type, () => seen.push(`${type} ${xhr.readyState}`));
  }
  xhr.open("GET", url, isAsync);
  prepare(xhr);
  seen.length = 0;
  xhr.send();
  return { xhr, seen };
}
const attempts = (xhr) => NativeXHR.attempts(xhr);

/** Wake the flow that waits. */
function wake(response = null) {
  driver.apply({ verdict: "value", value: 1, wake: [1] }, { core, response, failure: undefined });
  return settle();
}
async function settle() {
  for (let n = 0; n < 5; n++) await nextTurn();
}

const ORDINARY = [
  "loadstart 1",
  "readystatechange 2",
  "readystatechange 3",
  "progress 3",
  "readystatechange 4",
  "load 4",
  "loadend 4",
];

describe("an ordinary response", () => {
  test("its native events pass as they come, after the core has judged it", async () => {
    start(FIRST, DELIVER);
    const { xhr, seen } = sending();
    let isTrusted;
    xhr.onload = (event) => {
      isTrusted = event.isTrusted;
    };
    xhr.addEventListener("readystatechange", () => {
      if (xhr.readyState === 2) assert.deepEqual(core.asked.at(-1), ["resume", 1, 404]);
    });
    await NativeXHR.respond(xhr, 404, "body");
    assert.deepEqual(seen, ORDINARY);
    assert.equal(isTrusted, true);
    assert.deepEqual([xhr.status, xhr.responseText], [404, "body"]);
    assert.deepEqual(attempts(xhr)[0].headers, { rid: "x" });
  });

  test("its headers go to the core if it asked for them, and no others are read", async () => {
    start(FIRST, DELIVER);
    driver.plan = { ...PLAN, responseHeaders: ["x", "hidden"] };
    const { xhr } = sending();
    const { getResponseHeader } = NativeXHR.prototype;
    const read = [];
    NativeXHR.prototype.getResponseHeader = function (name) {
      read.push(name);
      return getResponseHeader.call(this, name);
    };
    try {
      await NativeXHR.respond(xhr, 200, "", { x: "tokens", other: "z" });
    } finally {
      NativeXHR.prototype.getResponseHeader = getResponseHeader;
    }
    assert.deepEqual(read, ["x"]); // browsers complain where CORS does not expose one
    assert.deepEqual(core.asked.at(-1), ["resume", 1, '{"status":200,"headers":{"x":"tokens"}}']);
    assert.equal(driver.heads.last().get("other"), "z");
  });

  test("a request to a foreign host is the native object's alone", async () => {
    const { xhr, seen } = sending(FOREIGN);
    await NativeXHR.respond(xhr, 401, "body");
    assert.deepEqual(seen, ORDINARY);
    assert.deepEqual(core.asked, []);
    assert.deepEqual(attempts(xhr)[0].headers, {});
  });

  test("a network failure is reported by the native events, and the core forgets the flow", async () => {
    start(FIRST);
    const { xhr, seen } = sending();
    NativeXHR.fail(xhr);
    assert.deepEqual(seen, ["loadstart 1", "readystatechange 4", "error 4", "loadend 4"]);
    assert.deepEqual(core.cancelled, [1]);
  });
});

describe("a response that the core acts on", () => {
  test("nothing of it is seen, and the next attempt's events are the request's", async () => {
    start(FIRST, WAIT, { ...FIRST, headers: { rid: "again" } }, DELIVER);
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401, "expired");
    assert.deepEqual(seen, ["loadstart 1"]);
    assert.deepEqual([xhr.readyState, xhr.status, xhr.responseText], [1, 0, ""]);
    assert.equal(xhr.getAllResponseHeaders(), "");
    await wake();
    await NativeXHR.respond(xhr, 200, "body");
    assert.deepEqual(seen, ORDINARY);
    assert.deepEqual([xhr.status, xhr.responseText], [200, "body"]);
    assert.deepEqual(
      attempts(xhr).map(({ headers }) => headers.rid),
      ["x", "again"],
    );
  });

  test("if it is its caller's after all, it is seen as it came", async () => {
    start(FIRST, WAIT, DELIVER);
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401, "expired", { a: "b" });
    await wake();
    assert.deepEqual(seen, ORDINARY);
    assert.deepEqual([xhr.readyState, xhr.status, xhr.responseText], [4, 401, "expired"]);
    assert.equal(xhr.getResponseHeader("A"), "b");
  });

  test("if the refresh call's is its caller's, that one is seen in its place", async () => {
    start(FIRST, WAIT, { ...DELIVER, refresh: true });
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401, "expired");
    const response = new Response("refresh", { status: 503, headers: { a: "b" } });
    await wake(response);
    assert.deepEqual(seen, ORDINARY);
    assert.deepEqual([xhr.readyState, xhr.status, xhr.responseText], [4, 503, "refresh"]);
    assert.equal(xhr.getResponseHeader("A"), "b");
    assert.equal(xhr.getResponseHeader("none"), null);
    assert.equal(await response.text(), "refresh"); // others wait for it too
  });

  test("if the flow fails, the request ends in an error, and the console has the reason", async () => {
    const error = { name: "N", code: "C", message: "Why.", hint: "What to do." };
    start(FIRST, WAIT, { verdict: "fail", error });
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401, "expired");
    await wake();
    assert.deepEqual(seen, ["loadstart 1", "readystatechange 4", "error 4", "loadend 4"]);
    assert.deepEqual([xhr.status, xhr.responseText], [0, ""]);
    assert.equal(printedWith("Why. What to do.").length, 1);
  });

  test("if the core fails at its head, its caller gets the response", async () => {
    start(FIRST);
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401);
    await settle();
    assert.deepEqual(seen, ORDINARY);
    assert.equal(xhr.status, 401);
    assert.equal(printedWith("could not be processed").length, 1);
  });

  test("if the core wants its text, its caller gets it, and the core the text at its end", async () => {
    start(FIRST, { flow: 1, do: "read_text" }, DELIVER);
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 403, '{"a":1}');
    assert.deepEqual(seen, ORDINARY);
    assert.deepEqual(core.asked.at(-1), ["resume", 1, '{"a":1}']);
    assert.equal(xhr.status, 403);
  });

  test("a refresh that comes first is waited for before anything is sent", async () => {
    start(WAIT, FIRST, DELIVER);
    const { xhr, seen } = sending();
    assert.deepEqual(seen, ["loadstart 1"]);
    assert.deepEqual(attempts(xhr), []);
    await wake();
    await NativeXHR.respond(xhr, 200, "body");
    assert.deepEqual(seen, ORDINARY);
  });
});

describe("a listener that turns to something else", () => {
  test("opened again while the response was held back, it is another request", async () => {
    start(FIRST, WAIT, { ...FIRST, flow: 2 }, DELIVER);
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401, "expired");
    xhr.open("GET", OURS);
    assert.deepEqual(core.cancelled, [1]);
    assert.deepEqual(seen, ["loadstart 1"]); // as natively: it was open and is open
    seen.length = 0;
    xhr.send();
    await NativeXHR.respond(xhr, 200, "body");
    assert.deepEqual(seen, ORDINARY);
  });

  test("opened again by a listener of held events, the rest is not fired", async () => {
    start(FIRST, WAIT, DELIVER);
    const { xhr, seen } = sending();
    xhr.addEventListener("readystatechange", () => {
      if (xhr.readyState === 3) xhr.open("GET", FOREIGN);
    });
    await NativeXHR.respond(xhr, 401, "expired");
    await wake();
    assert.deepEqual(seen, [
      "loadstart 1",
      "readystatechange 2",
      "readystatechange 3",
      "readystatechange 1",
    ]);
    assert.deepEqual([xhr.readyState, xhr.status], [1, 0]);
  });

  test("abort() while it waits ends it as natively, and the core forgets the flow", async () => {
    start(FIRST, WAIT);
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401, "expired");
    xhr.abort();
    assert.deepEqual(seen, ["loadstart 1", "readystatechange 4", "abort 4", "loadend 4"]);
    assert.deepEqual([xhr.readyState, xhr.status], [0, 0]);
    assert.deepEqual(core.cancelled, [1]);
    await wake();
    assert.equal(seen.length, 4);
  });

  test("abort() after another response was shown resets it without a word", async () => {
    start(FIRST, WAIT, { ...DELIVER, refresh: true });
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401, "expired");
    await wake(new Response("refresh", { status: 503 }));
    const reported = seen.length;
    xhr.abort();
    assert.equal(seen.length, reported);
    assert.deepEqual([xhr.readyState, xhr.status, xhr.responseText], [0, 0, ""]);
  });

  test("while it is on its way, it cannot be sent again or given headers", async () => {
    start(FIRST, WAIT);
    const { xhr } = sending();
    await NativeXHR.respond(xhr, 401, "expired");
    assert.throws(() => xhr.send(), { name: "InvalidStateError" });
    assert.throws(() => xhr.setRequestHeader("a", "b"), { name: "InvalidStateError" });
    xhr.abort();
  });
});

describe("what the caller has set", () => {
  test("its headers are sent in each attempt, but for those that are dropped or replaced", async () => {
    const step = { ...FIRST, headers: { rid: "ours" }, drop: ["authorization"] };
    start(step, WAIT, step, DELIVER);
    const prepare = (xhr) => {
      xhr.setRequestHeader("Authorization", "stale");
      xhr.setRequestHeader("RID", "theirs");
      xhr.setRequestHeader("Accept", "a");
      xhr.setRequestHeader("Accept", "b");
    };
    const { xhr } = sending(OURS, { prepare });
    await NativeXHR.respond(xhr, 401);
    await wake();
    for (const { headers } of attempts(xhr)) {
      assert.deepEqual(headers, { Accept: "a, b", rid: "ours" });
    }
    assert.equal(attempts(xhr).length, 2);
  });

  test("credentials that are added for the attempts are not the caller's", async () => {
    start({ ...FIRST, credentials: "include" }, DELIVER);
    const { xhr } = sending();
    assert.equal(attempts(xhr)[0].withCredentials, true);
    assert.equal(xhr.withCredentials, false);
    await NativeXHR.respond(xhr, 200);
    xhr.open("GET", FOREIGN);
    xhr.send();
    assert.equal(attempts(xhr)[1].withCredentials, false);
  });

  test("its time limit counts over all attempts: the next has what is left", async () => {
    start(FIRST, WAIT, FIRST, DELIVER);
    const clock = performance.now.bind(performance);
    let ahead = 0;
    performance.now = () => clock() + ahead;
    try {
      const prepare = (xhr) => {
        xhr.timeout = 60_000;
      };
      const { xhr } = sending(OURS, { prepare });
      await NativeXHR.respond(xhr, 401);
      ahead = 50_000;
      await wake();
      const [first, second] = attempts(xhr).map(({ timeout }) => timeout);
      assert.equal(first, 60_000);
      assert.ok(second > 5_000 && second <= 10_000, `${second}`);
      assert.equal(xhr.timeout, 60_000);
      await NativeXHR.respond(xhr, 200);
      xhr.open("GET", FOREIGN);
      xhr.send();
      assert.equal(attempts(xhr)[2].timeout, 60_000);
    } finally {
      performance.now = clock;
    }
  });

  test("a timeout while it waits is reported as natively", async () => {
    start(FIRST, WAIT);
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401);
    await withoutWaiting(async () => {
      xhr.timeout = 60_000;
      await settle();
    });
    assert.deepEqual(seen, ["loadstart 1", "readystatechange 4", "timeout 4", "loadend 4"]);
    assert.equal(core.cancelled[0], 1);
  });

  test("while it waits for Python to start, its time does not count", async () => {
    let arrive;
    start(
      new Promise((resolve) => {
        arrive = resolve;
      }),
      DELIVER,
    );
    core.isPending = true;
    const clock = performance.now.bind(performance);
    let ahead = 0;
    performance.now = () => clock() + ahead;
    try {
      const prepare = (xhr) => {
        xhr.timeout = 60_000;
      };
      const { xhr, seen } = sending(OURS, { prepare });
      await settle();
      ahead = 1e6;
      core.isPending = false;
      arrive(FIRST);
      await settle();
      assert.ok(attempts(xhr)[0].timeout > 50_000, `${attempts(xhr)[0].timeout}`);
      await NativeXHR.respond(xhr, 200, "body");
      assert.deepEqual(seen, ORDINARY);
    } finally {
      performance.now = clock;
    }
  });
});

describe("a synchronous request", () => {
  const sync = { isAsync: false };
  const END = ["readystatechange 4", "load 4", "loadend 4"];

  test("its response is there when send() returns", () => {
    start(FIRST, DELIVER);
    NativeXHR.synchronous.push([200, "body"]);
    const { xhr, seen } = sending(OURS, sync);
    assert.deepEqual([xhr.status, xhr.responseText], [200, "body"]);
    assert.deepEqual(seen, END);
  });

  test("a refresh is made within it, and its own attempt is made again", () => {
    const lock = { flow: 2, do: "lock", name: "L", timeout: 1 };
    const post = {
      flow: 2,
      do: "post",
      url: `${OURS}/refresh`,
      headers: {},
      credentials: "include",
    };
    const woken = { verdict: "value", value: 1, wake: [1] };
    start(FIRST, { ...WAIT, spawned: [lock] }, post, woken, FIRST, DELIVER);
    host.lockNow = () => true;
    NativeXHR.synchronous.push([401, "expired"], [200], [200, "body"]);
    const { xhr, seen } = sending(OURS, sync);
    assert.deepEqual([xhr.status, xhr.responseText], [200, "body"]);
    assert.deepEqual(seen, END);
    assert.equal(NativeXHR.synchronous.length, 0);
  });

  test("if Python is in a worker, or the session was not read yet, it goes out without it", () => {
    for (const change of [
      () => {
        core.isRemote = true;
      },
      () => {
        host.jar.isKnown = false;
      },
    ]) {
      start();
      change();
      NativeXHR.synchronous.push([401, "body"]);
      const { xhr } = sending(OURS, sync);
      assert.equal(xhr.status, 401);
      assert.equal(shim.warnings.length, 1);
      assert.deepEqual(core.asked, []);
    }
  });

  test("if the core fails at its response, it is sent once, and its caller has that response", () => {
    start(FIRST); // no answer to more
    NativeXHR.synchronous = [[401, "once"], ...Array(5).fill([401, "again"])];
    const { xhr } = sending(OURS, { isAsync: false });
    assert.deepEqual([attempts(xhr).length, xhr.status, xhr.responseText], [1, 401, "once"]);
  });

  test("if it would have to wait for Python to start, it goes out without the session", () => {
    start(new Promise(() => {}));
    NativeXHR.synchronous.push([401, "body"]);
    const { xhr } = sending(OURS, sync);
    assert.deepEqual([xhr.status, attempts(xhr)[0].headers], [401, {}]);
    assert.equal(printedWith("cannot wait until Python has started").length, 1);
  });
});

describe("the class", () => {
  test("after close(), and in the next lifetime, it is the native one", async () => {
    start();
    shim.lifetime = {}; // that of the next init()
    const { xhr, seen } = sending();
    await NativeXHR.respond(xhr, 401);
    assert.deepEqual(seen.length, ORDINARY.length);
    assert.deepEqual(core.asked, []);
    assert.deepEqual(printed, []);
  });

  test("it has the native one's name and constants, and leaves other objects to that", () => {
    assert.equal(SessionXHR.name, "XMLHttpRequest");
    assert.equal(SessionXHR.DONE, 4);
    assert.ok(new SessionXHR() instanceof NativeXHR);
    const { get } = Object.getOwnPropertyDescriptor(SessionXHR.prototype, "status");
    assert.throws(() => get.call({}), TypeError);
    const native = new NativeXHR();
    SessionXHR.prototype.open.call(native, "GET", "/");
    assert.equal(native.readyState, 1);
    assert.throws(() => new SessionXHR().open("GET"), TypeError);
  });
});
