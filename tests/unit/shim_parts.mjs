// Tests of parts of js_shim/src that need no browser, with what reusableUntil in for one. Prints {name: failure},
// an empty failure for a test that passed; test_shim_parts.py makes each a test of its own. With --names it
// prints their names alone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { relativeWheels } from "../../js_shim/src/boot/boot.js";
import { block } from "../../js_shim/src/flow/blocking_driver.js";
import { Driver } from "../../js_shim/src/flow/driver.js";
import { FlowContext } from "../../js_shim/src/flow/flow.js";
import { DatabaseJar } from "../../js_shim/src/host/database_jar.js";
import { HandlerJar } from "../../js_shim/src/host/handler_jar.js";
import { Host } from "../../js_shim/src/host/host.js";
import { BrowserJar } from "../../js_shim/src/host/jar.js";
import { takeLock, takeLockNow } from "../../js_shim/src/host/lock.js";
import { WindowHandler } from "../../js_shim/src/host/window_handler.js";
import { textOf } from "../../js_shim/src/intercept/bodies.js";

const TABLE = new URL("../../build/decision_table.json", import.meta.url);
globalThis.__TABLE__ = JSON.parse(readFileSync(TABLE, "utf8"));

const tests = new Map();
const test = (name, run) => tests.set(name, run);

// ---- what reusableUntil in for a browser ----------------------------------------------------------------

Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
globalThis.addEventListener = () => {};

/** What the console was told since. @type {{level: string, text: string}[]} */
let said = [];
for (const level of ["warn", "error"]) {
  console[level] = (...parts) => said.push({ level, text: parts.map(String).join(" ") });
}
const saidOf = (part) => said.filter(({ text }) => text.includes(part));

const setNativeTimeout = globalThis.setTimeout;

/** Timers that go off at once, however long they are set for: for handlers that never answer. */
async function withoutWaiting(run) {
  globalThis.setTimeout = (call, _ms, ...args) => setNativeTimeout(call, 0, ...args);
  try {
    return await run();
  } finally {
    globalThis.setTimeout = setNativeTimeout;
  }
}

class MemoryStore {
  entries = new Map();
  getItem = (key) => this.entries.get(key) ?? null;
  setItem = (key, text) => void this.entries.set(key, text);
  removeItem = (key) => void this.entries.delete(key);
}

/** Cookies as a browser has them: one for each name and domain, listed in the order of their creation. */
class CookieDocument {
  cookies = [];
  get cookie() {
    return this.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  }
  set cookie(write) {
    const [pair, ...attributes] = write.split(";").map((part) => part.trim());
    const [name, value] = pair.split("=");
    const domain = attributes.find((each) => each.startsWith("domain=")) ?? "";
    const isGone = attributes.some((each) => each.includes("1970") || each === "max-age=0");
    const at = this.cookies.findIndex((each) => each.name === name && each.domain === domain);
    if (isGone) this.cookies = this.cookies.filter((_, index) => index !== at);
    else if (at >= 0) this.cookies[at].value = value;
    else this.cookies.push({ name, value, domain });
  }
}

const NEVER = "expires=Fri, 31 Dec 9999 23:59:59 GMT;path=/";
const PAST = "expires=Thu, 01 Jan 1970 00:00:00 GMT;path=/";
const kept = (name, value) => `${name}=${value};${NEVER}`;
const gone = (name) => `${name}=;${PAST}`;

const hangs = () => new Promise(() => {});
const fails = () => {
  throw new Error("own trouble");
};
const isHandlerFailure = (name) => (error) => {
  assert.equal(error.name, "HandlerFailed");
  assert.equal(error.code, "HANDLER_FAILED");
  assert.ok(error.message.includes(name), error.message);
  return true;
};

// ---- the blocking driver --------------------------------------------------------------------------

/** An XMLHttpRequest that is answered at once, and notes the addresses that it is opened for. */
const xhrNoting = (opened) =>
  class {
    open = (_method, url) => opened.push(url);
    setRequestHeader() {}
    send() {}
    getAllResponseHeaders = () => "";
    status = 200;
    responseURL = "";
  };

