import "./setup.mjs";
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { takeLock, takeLockNow } from "../../js_shim/src/host/lock.js";
import { fails, MemoryStore, nextTurn } from "./browser.mjs";

const KEY = "browser-tabs-lock-key-L";
const entry = (time) => JSON.stringify({ id: "other", timeAcquired: time, timeRefreshed: time });

afterEach(() => {
  delete navigator.locks;
});

/** Web Locks as a browser has them, of this page alone. */
class WebLocks {
  held = new Set();
  waiting = [];

  request(name, { signal }, use) {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      const take = () => {
        if (signal.aborted) return this.#next();
        this.held.add(name);
        use().then((value) => {
          this.held.delete(name);
          resolve(value);
          this.#next();
        });
      };
      if (this.held.has(name)) this.waiting.push(take);
      else take();
    });
  }

  #next() {
    this.waiting.shift()?.();
  }
}

describe("the lock in localStorage", () => {
  for (const [what, make, isFree] of [
    ["lies an hour ahead", () => entry(Date.now() + 3_600_000), true],
    ["lies at the end of time", () => '{"id":"other","timeRefreshed":1e999}', true],
    ["is old", () => entry(Date.now() - 60_000), true],
    ["has no time", () => '{"id":"other"}', true],
    ["is no JSON", () => "nonsense", true],
    ["is of this moment", () => entry(Date.now() + 2000), false],
  ]) {
    test(`an entry that ${what} is ${isFree ? "stale" : "held"}`, async () => {
      const store = new MemoryStore();
      const text = make();
      store.setItem(KEY, text);
      const now = takeLockNow(store, "L");
      assert.equal(now !== null, isFree);
      now?.();
      store.setItem(KEY, text);
      const release = await takeLock(store, "L", isFree ? 60_000 : 1);
      assert.equal(release !== null, isFree);
      release?.();
      assert.equal(store.getItem(KEY), isFree ? null : text);
    });
  }

  test("a store that fails once the lock is held breaks nothing", async () => {
    const store = new MemoryStore();
    const release = await takeLock(store, "L", 60_000);
    store.removeItem = store.setItem = fails;
    release();
  });

  test("a lock that is held is not taken now, and its release frees it", async () => {
    const store = new MemoryStore();
    const release = await takeLock(store, "L", 60_000);
    assert.equal(takeLockNow(store, "L"), null);
    release();
    assert.notEqual(takeLockNow(store, "L"), null);
  });

  test("a lock that another tab overwrote while it was being taken is the other tab's", async () => {
    const store = new MemoryStore();
    const taking = takeLock(store, "L", 1);
    await nextTurn();
    const theirs = entry(Date.now());
    store.setItem(KEY, theirs);
    assert.equal(await taking, null);
    assert.equal(store.getItem(KEY), theirs);
  });

  test("a release leaves an entry alone that is another tab's by then", async () => {
    const store = new MemoryStore();
    for (const take of [takeLock, takeLockNow]) {
      const release = await take(store, "L", 60_000);
      const theirs = entry(Date.now());
      store.setItem(KEY, theirs);
      release();
      assert.equal(store.getItem(KEY), theirs);
      store.removeItem(KEY);
    }
  });

  test("without storage, or with a full one, nothing needs to be locked there", async () => {
    const full = new MemoryStore();
    full.setItem = fails;
    for (const store of [null, full]) {
      assert.notEqual(takeLockNow(store, "L"), null);
      assert.notEqual(await takeLock(store, "L", 1), null);
    }
  });
});

describe("the Web Lock", () => {
  const refusing = {
    request: async () => {
      throw new DOMException("no access in this frame", "SecurityError");
    },
  };
  const held = {
    request: (_name, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  };

  for (const [what, locks, isFree] of [
    ["that may not be used", refusing, true],
    ["that somebody holds", held, false],
  ]) {
    test(`one ${what} ${isFree ? "leaves it to localStorage" : "is not taken"}`, async () => {
      const store = new MemoryStore();
      navigator.locks = locks;
      const alive = setInterval(() => {}, 1000); // the timer of AbortSignal.timeout() keeps no process alive
      const release = await takeLock(store, "L", isFree ? 60_000 : 1);
      clearInterval(alive);
      assert.equal(release !== null, isFree);
      assert.equal(store.getItem(KEY) !== null, isFree);
      release?.();
      assert.equal(store.getItem(KEY), null);
    });
  }

  test("it is held as long as the lock in localStorage, and is freed with it", async () => {
    const locks = new WebLocks();
    navigator.locks = locks;
    const store = new MemoryStore();
    const release = await takeLock(store, "L", 60_000);
    assert.deepEqual([...locks.held], ["supertokens-L"]);
    release();
    await nextTurn();
    assert.equal(locks.held.size, 0);
  });

  test("it is freed if the lock in localStorage was not free in time", async () => {
    const locks = new WebLocks();
    navigator.locks = locks;
    const store = new MemoryStore();
    store.setItem(KEY, entry(Date.now()));
    assert.equal(await takeLock(store, "L", 1), null);
    await nextTurn();
    assert.equal(locks.held.size, 0);
  });

  test("of two that want it the second waits for the first", async () => {
    navigator.locks = new WebLocks();
    const store = new MemoryStore();
    const order = [];
    const first = await takeLock(store, "L", 60_000);
    const second = takeLock(store, "L", 60_000).then((release) => {
      order.push("second taken");
      release();
    });
    await nextTurn();
    order.push("first freed");
    first();
    await second;
    assert.deepEqual(order, ["first freed", "second taken"]);
  });
});
