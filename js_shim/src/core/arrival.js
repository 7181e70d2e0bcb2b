// The wait for a core that is not there yet: each caller's ends when it comes, when it never will, when the
// caller's own time is over, or when the caller aborts.

// A timer that comes later than this had a busy or sleeping thread before it, which may have kept the core's
// answer waiting too: it gets a moment more.
const LATE_MS = 100;
const MOMENT_MS = 1_000;

/** @typedef {{since: number, timer?: ReturnType<typeof setTimeout>, reject: (reason: unknown) => void}} Waiter */

export class Arrival {
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
    this.#settled.catch(() => {}); // those that wait, and ready(), get it
  }

  /** The core has come. */
  open() {
    this.#open();
  }

  /** @param {unknown} reason what those that wait get */
  fail(reason) {
    this.#fail(reason);
  }

  /**
   * Limit how long each caller waits, from its own beginning: a core that comes later still ends the waits.
   *
   * @param {number} ms
   * @param {() => unknown} error what a caller gets whose time is over
   */
  limit(ms, error) {
    this.#limit = { ms, error };
    for (const waiter of this.#waiting) this.#arm(waiter);
  }

  /**
   * Wait for the core, from now on.
   *
   * @param {AbortSignal | null} [signal] the caller's
   * @returns {Promise<void>}
   */
  async wait(signal = null) {
    if (signal?.aborted) throw signal.reason;
    /** @type {Waiter} */
    const waiter = { since: performance.now(), reject: () => {} };
    const ended = new Promise((_, reject) => {
      waiter.reject = reject;
    });
    const abort = () => waiter.reject(signal?.reason);
    signal?.addEventListener("abort", abort);
    this.#waiting.add(waiter);
    this.#arm(waiter);
    try {
      await Promise.race([this.#settled, ended]);
    } finally {
      this.#waiting.delete(waiter);
      clearTimeout(waiter.timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * @param {Waiter} waiter
   * @param {number} [more] milliseconds in place of what the limit leaves
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
        if (isLate && more === undefined) this.#arm(waiter, MOMENT_MS);
        else waiter.reject(limit.error());
      },
      Math.max(end - now, 0),
    );
  }
}