/** A core whose flows do these effects, one after the other, and the requests that are made. */
function blocked(isFree) {
  const sent = [];
  const resumed = [];
  const besides = [];
  const Native = xhrNoting(sent);
  const driver = {
    hooks: { any: false },
    apply: (step) => step,
    beside: (step) => besides.push(step.flow),
    checkOrigin() {},
    head: (status) => status,
    resume(step, result) {
      resumed.push([step.flow, step.do, result]);
      return step.do === "lock"
        ? { flow: step.flow, do: "post", url: "/refresh" }
        : { verdict: "value", wake: step.flow === 2 ? [1] : [] };
    },
  };
  const host = { lockNow: () => isFree, unlock() {} };
  const flows = [
    { flow: 2, do: "lock", name: "l" },
    { flow: 1, do: "wait" },
  ];
  return { ended: block({ driver, host }, Native, flows, {}), sent, resumed, besides };
}

test("a flow that waits for one that was blocked for goes on without a request", () => {
  const { ended, sent, resumed } = blocked(true);
  assert.equal(ended, true);
  assert.deepEqual(sent, ["/refresh"]);
  assert.deepEqual(resumed.at(-1), [1, "wait", undefined]);
});

test("flows that cannot be blocked for all go on by themselves", () => {
  const { ended, sent, besides } = blocked(false);
  assert.equal(ended, false);
  assert.deepEqual([sent, besides], [[], [2, 1]]);
});

/** What a page does whose flows take these steps, by flow; a step may be a function of the result. */
function blockedFor(flows, later, { any = false } = {}) {
  const [posted, besides] = [[], []];
  let left = 100; // a flow that is asked for ever freezes the page
  const Native = xhrNoting(posted);
  const driver = {
    hooks: { any },
    apply(step, _carrier, start = (child) => this.beside(child)) {
      for (const child of step.spawned ?? []) start(child);
      return step;
    },
    beside: (step) => besides.push(step.flow),
    checkOrigin() {},
    head: (status) => status,
    resume({ flow }) {
      left -= 1;
      if (left < 0) throw new Error("the page has frozen");
      return later[flow].length > 1 ? later[flow].shift() : later[flow][0];
    },
  };
  const host = { lockNow: () => true, unlock() {} };
  return { ended: block({ driver, host }, Native, flows, {}), posted, besides };
}

test("a blocked flow that waits for one that is on its way goes on by itself", () => {
  const waits = { flow: 1, do: "wait" };
  const { ended, besides } = blockedFor([waits], { 1: [waits] });
  assert.deepEqual([ended, besides], [false, [1]]);
});

test("a blocked flow is blocked for with those that it starts on its way", () => {
  const waits = { flow: 1, do: "wait" };
  const { ended, posted, besides } = blockedFor([{ flow: 1, do: "post", url: "/signout" }], {
    1: [{ ...waits, spawned: [{ flow: 2, do: "lock", name: "l" }] }, { verdict: "value" }],
    2: [
      { flow: 2, do: "post", url: "/refresh" },
      { verdict: "value", wake: [1] },
    ],
  });
  assert.deepEqual([ended, posted, besides], [true, ["/signout", "/refresh"], []]);
});

test("a call of ours that hooks may change is not made for a blocked caller", () => {
  const first = { flow: 1, do: "post", url: "/signout" };
  const { ended, posted, besides } = blockedFor(
    [first],
    { 1: [{ verdict: "value" }] },
    { any: true },
  );
  assert.deepEqual([ended, posted, besides], [false, [], [1]]);
});

// ---- responses -----------------------------------------------------------------------------------

test("a response that JSON cannot write again has no text", () => {
  const deep = JSON.parse("[".repeat(20_000) + "]".repeat(20_000));
  assert.equal(textOf(deep), "");
});

