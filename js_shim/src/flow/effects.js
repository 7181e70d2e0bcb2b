// The effects of steps, except a caller's own request: carried out by the browser, the page and the host.

import { fromData, textWithin } from "../host/response_data.js";
import { verify } from "../host/verify.js";
import { BackendCalls, hostOf } from "./backend_call.js";
import { Sleepers } from "./sleepers.js";

/** @import {FlowContext} from "./context.js" */
/** @import {Driver} from "./driver.js" */
/** @import {Call, Result, Step} from "./steps.js" */
/** @import {Waiters} from "./waiters.js" */

export class Effects {
  #driver;
  #waiters;
  #sleepers = new Sleepers();
  #calls;

  /** @param {Driver} driver @param {Waiters} waiters */
  constructor(driver, waiters) {
    this.#driver = driver;
    this.#waiters = waiters;
    this.#calls = new BackendCalls(driver);
  }

  /**
   * Carry out all of a step except its effect.
   *
   * @param {Step} step
   * @param {FlowContext} context
   */
  carryOut(step, context) {
    const driver = this.#driver;
    const { host, page } = driver;
    if (step.cookies) {
      host.jar.write(step.cookies);
      page.cookiesChanged();
    }
    if (step.storage) host.writeStorage(step.storage);
    for (const warning of step.warnings ?? [])
      console.warn(`supertokens: ${warning}`, context.failure ?? "");
    for (const flow of step.unlock ?? []) host.unlock(flow);
    if (step.events) page.emit(inContext(step.events, context));
    for (const child of step.spawned ?? []) {
      if (context.start) context.start(child);
      else driver.beside(child, context.core);
    }
    if (step.wake) this.#sleepers.wake(step.wake, context);
    if (step.verdict === "fail" && step.failure) context.failure = step.failure;
    if (!step.do && step.verdict !== "value" && step.response) {
      context.refreshResponse = fromData(step.response);
    }
  }

  /**
   * Perform a step's effect.
   *
   * @param {Step} step
   * @param {FlowContext} context
   * @returns {Promise<Result>} its result for the core
   */
  async perform(step, context) {
    const { plan } = this.#driver;
    const host = hostOf(this.#driver);
    switch (step.do) {
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
        return this.#waiters
          .race(this.#sleepers.wait(context), context)
          .finally(() => this.#sleepers.forget(context));
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

/** @param {object[]} events @param {FlowContext} context */
function inContext(events, { userContext }) {
  return userContext ? events.map((event) => ({ ...event, userContext })) : events;
}
