import "./setup.mjs";
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { sessionFetch } from "../../js_shim/src/intercept/fetch.js";
import { PLAN, PlayedCore, PlayedHost, pageOf, SEND } from "./core.mjs";

const OURS = "https://api.example.com/a";
const FOREIGN = "https://other.example/a";
const FIRST = { ...SEND, flow: 1, headers: { rid: "ours" }, drop: ["authorization"] };
const DELIVER = { verdict: "deliver" };

/** What the native fetch got, in order. @type {any[][]} */
let calls;
/** The same, as the platform reads it. @type {Request[]} */
let sent;
/** What it answers; 200 when there is no more. @type {Response[]} */
let responses;
let core;
let shim;
let ours;

async function nativeFetch(...args) {
  calls.push(args);
  if (args.length > 0) sent.push(new Request(...args));
  return responses.shift() ?? new Response("body");
}

/** A page whose core gives these steps: by default two attempts. */
function start(...steps) {
  calls = [];
  sent = [];
  responses = [];
  core = new PlayedCore(...steps);
  const requests = [];
  const { exchange } = core;
  core.exchange = (request) => {
    requests.push(request);
    return exchange(request);
  };
  const host = new PlayedHost();
  const page = pageOf(host);
  const driver = new Driver(page, core, host, {
    ...PLAN,
    requestHeaders: ["authorization", "rid"],
  });
  shim = {
    lifetime: {},
    driver,
    covers: page.covers,
    cores: { pending: null, files: null },
    requests,
  };
  ours = sessionFetch(shim, nativeFetch);
}
beforeEach(() => start(FIRST, FIRST, DELIVER));

const bodies = () => Promise.all(sent.map((request) => request.text()));
/** A record of the headers of each attempt. */
const headers = () => sent.map((request) => Object.fromEntries(request.headers));

describe("what is no request of the session", () => {
  test("a foreign one goes to the native fetch as it is", async () => {
    const init = { headers: { a: "b" } };
    await ours(FOREIGN, init);
    assert.equal(calls[0][0], FOREIGN);
    assert.equal(calls[0][1], init);
    assert.deepEqual(core.asked, []);
  });

  test("so does any in another lifetime, after close(), and without arguments", async () => {
    const { driver } = shim;
    shim.driver = null;
    await ours(OURS);
    shim.driver = driver;
    await ours();
    shim.lifetime = {};
    await ours(OURS);
    assert.deepEqual(calls, [[OURS], [], [OURS]]);
    assert.deepEqual(core.asked, []);
  });

  test("so does one that is aborted already, or that asks a package index", async () => {
    await ours(OURS, { signal: AbortSignal.abort() });
    await ours(OURS, { headers: { Accept: "application/vnd.pypi.simple.v1+json" } });
    assert.equal(calls.length, 2);
    assert.deepEqual(core.asked, []);
  });

  test("what is judged is what is sent: an address is converted once", async () => {
    const texts = [FOREIGN, OURS];
    const input = { toString: () => texts.shift() };
    await ours(input);
    assert.equal(calls[0][0], FOREIGN);
    assert.deepEqual(core.asked, []);
  });

  test("it looks like the native function", () => {
    assert.deepEqual([ours.name, ours.length], ["fetch", 1]);
  });
});

