import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { block } from "../../js_shim/src/flow/blocking_driver.js";

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

/**
 * Block for these flows.
 *
 * @param {object[]} flows their first steps
 * @param {Record<number, object[]>} later by flow: the steps that follow, the last one for ever
 * @param {{any?: boolean, isFree?: boolean}} [page] whether it has hooks, and whether its lock is free
 */
function blockedFor(flows, later, { any = false, isFree = true } = {}) {
  const [posted, besides, resumed] = [[], [], []];
  let left = 100; // a flow that is asked for ever freezes the page
  const driver = {
    page: { hooks: { any } },
    host: { lockNow: () => isFree, unlock() {} },
    beside: (step) => besides.push(step.flow),
    heads: { isForeign: () => false, read: (status) => status },
    resume({ flow, do: effect }, result, context) {
      resumed.push([flow, effect, result]);
      left -= 1;
      if (left < 0) throw new Error("the page has frozen");
      const step = later[flow].length > 1 ? later[flow].shift() : later[flow][0];
      for (const child of step.spawned ?? []) (context.start ?? this.beside)(child);
      return step;
    },
  };
  const ended = block(driver, xhrNoting(posted), flows, {});
  return { ended, posted, besides, resumed };
}

const WAITS = { flow: 1, do: "wait" };
const LOCKS = { flow: 2, do: "lock", name: "l" };
const POSTS = { flow: 2, do: "post", headers: {}, url: "/refresh" };
const ENDS = { verdict: "value" };

describe("flows that a caller is blocked for", () => {
  test("one that waits for another of them continues without a request of its own", () => {
    const later = { 1: [ENDS], 2: [POSTS, { ...ENDS, wake: [1] }] };
    const { ended, posted, resumed } = blockedFor([LOCKS, WAITS], later);
    assert.equal(ended, true);
    assert.deepEqual(posted, ["/refresh"]);
    assert.deepEqual(resumed, [
      [2, "lock", true],
      [2, "post", 200],
      [1, "wait", undefined],
    ]);
  });

  test("if the lock is not free, all continue by themselves", () => {
    const { ended, posted, besides } = blockedFor([LOCKS, WAITS], {}, { isFree: false });
    assert.deepEqual([ended, posted, besides], [false, [], [2, 1]]);
  });

  test("one that waits for a running flow continues by itself", () => {
    const { ended, besides } = blockedFor([WAITS], { 1: [WAITS] });
    assert.deepEqual([ended, besides], [false, [1]]);
  });

  test("those that are started on the way are blocked for too", () => {
    const { ended, posted, besides } = blockedFor(
      [{ flow: 1, do: "post", headers: {}, url: "/signout" }],
      {
        1: [{ ...WAITS, spawned: [LOCKS] }, ENDS],
        2: [POSTS, { ...ENDS, wake: [1] }],
      },
    );
    assert.deepEqual([ended, posted, besides], [true, ["/signout", "/refresh"], []]);
  });

  test("a call of ours that hooks may change is not made", () => {
    const first = { flow: 1, do: "post", headers: {}, url: "/signout" };
    const { ended, posted, besides } = blockedFor([first], { 1: [ENDS] }, { any: true });
    assert.deepEqual([ended, posted, besides], [false, [], [1]]);
  });
});