test("who reads the response of an error takes it from nobody else", async () => {
  const nativeFetch = async () => new Response("why", { status: 503 });
  const plan = { replyHeaders: [], statuses: [] };
  const driver = new Driver({}, { nativeFetch }, {}, plan, ...Array(3).fill(() => true));
  const context = new FlowContext();
  const action = "REFRESH_SESSION";
  await driver.perform({ do: "post", action, url: "https://a.test/", timeout: 60_000 }, context);
  const waiter = new FlowContext();
  waiter.refreshReply = context.reply;
  for (const asked of [waiter, undefined]) {
    const response = driver.responseOf({ call: action, status: 503 }, asked);
    assert.equal(await response?.text(), "why");
  }
  assert.equal(await waiter.refreshReply.clone().text(), "why");
});

// ---- PyScript's configs --------------------------------------------------------------------------

for (const [config, wheels] of [
  ['{"packages": ["/wheels/a-1-py3-none-any.whl", "b"]}', ["/wheels/a-1-py3-none-any.whl"]],
  ["packages = ['a.whl', './b.whl', 'emfs:c.whl']", ["a.whl"]],
  ['{"packages": ["https://x.example/a.whl", "numpy"]}', []],
  ["./pyscript.toml", []],
  [null, []],
]) {
  test(`of a worker's config ${config} it knows the wheels that PyScript cannot load`, () => {
    globalThis.document = { querySelectorAll: () => [{ getAttribute: () => config }] };
    try {
      assert.deepEqual(relativeWheels(), wheels);
    } finally {
      delete globalThis.document;
    }
  });
}

// ---- locks ---------------------------------------------------------------------------------------

const LOCK = "browser-tabs-lock-key-L";
const entry = (time) => JSON.stringify({ id: "other", timeAcquired: time, timeRefreshed: time });

for (const [what, make, isFree] of [
  ["lies an hour ahead", () => entry(Date.now() + 3_600_000), true],
  ["lies at the end of time", () => '{"id":"other","timeRefreshed":1e999}', true],
  ["is old", () => entry(Date.now() - 60_000), true],
  ["has no time", () => '{"id":"other"}', true],
  ["is no JSON", () => "nonsense", true],
  ["is of this moment", () => entry(Date.now() + 2000), false],
]) {
  test(`a lock entry that ${what} is ${isFree ? "stale" : "held"}`, async () => {
    const store = new MemoryStore();
    const text = make();
    store.setItem(LOCK, text);
    const now = takeLockNow(store, "L");
    assert.equal(now !== null, isFree);
    now?.();
    store.setItem(LOCK, text);
    const release = await takeLock(store, "L", isFree ? 60_000 : 1);
    assert.equal(release !== null, isFree);
    release?.();
    assert.equal(store.getItem(LOCK), isFree ? null : text);
  });
}

const refusingLocks = {
  request: async () => {
    throw new DOMException("no access in this frame", "SecurityError");
  },
};
const heldLocks = {
  request: (_name, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    }),
};

for (const [what, locks, isFree] of [
  ["that may not be used", refusingLocks, true],
  ["that somebody holds", heldLocks, false],
]) {
  test(`a Web Lock ${what} ${isFree ? "leaves it to the store's" : "is not taken"}`, async () => {
    const store = new MemoryStore();
    navigator.locks = locks;
    try {
      const release = await takeLock(store, "L", isFree ? 60_000 : 1);
      assert.equal(release !== null, isFree);
      assert.equal(store.getItem(LOCK) !== null, isFree);
      release?.();
      assert.equal(store.getItem(LOCK), null);
    } finally {
      delete navigator.locks;
    }
  });
}

test("a store that fails once the lock is held breaks nothing", async () => {
  const store = new MemoryStore();
  const release = await takeLock(store, "L", 60_000);
  store.removeItem = store.setItem = fails;
  release();
});

// ---- the browser's cookies -----------------------------------------------------------------------

function browserJar(...others) {
  globalThis.document = new CookieDocument();
  document.cookies.push(...others);
  return new BrowserJar(new MemoryStore());
}

