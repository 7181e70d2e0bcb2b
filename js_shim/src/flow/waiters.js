// The waits of flows: each also ends by its caller's abort, and with the driver.

/** @import {FlowContext} from "./context.js" */

// How long a caller waits for the body of its own response while the core reads it.
const BODY_TIMEOUT_MS = 1000;

export class Waiters {
  /** @type {Set<(reason: unknown) => void>} end every wait */
  #stops = new Set();

  /**
   * Wait for something that may never end.
   *
   * @template T
   * @param {PromiseLike<T>} promise
   * @param {FlowContext} context
   * @returns {Promise<T>} rejects with the caller's reason if the caller aborts
   */
  async race(promise, { signal }) {
    let abort = () => {};
    /** @type {(reason: unknown) => void} */
    let stop = () => {};
    /** @type {Promise<never>} */
    const stopped = new Promise((_, reject) => {
      stop = reject;
      abort = () => reject(signal?.reason);
    });
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    this.#stops.add(stop);
    try {
      return await Promise.race([promise, stopped]);
    } finally {
      this.#stops.delete(stop);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** @param {unknown} reason ends every wait */
  stop(reason) {
    for (const stop of this.#stops) stop(reason);
  }
}

/**
 * Like a timer's task, but immediate: nested timers wait 4 ms, and longer in the background.
 *
 * @returns {Promise<void>}
 */
export const nextTask = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/**
 * @param {Promise<unknown>} effect that reads the body of a caller's own response
 * @returns {Promise<boolean>} whether its caller must not wait any longer
 */
export async function isLate(effect) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const timeout = new Promise((late) => {
    timer = setTimeout(late, BODY_TIMEOUT_MS, true);
  });
  try {
    return (await Promise.race([effect.then(() => false), timeout])) === true;
  } finally {
    clearTimeout(timer);
  }
}