describe("a request of the session", () => {
  test("its attempts carry the caller's headers, but for those that are dropped or replaced", async () => {
    for (const given of [
      { Authorization: "stale", RID: "theirs", "X-A": "1" },
      [
        ["Authorization", "stale"],
        ["rid", "theirs"],
        ["X-A", "1"],
      ],
      new Headers({ authorization: "stale", rid: "theirs", "x-a": "1" }),
    ]) {
      start(FIRST, FIRST, DELIVER);
      await ours(OURS, { headers: given });
      const expected = { "x-a": "1", rid: "ours" };
      assert.deepEqual(headers(), [expected, expected]);
      const seen = JSON.parse(shim.requests[0].headers);
      assert.deepEqual(seen, { authorization: "stale", rid: "theirs" });
    }
  });

  test("names of headers stay in the case in which they were given", async () => {
    await ours(OURS, { headers: { "X-Custom": "1" } });
    assert.deepEqual(calls[0][1].headers, [
      ["X-Custom", "1"],
      ["rid", "ours"],
    ]);
  });

  test("without any of its own it reports none, and is like all others", async () => {
    await ours(OURS);
    assert.equal(shim.requests[0].headers, "");
    assert.equal(shim.requests[0].oneShot, false);
    start(FIRST, DELIVER);
    await ours(OURS, { headers: { "x-a": "1" } });
    assert.equal(shim.requests[0].headers, "");
  });

  test("its caller may change its options and headers while it is on its way", async () => {
    const given = new Headers({ a: "1" });
    const init = { method: "POST", body: "first", headers: given };
    const promise = ours(OURS, init);
    given.set("a", "2");
    init.body = "second";
    await promise;
    assert.deepEqual(await bodies(), ["first", "first"]);
    assert.deepEqual(
      headers().map(({ a }) => a),
      ["1", "1"],
    );
  });

  for (const [what, make, text] of [
    ["a text", () => "text", "text"],
    ["bytes", () => new TextEncoder().encode("bytes"), "bytes"],
    ["a query", () => new URLSearchParams("a=1"), "a=1"],
    ["a Blob", () => new Blob(["blob"]), "blob"],
  ]) {
    test(`${what} as its body is sent again, as it was at first`, async () => {
      const body = make();
      const promise = ours(OURS, { method: "POST", body });
      if (body instanceof Uint8Array) body.fill(0);
      if (body instanceof URLSearchParams) body.set("a", "9");
      await promise;
      assert.deepEqual(await bodies(), [text, text]);
    });
  }

  test("a Request without a body is sent again as it was, with any headers", async () => {
    responses = [new Response(null, { status: 401 })];
    const request = new Request(OURS, { headers: { "x-own": "first" } });
    const call = ours(request);
    request.headers.set("x-own", "changed");
    await call;
    assert.deepEqual(
      headers().map((each) => each["x-own"]),
      ["first", "first"],
    );
  });

  test("a Request is sent again with its body, and its caller's object is used up", async () => {
    const request = new Request(OURS, { method: "PUT", body: "body", headers: { a: "1" } });
    await ours(request);
    assert.deepEqual(await bodies(), ["body", "body"]);
    assert.deepEqual(
      headers().map(({ a, rid }) => [a, rid]),
      [
        ["1", "ours"],
        ["1", "ours"],
      ],
    );
    assert.equal(request.bodyUsed, true);
  });

  test("options beside a Request count before its own", async () => {
    const request = new Request(OURS, { method: "PUT", headers: { a: "1" } });
    await ours(request, { method: "PATCH", headers: { b: "2" } });
    const [{ method, headers: carried }] = sent;
    assert.equal(method, "PATCH");
    assert.deepEqual([...carried.keys()], ["b", "rid"]);
  });

  test("a stream as its body can be sent only once, which is reported to the core", async () => {
    start(FIRST, DELIVER);
    const body = new Blob(["stream"]).stream();
    await ours(OURS, { method: "POST", body, duplex: "half" });
    assert.equal(shim.requests[0].oneShot, true);
    assert.equal(calls[0][1].body, body);
  });

  test("each option is read once, also of an object that computes them", async () => {
    for (const prototype of [Object.prototype, class {}.prototype]) {
      start(FIRST, FIRST, DELIVER);
      let reads = 0;
      const init = Object.create(prototype, {
        method: {
          enumerable: true,
          get: () => {
            reads += 1;
            return "POST";
          },
        },
      });
      await ours(OURS, init);
      assert.equal(reads, 1);
      assert.deepEqual(
        sent.map(({ method }) => method),
        ["POST", "POST"],
      );
    }
  });

  test("what the platform refuses is a rejection, and nothing is sent", async () => {
    for (const init of [
      { headers: 7 },
      { headers: [["a"]] },
      { headers: [7] },
      { method: "GET", body: new Uint8Array(1) },
    ]) {
      start(FIRST);
      await assert.rejects(ours(OURS, init), TypeError);
      assert.deepEqual(calls, []);
    }
  });
});

describe("credentials", () => {
  const lending = { ...FIRST, credentials: "include" };
  const credentials = async (...args) => {
    start(lending, DELIVER);
    await ours(...args);
    return sent[0].credentials;
  };

  test("the core's are used if the caller has chosen none", async () => {
    assert.equal(await credentials(OURS), "include");
    assert.equal(await credentials(OURS, { method: "POST", body: new Uint8Array(1) }), "include");
    assert.equal(await credentials(new Request(OURS)), "include");
  });

  test("the caller's choice counts before the core's", async () => {
    for (const choice of ["omit", "same-origin"]) {
      assert.equal(await credentials(OURS, { credentials: choice }), choice);
      assert.equal(await credentials(new Request(OURS), { credentials: choice }), choice);
    }
    assert.equal(await credentials(new Request(OURS, { credentials: "omit" })), "omit");
    const computed = Object.create({ credentials: "same-origin" });
    assert.equal(await credentials(OURS, computed), "same-origin");
  });

  test("if the core has none, the caller's default stays", async () => {
    start(FIRST, DELIVER);
    await ours(OURS);
    assert.equal(sent[0].credentials, "same-origin");
  });
});

describe("what its caller gets", () => {
  test("the response that came last, itself", async () => {
    const [first, second] = [new Response("", { status: 401 }), new Response("second")];
    responses = [first, second];
    assert.equal(await ours(OURS), second);
  });

  test("or a copy of the refresh call's, which others get too", async () => {
    start(FIRST, { ...DELIVER, refresh: true, response: undefined });
    const shared = new Response("refresh", { status: 503 });
    const { resume } = core;
    core.resume = (step, result, context) => {
      context.refreshResponse = shared;
      return resume(step, result);
    };
    const response = await ours(OURS);
    assert.equal(response.status, 503);
    assert.equal(await response.text(), "refresh");
    assert.equal(await shared.text(), "refresh");
  });

  test("or the core's error, or its own request's", async () => {
    const error = { name: "SessionGone", code: "GONE", message: "Why.", hint: "What to do." };
    start(FIRST, { verdict: "fail", error });
    await assert.rejects(ours(OURS), { name: "SessionGone", code: "GONE" });
    start(FIRST);
    responses = [Promise.reject(new TypeError("Failed to fetch"))];
    await assert.rejects(ours(OURS), { name: "TypeError" });
  });

  test("its abort ends a wait of the core's", async () => {
    start({ flow: 1, do: "wait" });
    const control = new AbortController();
    const promise = ours(new Request(OURS, { signal: control.signal }));
    control.abort();
    await assert.rejects(promise, { name: "AbortError" });
    assert.deepEqual(calls, []);
  });
});
