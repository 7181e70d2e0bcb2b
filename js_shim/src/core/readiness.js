// The wait for a core that does not exist yet. A caller's wait ends when the core is ready, when it is known
// that there will be none, or after the caller's timeout.

/** @typedef {{since: number, timer?: ReturnType<typeof setTimeout>, reject: (reason: unknown) => void}} Waiter */

export class Readiness {
  /** Whether it is known that there will be no core. */
  hasFailed = false;
  /** @type {() => void} */
  #open = () => {};
  /** @type {(reason: unknown) => void} */
  #fail = () => {};
  /** @type {Set<Waiter>} */
  waiting = new Set();
  /** @type {(waiter: Waiter) => void} sets a waiter's timer, if there is a limit (wait_limit.js) */
  arm = () => {};
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

  /** Wait for the core. */
  async wait() {
    /** @type {Waiter} */
    const waiter = { since: performance.now(), reject: () => {} };
    const late = new Promise((_, reject) => {
      waiter.reject = reject;
    });
    this.waiting.add(waiter);
    this.arm(waiter);
    try {
      await Promise.race([this.#settled, late]);
    } finally {
      this.waiting.delete(waiter);
      clearTimeout(waiter.timer);
    }
  }
}
