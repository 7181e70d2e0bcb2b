// Locks that all tabs share: a Web Lock among our own tabs, and inside it supertokens-website's lock
// in localStorage (the protocol of npm browser-tabs-lock 1.3), which its tabs know. If a browser lacks one of
// the two, the other is used alone.

/** @import {Store} from "./jar.js" */

const KEY_PREFIX = "browser-tabs-lock-key-";
// The other side may write up to 25 ms after it saw the key free, and checks again 30 ms later.
const CHECK_DELAY_MS = 30;
const POLL_MS = 50;
const HEARTBEAT_MS = 1000;
// If a holder has not renewed its entry for this long, the other side takes its lock.
const STALE_MS = 5000;

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Change the store, if that works: it may be full or blocked, or belong to a windowHandler that fails.
 *
 * @param {() => void} change
 * @returns {boolean} whether it worked
 */
function attempt(change) {
  try {
    change();
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Store} store
 * @param {string} key
 * @returns {{id: string, iat: string, timeAcquired: number, timeRefreshed?: number} | null}
 */
function holder(store, key) {
  try {
    return JSON.parse(store.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * Whether another tab holds the lock; an abandoned entry is removed.
 *
 * All tabs share one clock, and a living holder renews its entry. So an entry far in the future is abandoned,
 * too: its tab died before the clock was set back.
 *
 * @param {Store} store
 * @param {string} key
 */
function isHeld(store, key) {
  const other = holder(store, key);
  if (!other) return false;
  const age = Date.now() - (other.timeRefreshed ?? other.timeAcquired);
  if (Math.abs(age) <= STALE_MS) return true; // NaN is stale too
  attempt(() => store.removeItem(key));
  return false;
}

/** @param {string} name */
function newEntry(name) {
  const id = crypto.getRandomValues(new Uint32Array(4)).join("");
  const timeAcquired = Date.now();
  const text = () => {
    const timeoutKey = `${id}-${name}`;
    return JSON.stringify({ id, iat: id, timeoutKey, timeAcquired, timeRefreshed: Date.now() });
  };
  return { id, text };
}

/**
 * Take the localStorage lock.
 *
 * @param {Store | null} store
 * @param {string} name
 * @param {number} deadline on performance.now()'s clock
 * @returns {Promise<(() => void) | null>} the release, or null if it was not free in time
 */
async function takeStorageLock(store, name, deadline) {
  if (!store) return () => {};
  const key = KEY_PREFIX + name;
  for (;;) {
    if (!isHeld(store, key)) {
      const entry = newEntry(name);
      const isOurs = () => holder(store, key)?.id === entry.id;
      // Full or blocked: the other side cannot use it either.
      if (!attempt(() => store.setItem(key, entry.text()))) return () => {};
      await pause(CHECK_DELAY_MS);
      if (isOurs()) {
        const heartbeat = setInterval(() => {
          if (isOurs()) attempt(() => store.setItem(key, entry.text()));
        }, HEARTBEAT_MS);
        return () => {
          clearInterval(heartbeat);
          if (isOurs()) attempt(() => store.removeItem(key));
        };
      }
    }
    if (performance.now() >= deadline) return null;
    await pause(POLL_MS);
  }
}

/**
 * Take the localStorage lock if it is free now, for a caller that cannot wait.
 *
 * A Web Lock cannot be taken synchronously; but a tab that holds it holds this one as well.
 *
 * @param {Store | null} store null if storage is blocked
 * @param {string} name
 * @returns {(() => void) | null} the release
 */
export function takeLockNow(store, name) {
  if (!store) return () => {};
  const key = KEY_PREFIX + name;
  if (isHeld(store, key)) return null;
  const entry = newEntry(name);
  // Full or blocked: the other side cannot use it either.
  if (!attempt(() => store.setItem(key, entry.text()))) return () => {};
  return () => {
    if (holder(store, key)?.id === entry.id) attempt(() => store.removeItem(key));
  };
}

/**
 * Take the Web Lock.
 *
 * @param {string} name
 * @param {number} timeout milliseconds
 * @returns {Promise<(() => void) | null>} the release, or null if it was not free in time
 */
function takeWebLock(name, timeout) {
  if (!navigator.locks) return Promise.resolve(() => {}); // an insecure context has none
  const signal = AbortSignal.timeout(timeout);
  return new Promise((resolve) => {
    navigator.locks
      .request(`supertokens-${name}`, { signal }, () => {
        return new Promise((release) => resolve(() => release(undefined)));
      })
      // If a frame may not use Web Locks, the other lock is used alone.
      .catch(() => resolve(signal.aborted ? null : () => {}));
  });
}

/**
 * Take a lock shared with every tab of the origin.
 *
 * @param {Store | null} store null if storage is blocked
 * @param {string} name
 * @param {number} timeout milliseconds
 * @returns {Promise<(() => void) | null>} the release, or null if it was not free in time
 */
export async function takeLock(store, name, timeout) {
  const deadline = performance.now() + timeout;
  const releaseWeb = await takeWebLock(name, timeout);
  if (!releaseWeb) return null;
  const releaseStorage = await takeStorageLock(store, name, deadline);
  if (!releaseStorage) {
    releaseWeb();
    return null;
  }
  return () => {
    releaseStorage();
    releaseWeb();
  };
}
