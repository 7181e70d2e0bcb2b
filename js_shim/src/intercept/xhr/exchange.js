// One exchange of an XMLHttpRequest: its current step, and how it continues. A native event must be handled
// before its listeners are called, so the owner steps the exchange synchronously; only slow steps are
// awaited.

import { reported } from "../../core/plan.js";
import { FlowContext } from "../../flow/context.js";
import { DELIVER } from "../../flow/steps.js";

/** @import {Driver} from "../../flow/driver.js" */
/** @import {Result, Step} from "../../flow/steps.js" */
/** @import {Opened} from "./xhr.js" */

export class Exchange {
  /** @type {Step | null} null while it waits for the core's answer */
  step = null;
  context;
  /** @type {Step[]} flows that it waits for, if its owner drives them */
  spawned = [];
  driver;
  #control = new AbortController();
  /** @type {Promise<Step> | null} */
  #answer = null;

  /** @param {Driver} driver @param {Opened} opened */
  constructor(driver, { url, isAsync, headers }) {
    this.driver = driver;
    this.context = new FlowContext(null, this.#control.signal);
    if (!isAsync) this.context.start = (child) => this.spawned.push(child);
    const known = headers.length > 0 ? reported(new Headers(headers), driver.plan) : "";
    const request = { headers: known, oneShot: false, url };
    this.#take(driver.exchange(request, this.context, isAsync));
  }

  /** Whether it has ended, and the caller gets the last response. */
  get delivers() {
    return this.step?.verdict === "deliver" && !this.step.refresh;
  }

  /** Whether it waits for Python to start. */
  get waitsForCore() {
    return this.step === null && this.driver.core.isPending;
  }

  /** @param {Result} result of the step's effect */
  resume(result) {
    // A response that was on its way still goes to the caller.
    if (this.driver.isClosed) this.step = DELIVER;
    else if (this.step) this.#take(this.#next(this.step, result));
  }

  /**
   * @param {Step} step
   * @param {Result} result
   * @returns {Step | Promise<Step>} rejects if the core fails: an error in a listener would not be caught
   */
  #next(step, result) {
    try {
      return this.driver.resume(step, result, this.context);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Wait for the current step, and continue. */
  async perform() {
    const { driver, step } = this;
    if (!step) {
      this.step = await /** @type {Promise<Step>} */ (this.#answer);
      return;
    }
    const result = await driver.perform(step, this.context);
    if (driver.host.jar.isMirrored) await driver.syncAfter(result);
    this.resume(result);
  }

  /**
   * Continue to the end, with the text of a response that its caller has already.
   *
   * @param {string | Promise<string>} text
   */
  finish(text) {
    if (typeof text !== "string") {
      text.then(
        (later) => this.finish(later),
        () => this.finish(""),
      );
      return;
    }
    this.resume(text);
    const { context, driver } = this;
    const goOn = (/** @type {Step} */ step) => {
      if (step.do) driver.beside(step, context.core, context);
    };
    if (this.step) goOn(this.step);
    else this.#answer?.then(goOn, () => {});
  }

  /** End it now: its caller cannot wait, and gets the response that has arrived. */
  deliver() {
    this.cancel();
    this.step = DELIVER;
  }

  /** Forget it: its caller is gone. */
  cancel() {
    if (!this.step?.verdict) this.driver.cancel(this.context);
    this.#control.abort();
  }

  /** @param {Step | Promise<Step>} answer */
  #take(answer) {
    if (answer instanceof Promise) {
      answer.catch(() => {}); // perform() gets the error
      this.#answer = answer;
      this.step = null;
    } else {
      this.step = answer;
    }
  }
}