test("a cookie of another domain that stays is told as such, once", () => {
  const jar = browserJar({ name: "a", value: "theirs", domain: "domain=parent" });
  jar.write([gone("a"), gone("b")]);
  jar.write([gone("a")]);
  assert.equal(saidOf("did not keep").length, 0);
  assert.equal(saidOf("cookie a is there that this page cannot remove").length, 1);
  assert.equal(jar.place, "cookies");
});

test("a cookie of another domain does not hide a newer one of the same name", () => {
  const jar = browserJar(
    { name: "a", value: "old", domain: "" },
    { name: "a", value: "theirs", domain: "domain=parent" },
  );
  jar.write([kept("a", "new")]);
  assert.equal(jar.read(), "a=theirs; a=new"); // of two the last counts
  assert.deepEqual(said, []);
});

test("a cookie that the browser does not keep is told with its size", () => {
  const jar = browserJar();
  Object.defineProperty(document, "cookie", { get: () => "", set() {} });
  jar.write([kept("a", "x".repeat(5000)), kept("b", "1")]);
  assert.equal(saidOf("did not keep the cookie a (5002 bytes)").length, 1);
  assert.equal(said.length, 1);
  assert.equal(jar.place, "localStorage");
});

// ---- a page's cookieHandler ----------------------------------------------------------------------

const handlerJar = (handler) => new HandlerJar(() => handler, browserJar());

for (const [what, getCookie] of [
  ["throws", fails],
  ["rejects", async () => fails()],
  ["never answers", hangs],
  ["gives a number", () => 7],
  ["gives an object", () => ({})],
]) {
  test(`until it was read once, nobody knows what a cookieHandler has whose getCookie ${what}`, async () => {
    const handler = { getCookie, setCookie: () => {} };
    const jar = handlerJar(handler);
    const isFailure = isHandlerFailure("cookieHandler.getCookie");
    await withoutWaiting(() => assert.rejects(jar.sync(), isFailure));
    await withoutWaiting(() => assert.rejects(jar.sync(), isFailure));
    handler.getCookie = async () => "a=1";
    await jar.sync();
    assert.equal(jar.read(), "a=1");
    handler.getCookie = getCookie;
    await withoutWaiting(() => jar.sync());
    assert.equal(jar.read(), "a=1");
    assert.equal(saidOf("cookieHandler.getCookie").length, 1);
  });
}

for (const [what, setCookie] of [
  ["throws", fails],
  ["rejects", async () => fails()],
  ["never answers", hangs],
]) {
  test(`a setCookie that ${what} is told and hangs nothing`, async () => {
    const jar = handlerJar({ getCookie: () => "", setCookie });
    jar.write([kept("a", "1"), kept("b", "2")]);
    await withoutWaiting(() => jar.flushed());
    assert.ok(saidOf("cookieHandler.setCookie").length > 0);
    assert.equal(saidOf("keeps nothing").length, 0);
  });
}

test("what a slow setCookie has left of earlier writes does not come after later ones", async () => {
  const written = [];
  let goOn = () => {};
  const slow = new Promise((done) => {
    goOn = done;
  });
  const setCookie = (write) => (written.push(write.split(";")[0]) === 1 ? slow : undefined);
  const jar = handlerJar({ getCookie: () => "a=2; b=2", setCookie });
  jar.write([kept("a", "1"), kept("b", "1"), kept("c", "1")]);
  await withoutWaiting(() => jar.flushed());
  jar.write([kept("a", "2"), kept("b", "2")]);
  await jar.flushed();
  goOn();
  await new Promise((done) => setNativeTimeout(done, 0));
  assert.deepEqual(written, ["a=1", "a=2", "b=2", "c=1"]);
});

for (const [what, make] of [
  ["throws", fails],
  ["gives nothing", () => undefined],
  ["lacks setCookie", () => ({ getCookie: () => "" })],
]) {
  test(`a cookieHandler that ${what} is refused with its name`, () => {
    assert.throws(() => new HandlerJar(make, browserJar()), isHandlerFailure("cookieHandler"));
  });
}

