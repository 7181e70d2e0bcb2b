// The waits of flows: each ends by a wake-up, by its caller's abort, or with the driver.

/** @import {FlowContext} from "./context.js" */

// How many requests that waited for a refresh continue in one task.
const SLICE = 50;

export class Waiters {
  /** @type {Map<FlowContext, () => void>} the flows that wait to be woken */
  #asleep = new Map();
  /** @type {Set<(reason: unknown) => void>} end every wait */
  #stops = new Set();

  /**
   * @param {FlowContext} context of the flow that waits to be woken
   * @returns {Promise<undefined>} rejects with the caller's reason if the caller aborts
   */
  wait(context) {
    const woken = new Promise((wake) => this.#asleep.set(context, () => wake(undefined)));
    return this.race(woken, context).finally(() => this.#asleep.delete(context));
  }

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

  /**
   * Wake flows in slices: woken flows continue at once, and thousands would block the main thread.
   *
   * @param {number[]} flows
   * @param {FlowContext} from the context of the flow that was waited for
   */
  wake(flows, from) {
    const contexts = [...this.#asleep.keys()].filter(({ core }) => core === from.core);
    const byFlow = new Map(contexts.map((context) => [context.flow, context]));
    for (const flow of flows.slice(0, SLICE)) {
      const context = byFlow.get(flow);
      if (!context) continue; // its caller is gone meanwhile
      context.refreshResponse = from.response;
      context.failure = from.failure;
      this.#asleep.get(context)?.();
    }
    const rest = flows.slice(SLICE);
    if (rest.length > 0) nextTask().then(() => this.wake(rest, from));
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
