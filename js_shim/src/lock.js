// Locks that all tabs share: a Web Lock among our own tabs, and inside it supertokens-website's lock
// in localStorage (the protocol of npm browser-tabs-lock 1.3), which its tabs know. Where a browser
// lacks one of the two, the other has to do.

const KEY_PREFIX = "browser-tabs-lock-key-";
// The other side may write up to 25 ms after it saw the key free, and looks again 30 ms later.
const SETTLE_MS = 30;
const POLL_MS = 50;
const HEARTBEAT_MS = 1000;
// The other side takes a holder that has not renewed its entry for this long for gone.
const STALE_MS = 5000;

/** @param {number} ms */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @returns {Storage | null} null where the browser blocks it */
function storage() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/**
 * @param {Storage} store
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
 * Take the localStorage lock.
 *
 * @param {string} name
 * @param {number} deadline on performance.now()'s clock
 * @returns {Promise<(() => void) | null>} the release, or null when it was not free in time
 */
async function takeStorageLock(name, deadline) {
  const store = storage();
  if (!store) return () => {};
  const key = KEY_PREFIX + name;
  const id = crypto.getRandomValues(new Uint32Array(4)).join("");
  const write = (/** @type {number} */ since) =>
    store.setItem(
      key,
      JSON.stringify({
        id,
        iat: id,
        timeoutKey: `${id}-${name}`,
        timeAcquired: since,
        timeRefreshed: Date.now(),
      }),
    );
  for (;;) {
    const other = holder(store, key);
    if (other && (other.timeRefreshed ?? other.timeAcquired) < Date.now() - STALE_MS) {
      store.removeItem(key);
    } else if (!other) {
      const since = Date.now();
      try {
        write(since);
      } catch {
        return () => {}; // full or blocked: the other side cannot use it either
      }
      await pause(SETTLE_MS);
      if (holder(store, key)?.id === id) {
        const heartbeat = setInterval(() => {
          if (holder(store, key)?.id === id) write(since);
        }, HEARTBEAT_MS);
        return () => {
          clearInterval(heartbeat);
          if (holder(store, key)?.id === id) store.removeItem(key);
        };
      }
    }
    if (performance.now() >= deadline) return null;
    await pause(POLL_MS);
  }
}

/**
 * Take the Web Lock.
 *
 * @param {string} name
 * @param {number} timeout milliseconds
 * @returns {Promise<(() => void) | null>} the release, or null when it was not free in time
 */
function takeWebLock(name, timeout) {
  if (!navigator.locks) return Promise.resolve(() => {}); // an insecure context has none
  return new Promise((resolve) => {
    navigator.locks
      .request(`supertokens-${name}`, { signal: AbortSignal.timeout(timeout) }, () => {
        return new Promise((release) => resolve(() => release(undefined)));
      })
      .catch(() => resolve(null));
  });
}

/**
 * Take a lock shared with every tab of the origin.
 *
 * @param {string} name
 * @param {number} timeout milliseconds
 * @returns {Promise<(() => void) | null>} the release, or null when it was not free in time
 */
export async function takeLock(name, timeout) {
  const deadline = performance.now() + timeout;
  const releaseWeb = await takeWebLock(name, timeout);
  if (!releaseWeb) return null;
  const releaseStorage = await takeStorageLock(name, deadline);
  if (!releaseStorage) {
    releaseWeb();
    return null;
  }
  return () => {
    releaseStorage();
    releaseWeb();
  };
}
