// One exchange of an XMLHttpRequest, as the core sees it: at which step it reusableUntil, and how it goes on.
// A native event must be judged before others see it, so its owner steps it by hand, at once; only
// what takes time is left to the async driver.

import { reported } from "../../core/plan.js";
import { syncAfter } from "../../flow/driver.js";
import { FlowContext } from "../../flow/flow.js";

/**
 * @typedef {import("../../page/shim.js").Connection} Connection
 * @typedef {import("../../flow/flow.js").Step} Step
 */

export class Exchange {
  /** @type {Step} */
  step = {};
  context = new FlowContext();
  /** @type {Step[]} flows that it waits for, where its owner drives them */
  spawned = [];

  #isAsync;
  /** @type {AbortController | null} ends a wait */
  #control = null;

  /**
   * @param {Connection | import("../../core/early.js").Early} connection
   * @param {boolean} isAsync
   * @param {[string, string][]} headers the caller's
   */
  constructor(connection, isAsync, headers) {
    this.connection = connection;
    this.#isAsync = isAsync;
    const { driver, plan } = connection;
    const known = headers.length > 0 ? reported(new Headers(headers), plan) : "";
    this.#apply(driver.exchange(known, false, this.context));
  }

  /** Whether it has ended, and the reply that came last is the caller's. */
  get delivers() {
    return this.step.verdict === "deliver" && !this.step.refresh;
  }

  /** @param {string | number | boolean | undefined} result of the step's effect */
  resume(result) {
    const { driver } = this.connection;
    // What was on its way for a caller is still theirs.
    if (driver.isClosed) this.step = { verdict: "deliver" };
    else this.#apply(driver.resume(this.step, result, this.context));
  }

  /** Perform the step's effect, which takes time, and go on. */
  async perform() {
    this.#control ??= new AbortController();
    this.context.signal = this.#control.signal;
    const { driver, host } = this.connection;
    const result = await driver.perform(this.step, this.context);
    if (host?.jar.isMirrored) await syncAfter(driver, host.jar, result);
    this.resume(result);
  }

  /**
   * Go on with the text of a response that its caller has got already, to the end.
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
    const { driver } = this.connection;
    if (this.step.do && "beside" in driver) driver.beside(this.step, this.context);
  }

  /** Whether it waits for Python to start. */
  get waitsForCore() {
    return !this.connection.core;
  }

  /** Forget it: its caller has gone. */
  cancel() {
    const { core, driver } = this.connection;
    const { flow } = this.step;
    if (flow && !driver.isClosed) core?.cancel(flow);
    this.#control?.abort();
  }

  /** @param {string | Step | null} text */
  #apply(text) {
    const start = (/** @type {Step} */ child) => this.spawned.push(child);
    const { driver } = this.connection;
    this.step = driver.apply(text ?? {}, this.context, this.#isAsync ? undefined : start);
  }
}
