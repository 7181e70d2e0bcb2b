// How long callers wait for a core.

/** @import {Readiness, Waiter} from "./readiness.js" */

// If a timer fires later than this, the thread was busy or asleep, and the core's answer may have been
// delayed as well: the caller waits a moment longer.
const LATE_MS = 100;
const GRACE_MS = 1_000;

/**
 * Limit how long each caller waits, from the start of its wait: a core that is ready later still ends it.
 *
 * @param {Readiness} readiness
 * @param {number} ms
 * @param {() => unknown} error the error for a caller after the timeout
 */
export function limitWait(readiness, ms, error) {
  /** @param {Waiter} waiter @param {number} [more] milliseconds, in place of the rest of the limit */
  const arm = (waiter, more) => {
    const now = performance.now();
    const end = more === undefined ? waiter.since + ms : now + more;
    clearTimeout(waiter.timer);
    waiter.timer = setTimeout(
      () => {
        const isLate = performance.now() - Math.max(now, end) > LATE_MS;
        if (isLate && more === undefined) arm(waiter, GRACE_MS);
        else waiter.reject(error());
      },
      Math.max(end - now, 0),
    );
  };
  readiness.arm = (waiter) => arm(waiter);
  for (const waiter of readiness.waiting) arm(waiter);
}