test("a cookieHandler that keeps nothing is reported once", async () => {
  const jar = handlerJar({ getCookie: () => "other=1", setCookie: () => {} });
  jar.write([gone("a")]);
  await jar.flushed();
  assert.deepEqual(said, []);
  for (let round = 0; round < 2; round++) {
    jar.write([kept("a", "1"), kept("b", "2")]);
    await jar.flushed();
  }
  assert.equal(saidOf("cookieHandler keeps nothing").length, 1);
  assert.equal(said.length, 1);
});

test("a cookieHandler that keeps what it is given is not complained about", async () => {
  const has = new CookieDocument();
  const setCookie = async (write) => {
    has.cookie = write;
  };
  const jar = handlerJar({ getCookie: async () => has.cookie, setCookie });
  jar.write([kept("a", "1"), gone("b")]);
  await jar.flushed();
  assert.deepEqual(said, []);
});

// ---- a page's lockFactory ------------------------------------------------------------------------

function hostWith(lockFactory) {
  const page = { store: new MemoryStore() };
  return { page, host: new Host(undefined, page, { lockFactory }, browserJar()) };
}

for (const [what, lockFactory, name] of [
  ["throws", fails, "lockFactory"],
  ["never answers", hangs, "lockFactory"],
  ["gives nothing", () => undefined, "lockFactory"],
  ["gives a lock that throws", () => ({ acquireLock: fails }), "lockFactory.acquireLock"],
  ["gives a lock that never answers", () => ({ acquireLock: hangs }), "lockFactory.acquireLock"],
]) {
  test(`a lockFactory that ${what} is told, and our own lock is used`, async () => {
    const { host, page } = hostWith(lockFactory);
    assert.equal(await withoutWaiting(() => host.lock(1, "L", 60_000)), true);
    assert.ok(page.store.getItem(LOCK));
    assert.equal(saidOf(`The page's ${name} `).length, 1);
    host.unlock(1);
    assert.equal(page.store.getItem(LOCK), null);
  });
}

test("a page's own lock that is taken too late is freed", async () => {
  let take;
  const freed = [];
  const { host } = hostWith(() => ({
    acquireLock: () =>
      new Promise((resolve) => {
        take = resolve;
      }),
    releaseLock: (name) => freed.push(name),
  }));
  assert.equal(await withoutWaiting(() => host.lock(1, "L", 60_000)), true);
  take(true);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(freed, ["L"]);
  host.unlock(1);
});

// ---- a page's windowHandler ----------------------------------------------------------------------

const ADDRESS = "http://real.example/app/page?x=1";

function pageWith(windowHandler) {
  globalThis.location = new URL(ADDRESS);
  Object.defineProperty(globalThis, "document", {
    value: { baseURI: ADDRESS },
    configurable: true,
    writable: true,
  });
  return new WindowHandler(windowHandler);
}
const located = (own) => (page) => ({ ...page, location: { ...page.location, ...own } });

for (const [what, handler] of [
  ["throws", fails],
  ["gives nothing", () => undefined],
]) {
  test(`a windowHandler that ${what} is refused with its name`, () => {
    assert.throws(() => pageWith(handler), isHandlerFailure("windowHandler"));
  });
}

for (const [name, ask] of [
  ["getHostName", (page) => page.hostname],
  ["getHref", (page) => page.secure],
  ["getOrigin", (page) => page.secure],
]) {
  for (const [what, own] of [
    ["throws", fails],
    ["gives a number", () => 7],
    ["gives nothing", () => undefined],
  ]) {
    test(`a windowHandler is named whose ${name} ${what}`, () => {
      const page = pageWith(located({ [name]: own }));
      assert.throws(() => ask(page), isHandlerFailure(`windowHandler.location.${name}`));
    });
  }
}

