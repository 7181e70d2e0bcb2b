// The waits of flows: each ends by a wake-up, by its caller's abort, or with the driver.

/**
 * @typedef {import("./context.js").FlowContext} FlowContext
 * @typedef {{context: FlowContext, go: () => void, stop: (reason: unknown) => void}} Waiter
 */

// How many requests that waited for a refresh continue in one task.
const SLICE = 50;

export class Waiters {
  /** @type {Map<FlowContext, Waiter>} */
  #waiting = new Map();

  /**
   * @param {FlowContext} context of the flow that waits
   * @returns {Promise<undefined>} rejects with the caller's reason if the caller aborts
   */
  wait(context) {
    return new Promise((resolve, reject) => {
      const { signal } = context;
      const done = () => {
        this.#waiting.delete(context);
        signal?.removeEventListener("abort", abort);
      };
      const go = () => {
        done();
        resolve(undefined);
      };
      const stop = (/** @type {unknown} */ reason) => {
        done();
        reject(reason);
      };
      const abort = () => stop(signal?.reason);
      this.#waiting.set(context, { context, go, stop });
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort);
    });
  }

  /**
   * Wait for something that may never end.
   *
   * @template T
   * @param {PromiseLike<T>} promise
   * @param {FlowContext} context
   * @returns {Promise<T>}
   */
  async race(promise, context) {
    const ended = this.wait(context);
    try {
      return await Promise.race([promise, /** @type {Promise<never>} */ (ended)]);
    } finally {
      this.#waiting.get(context)?.go();
    }
  }

  /**
   * Wake flows in slices: woken flows continue at once, and thousands would block the main thread.
   *
   * @param {number[]} flows
   * @param {FlowContext} from the context of the flow that was waited for
   */
  wake(flows, from) {
    const waiters = [...this.#waiting.values()].filter(({ context }) => context.core === from.core);
    const byFlow = new Map(waiters.map((waiter) => [waiter.context.flow, waiter]));
    for (const flow of flows.slice(0, SLICE)) {
      const waiter = byFlow.get(flow);
      if (!waiter) continue; // its caller is gone meanwhile
      waiter.context.refreshResponse = from.response;
      waiter.context.failure = from.failure;
      waiter.go();
    }
    const rest = flows.slice(SLICE);
    if (rest.length > 0) nextTask().then(() => this.wake(rest, from));
  }

  /** @param {unknown} reason ends every wait */
  stop(reason) {
    for (const waiter of [...this.#waiting.values()]) waiter.stop(reason);
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
