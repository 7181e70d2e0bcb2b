// The first steps of flows: from the step cache, else from the decision table, else from the core.

import { keyOf, StepCache } from "./step_cache.js";

/** @import {FlowContext} from "./context.js" */
/** @import {Driver} from "./driver.js" */
/** @import {Core, Moment, RequestHead, Step} from "./steps.js" */

export class FirstSteps {
  #cache = new StepCache();
  #driver;

  /** @param {Driver} driver */
  constructor(driver) {
    this.#driver = driver;
  }

  /** @param {RequestHead} request @param {FlowContext} context */
  exchange(request, context) {
    const { core, moment, page } = this.#driver;
    const beginning = { ...request, ...moment };
    context.beginning = beginning;
    const key = keyOf(request);
    return (
      this.#cache.find(key, moment) ??
      core.table?.firstStep(beginning, page.stored) ??
      this.#kept(core, key, moment, core.exchange(beginning, context))
    );
  }

  /** @param {string} name @param {string} args @param {FlowContext} context */
  call(name, args, context) {
    const { core, moment, page } = this.#driver;
    const key = args === "" ? name : null;
    return (
      this.#cache.find(key, moment) ??
      (key === null ? null : core.table?.answer(key, moment, page.stored)) ??
      this.#kept(core, key, moment, core.call(name, args, context, moment))
    );
  }

  clear() {
    this.#cache.clear();
  }

  /**
   * @param {Core} core
   * @param {string | null} key
   * @param {Moment} moment
   * @param {Step | Promise<Step>} answer
   * @returns {Step | Promise<Step>} the same
   */
  #kept(core, key, moment, answer) {
    if (answer instanceof Promise) {
      return answer.then((step) => this.#kept(core, key, moment, step));
    }
    // A core that was not ready has asked its successor, with later cookies.
    if (core === this.#driver.core) this.#cache.keep(key, moment, answer);
    return answer;
  }
}