test("requests of a page whose windowHandler fails are judged by the page's own address", () => {
  const page = pageWith(located({ getHref: fails }));
  assert.equal(page.href, ADDRESS);
  assert.equal(page.href, ADDRESS);
  assert.equal(saidOf("windowHandler.location.getHref").length, 1);
});

for (const [what, own, href] of [
  ["nothing", {}, ADDRESS],
  ["getHref", { getHref: () => "https://own.example/b" }, "https://own.example/b"],
  ["getOrigin", { getOrigin: () => "https://own.example" }, "https://own.example/app/page?x=1"],
  [
    "getOrigin and a path like a host",
    { getOrigin: () => "https://own.example", getHref: () => "https://x.example//evil/y" },
    "https://own.example//evil/y",
  ],
  [
    "getOrigin, while getHref fails",
    { getOrigin: () => "https://own.example", getHref: fails },
    "https://own.example/",
  ],
]) {
  test(`a page's address is its windowHandler's that replaces ${what}`, () => {
    const page = pageWith(located(own));
    assert.equal(page.href, href);
    assert.equal(page.secure, href.startsWith("https:"));
  });
}

test("a windowHandler whose storage fails is named, and not taken for an empty one", () => {
  const page = pageWith((page) => ({
    ...page,
    localStorage: { getItemSync: fails, setItemSync: fails, removeItemSync: fails },
  }));
  const isFailure = isHandlerFailure("windowHandler.localStorage.getItemSync");
  assert.throws(() => page.store.getItem("a"), isFailure);
});

// ---- IndexedDB -----------------------------------------------------------------------------------

/** An IndexedDB of one value, which fails as it is told to. */
class Database {
  value = undefined;
  /** How many of the next transactions are aborted; and whether there are none at all. */
  aborts = 0;
  isBlocked = false;
  /** Whether only writes fail, and all but erasing. */
  isFull = false;
  opened = 0;
  connections = [];

  open() {
    if (this.isBlocked) throw new DOMException("blocked", "SecurityError");
    this.opened += 1;
    const connection = { close() {}, transaction: () => this.#transaction() };
    this.connections.push(connection);
    return answering(connection);
  }

  #transaction() {
    const fails = this.aborts > 0;
    if (fails) this.aborts -= 1;
    const transaction = { error: new DOMException("aborted", "AbortError") };
    let value = this.value;
    let isAborted = fails;
    const acting = (act) => {
      act();
      return fails ? refusing(transaction.error) : answering(value);
    };
    transaction.objectStore = () => ({
      get: () => acting(() => {}),
      put: (text) =>
        acting(() => {
          value = text;
          isAborted ||= this.isFull;
        }),
      delete: () =>
        acting(() => {
          value = undefined;
        }),
    });
    setTimeout(() => {
      if (!isAborted) this.value = value;
      transaction[isAborted ? "onabort" : "oncomplete"]?.();
    }, 5);
    return transaction;
  }

  /** The site's data is cleared. */
  clear() {
    this.value = undefined;
    for (const connection of this.connections.splice(0)) connection.onclose?.();
  }
}

const answering = (result) => {
  const request = { result };
  queueMicrotask(() => request.onsuccess?.());
  return request;
};
const refusing = (error) => {
  const request = { error };
  queueMicrotask(() => request.onerror?.());
  return request;
};

async function databaseJar(value, more = {}) {
  const database = Object.assign(new Database(), { value }, more);
  globalThis.indexedDB = database;
  const jar = new DatabaseJar();
  await jar.sync();
  return { database, jar };
}
const write = async (jar, ...writes) => {
  jar.write(writes);
  await jar.flushed();
};
const isUnavailable = (error) => error.name === "StorageUnavailable";
const SESSION = "front=f1; access=a1; refresh=r1";
const rotated = ["front", "access", "refresh"].map((name) => kept(name, `${name[0]}2`));
const ROTATED = "front=f2; access=a2; refresh=r2";

