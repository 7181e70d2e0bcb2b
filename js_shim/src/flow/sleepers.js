// The flows that wait for another flow, a refresh for instance.

import { nextTask } from "./waiters.js";

/** @import {FlowContext} from "./context.js" */

// How many requests that waited for a refresh continue in one task.
const SLICE = 50;

export class Sleepers {
  /** @type {Map<FlowContext, () => void>} */
  #asleep = new Map();

  /** @param {FlowContext} context of the flow @returns {Promise<undefined>} resolves when it is woken */
  wait(context) {
    return new Promise((wake) => this.#asleep.set(context, () => wake(undefined)));
  }

  /** @param {FlowContext} context of a flow that no longer waits */
  forget(context) {
    this.#asleep.delete(context);
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
}
