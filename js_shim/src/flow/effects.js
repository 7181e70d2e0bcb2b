// The effects of steps: carried out by the browser, the page and the host.

import { textWithin } from "../host/responses.js";
import { verify } from "../host/verify.js";
import { BackendCalls } from "./backend_call.js";

/** @import {FlowContext} from "./context.js" */
/** @import {Driver} from "./driver.js" */
/** @import {Call, Result, Step} from "./steps.js" */
/** @import {Waiters} from "./waiters.js" */

// How long a caller waits for the body of its own response while the core reads it.
const BODY_TIMEOUT_MS = 1000;

export class Effects {
  #driver;
  #waiters;
  #calls;

  /** @param {Driver} driver @param {Waiters} waiters */
  constructor(driver, waiters) {
    this.#driver = driver;
    this.#waiters = waiters;
    this.#calls = new BackendCalls(driver);
  }

  /**
   * Perform a step's effect.
   *
   * @param {Step} step
   * @param {FlowContext} context
   * @returns {Promise<Result>} its result for the core
   */
  async perform(step, context) {
    const { heads, host, plan } = this.#driver;
    switch (step.do) {
      case "send": {
        const send = /** @type {NonNullable<FlowContext["send"]>} */ (context.send);
        context.response = await send(step);
        return heads.of(context.response);
      }
      case "post":
        return this.#calls.post(step, context);
      case "post_hook":
        await this.#calls.afterPost(context);
        return undefined;
      case "lock":
        return host.lock(step.flow ?? 0, step.name, step.timeout);
      case "get":
        return host.get(step);
      case "verify":
        return verify(step);
      case "read_text":
        return context.response ? textWithin(context.response, plan.timeout) : "";
      case "call":
        return this.#call(step, context);
      default:
        return this.#waiters.wait(context);
    }
  }

  /** @param {Call} step @param {FlowContext} context */
  async #call({ function: name, arguments: given = [] }, context) {
    // Its caller may abort, and the page may call close(): the function may never end.
    const within = (/** @type {any} */ result) => this.#waiters.race(result, context);
    try {
      if (name)
        return JSON.stringify({ value: await within(context.functions?.[name]?.(...given)) });
      await within(context.core?.perform(context.flow));
      return undefined;
    } catch (error) {
      context.failure = error;
      return '{"failed":true}';
    }
  }

  /**
   * @param {{call?: string, status?: number}} error of the core
   * @param {FlowContext} [context] of the flow that failed
   * @returns {Response | undefined} the response that the error is about
   */
  responseOf(error, context) {
    return this.#calls.responseOf(error, context);
  }
}

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
