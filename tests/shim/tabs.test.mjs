import "./setup.mjs";
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { PlayedHost } from "./core.mjs";

const MARK = "st-last-access-token-update";
const { Tabs } = await import("../../js_shim/src/page/tabs.js");

const nativeTimeout = globalThis.setTimeout;
/** A tab of ours whose cookies a test writes, and another of the origin. */
let host, looks, tabs, other;
/** What is done in the waits between looks, one by one; how long these are. */
let meanwhile, pauses;

beforeEach(() => {
  host = new PlayedHost();
  looks = [];
  const core = { observe: () => void looks.push(host.present) };
  tabs = new Tabs({ host, core, apply() {}, isClosed: false });
  looks.length = 0; // those at the start
  other = new BroadcastChannel("supertokens-pyodide");
  meanwhile = [];
  pauses = [];
  globalThis.setTimeout = (call, ms) => {
    pauses.push(ms);
    meanwhile.shift()?.();
    return nativeTimeout(call, 0);
  };
});
afterEach(() => {
  globalThis.setTimeout = nativeTimeout;
  tabs.close();
  other.close();
});

const shows = (cookies) => () => {
  host.present = cookies;
};

/** Wait until it has looked so often, and has had its time for what comes next. */
async function untilLooks(count) {
  const turn = () => new Promise((resolve) => nativeTimeout(resolve, 1));
  while (looks.length < count) await turn();
  await turn();
}

describe("a message of another tab", () => {
  test("is followed by looks until its cookies are there, all of them", async () => {
    meanwhile.push(
      () => {},
      shows(`${MARK}=7`),
      shows(`a=2; ${MARK}=7`), // cookies come one by one
    );
    other.postMessage({ protocol: 1, update: 7 });
    await untilLooks(5);
    assert.deepEqual(looks, ["a=1", "a=1", `${MARK}=7`, `a=2; ${MARK}=7`, `a=2; ${MARK}=7`]);
    assert.deepEqual(pauses, [10, 20, 40, 80]);
  });

  test("is followed by one more look if its cookies are there", async () => {
    host.present = `${MARK}=8-5-0a1b2c3d`; // a session's end, later than the message
    other.postMessage({ protocol: 1, update: 7 });
    await untilLooks(2);
    assert.deepEqual(pauses, [10]);
  });

  test("that does not say when is one of an older version", async () => {
    other.postMessage({ protocol: 1 });
    await untilLooks(2);
    assert.deepEqual(looks, ["a=1", "a=1"]);
  });

  test("whose cookies never come is given up", async () => {
    other.postMessage({ protocol: 1, update: 7 });
    await untilLooks(10);
    assert.equal(looks.length, 10);
    assert.ok(pauses.reduce((sum, ms) => sum + ms) > 5000);
  });

  test("leads to no look after close()", async () => {
    const closed = new Promise((resolve) => meanwhile.push(resolve)).then(() => tabs.close());
    other.postMessage({ protocol: 1, update: 7 });
    await closed;
    await untilLooks(1);
    assert.deepEqual([looks, pauses], [["a=1"], [10]]);
  });

  test("says when, and no more", async () => {
    host.present = `sFrontToken=secret; ${MARK}=1795897495113-1795897494-840e4d2f`;
    const said = new Promise((resolve) => {
      other.onmessage = ({ data }) => resolve(data);
    });
    await tabs.notify();
    assert.deepEqual(await said, { protocol: 1, update: 1795897495113 });
  });
});