test("one aborted transaction is made again on another connection", async () => {
  const { database, jar } = await databaseJar(SESSION);
  database.aborts = 1;
  await jar.sync();
  database.aborts = 1;
  await write(jar, ...rotated);
  assert.equal(database.value, ROTATED);
  assert.equal(database.opened, 3);
  assert.equal(jar.place, "indexedDB");
  assert.deepEqual(said, []);
});

test("while the store cannot be read nobody goes on with what it may still have", async () => {
  const { database, jar } = await databaseJar(SESSION);
  database.aborts = 2;
  await assert.rejects(jar.sync(), isUnavailable);
  await jar.sync();
  assert.equal(jar.read(), SESSION);
});

test("new tokens that the store does not keep live in memory, and the spent ones go", async () => {
  const { database, jar } = await databaseJar(SESSION, { isFull: true });
  await write(jar, ...rotated);
  assert.equal(database.value, undefined);
  await jar.sync();
  assert.equal(jar.read(), ROTATED);
  assert.equal(jar.place, "memory");
  assert.equal(saidOf("IndexedDB does not keep").length, 1);
  database.isFull = false;
  await write(jar, kept("front", "f3"));
  assert.equal(database.value, "access=a2; refresh=r2; front=f3");
  assert.equal(jar.place, "indexedDB");
});

test("a change of a part that the store does not keep leaves the session where it is", async () => {
  const { database, jar } = await databaseJar(SESSION, { isFull: true });
  await write(jar, kept("front", "f2"));
  await jar.sync();
  assert.equal(jar.read(), SESSION);
  assert.equal(jar.place, "indexedDB");
  assert.equal(database.value, SESSION);
});

test("tokens that could not be kept do not replace what others have written since", async () => {
  const { database, jar } = await databaseJar(SESSION);
  database.aborts = 3;
  await write(jar, ...rotated);
  assert.equal(jar.place, "memory");
  database.value = "front=g1; access=b1; refresh=s1";
  await write(jar, kept("front", "f3"));
  await jar.sync();
  assert.equal(jar.read(), "front=g1; access=b1; refresh=s1");
});

test("a store that cannot be opened at all is memory, which begins empty", async () => {
  const { database, jar } = await databaseJar(SESSION, { isBlocked: true });
  assert.equal(jar.read(), "");
  await write(jar, ...rotated);
  await jar.sync();
  assert.equal(jar.read(), ROTATED);
  assert.equal(database.value, SESSION);
  assert.equal(saidOf("IndexedDB does not keep").length, 1);
});

test("that the site's data was cleared is noticed, and the next session is kept", async () => {
  const { database, jar } = await databaseJar(SESSION);
  let changes = 0;
  jar.changed = () => {
    changes += 1;
  };
  database.clear();
  assert.equal(changes, 1);
  await jar.sync();
  assert.equal(jar.read(), "");
  await write(jar, ...rotated);
  assert.equal(database.value, ROTATED);
});

test("an IndexedDB that never answers hangs nothing", async () => {
  const { database, jar } = await databaseJar(SESSION);
  database.clear();
  database.open = () => ({});
  await withoutWaiting(() => assert.rejects(jar.sync(), isUnavailable));
  await withoutWaiting(() => write(jar, ...rotated));
  assert.equal(jar.read(), ROTATED);
});

// ---- running -------------------------------------------------------------------------------------

/** A test that hangs fails by itself. */
const tooLong = () =>
  new Promise((_, reject) => {
    setNativeTimeout(() => reject(new Error("The test hangs.")), 20_000);
  });

if (process.argv.includes("--names")) {
  process.stdout.write(JSON.stringify([...tests.keys()]));
  process.exit(0);
}
const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(String(error)));
const results = {};
for (const [name, run] of tests) {
  said = [];
  globalThis.setTimeout = setNativeTimeout;
  try {
    await Promise.race([run(), tooLong()]);
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(unhandled.splice(0), [], "unhandled rejections");
    results[name] = "";
  } catch (error) {
    results[name] = String(error?.stack ?? error);
  }
}
process.stdout.write(JSON.stringify(results));
process.exit(0); // some handlers never answer
