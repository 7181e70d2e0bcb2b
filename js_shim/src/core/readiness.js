// The wait for a core that does not exist yet. A caller's wait ends when the core is ready, when it is known
// that there will be none, or after the caller's timeout.

// If a timer fires later than this, the thread was busy or asleep, and the core's answer may have been
// delayed as well: the caller waits a moment longer.
const LATE_MS = 100;
const GRACE_MS = 1_000;

/** @typedef {{since: number, timer?: ReturnType<typeof setTimeout>, reject: (reason: unknown) => void}} Waiter */

export class Readiness {
  /** Whether it is known that there will be no core. */
  hasFailed = false;
  /** @type {() => void} */
  #open = () => {};
  /** @type {(reason: unknown) => void} */
  #fail = () => {};
  /** @type {{ms: number, error: () => unknown} | null} */
  #limit = null;
  /** @type {Set<Waiter>} */
  #waiting = new Set();
  /** @type {Promise<void>} */
  #settled = new Promise((resolve, reject) => {
    this.#open = resolve;
    this.#fail = reject;
  });

  constructor() {
    this.#settled.catch(() => {}); // waiting callers, and ready(), get the error
  }

  /** The core is ready. */
  open() {
    this.#open();
  }

  /** @param {unknown} reason the error for all callers that wait */
  fail(reason) {
    this.hasFailed = true;
    this.#fail(reason);
  }

  /**
   * Limit how long each caller waits, from the start of its wait: a core that is ready later still ends it.
   *
   * @param {number} ms
   * @param {() => unknown} error the error for a caller after the timeout
   */
  limit(ms, error) {
    this.#limit = { ms, error };
    for (const waiter of this.#waiting) this.#arm(waiter);
  }

  /** Wait for the core. */
  async wait() {
    /** @type {Waiter} */
    const waiter = { since: performance.now(), reject: () => {} };
    const late = new Promise((_, reject) => {
      waiter.reject = reject;
    });
    this.#waiting.add(waiter);
    this.#arm(waiter);
    try {
      await Promise.race([this.#settled, late]);
    } finally {
      this.#waiting.delete(waiter);
      clearTimeout(waiter.timer);
    }
  }

  /**
   * @param {Waiter} waiter
   * @param {number} [more] milliseconds, in place of the rest of the limit
   */
  #arm(waiter, more) {
    const limit = this.#limit;
    if (!limit) return;
    const now = performance.now();
    const end = more === undefined ? waiter.since + limit.ms : now + more;
    clearTimeout(waiter.timer);
    waiter.timer = setTimeout(
      () => {
        const isLate = performance.now() - Math.max(now, end) > LATE_MS;
        if (isLate && more === undefined) this.#arm(waiter, GRACE_MS);
        else waiter.reject(limit.error());
      },
      Math.max(end - now, 0),
    );
  }
}
