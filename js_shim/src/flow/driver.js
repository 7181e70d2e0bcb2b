// The async driver: asks the core, applies its steps and carries out their effects. There is one driver from
// init() to close(). Its core changes: first a pending one, then Python's on this page, or in a worker.
// Callers that begin a flow (fetch, XMLHttpRequest, the API) need not know which.

import { closed } from "../errors.js";
import { FlowContext } from "./context.js";
import { FirstSteps } from "./first_steps.js";
import { Heads, isOrdinary } from "./heads.js";
import { DELIVER } from "./steps.js";
import { isLate, Waiters } from "./waiters.js";

/** @import {EarlyHost} from "../host/early_host.js" */
/** @import {Hooks} from "../host/hooks.js" */
/** @import {Effects} from "./effects.js" */
/** @import {Core, Moment, RequestHead, Result, Step} from "./steps.js" */

/**
 * @typedef {Pick<import("../core/plan.js").Plan,
 *   "requestHeaders" | "responseHeaders" | "statuses" | "timeout">} Plan
 *
 * The driver's connection to the page.
 * @typedef {object} Page
 * @property {typeof import("../python_part.js") | null} part there if there is a core
 * @property {Hooks} hooks
 * @property {(url: string) => boolean} covers whether a URL is ours
 * @property {(events: object[]) => void} emit
 * @property {() => void} cookiesChanged called when cookies have been written
 * @property {(key: string) => string | null} stored reads localStorage
 */

export class Driver {
  #firstSteps = new FirstSteps(this);
  #waiters = new Waiters();
  /** @type {Effects | null} */
  #effects = null;
  isClosed = false;
  heads = new Heads(this);

  /**
   * @param {Page} page
   * @param {Core} core
   * @param {EarlyHost} host
   * @param {Plan} plan
   */
  constructor(page, core, host, plan) {
    this.page = page;
    this.core = core;
    this.host = host;
    this.plan = plan;
  }

  /**
   * Use another core from now on.
   *
   * @param {Core} core
   * @param {EarlyHost} host
   * @param {Plan} plan
   */
  use(core, host, plan) {
    this.host.close();
    this.#firstSteps.clear();
    this.core = core;
    this.host = host;
    this.plan = plan;
  }

  // ---- the core's answers, applied -----------------------------------------------------------------

  /**
   * Begin an exchange.
   *
   * @param {RequestHead} request
   * @param {FlowContext} context
   * @param {boolean} [canWait] false: the core is asked with the cookies that are known
   * @returns {Step | Promise<Step>} its first step
   */
  exchange(request, context, canWait = true) {
    return this.#begin(() => this.#firstSteps.exchange(request, context), context, canWait);
  }

  /**
   * Begin a call.
   *
   * @param {string} name
   * @param {string} args JSON, or empty
   * @param {FlowContext} context
   * @returns {Step | Promise<Step>} its first step
   */
  call(name, args, context) {
    return this.#begin(() => this.#firstSteps.call(name, args, context), context);
  }

  /**
   * Continue with the result of a step's effect.
   *
   * @param {Step} step
   * @param {Result} result
   * @param {FlowContext} context
   * @returns {Step | Promise<Step>} the next step
   */
  resume(step, result, context) {
    if (step.do === "send" && step.flow === undefined) {
      // No core knows such an exchange, so the current core takes its response, if it must see it.
      if (step.isBare || isOrdinary(this.plan, result)) return DELIVER;
      context.core = this.core;
    }
    const { beginning, signal } = context;
    const wasPending = context.core?.isPending;
    const isCallers = beginning && (step.do === "send" || step.do === "read_text");
    /** A response that has arrived is its caller's, even if the core cannot process it. @param {unknown} error */
    const failed = (error) => {
      // A worker's core may have been refreshing for it when close() was called.
      if (!isCallers || signal?.aborted || (this.isClosed && !wasPending)) throw error;
      if (!this.isClosed) console.error("supertokens: a response could not be processed", error);
      return DELIVER;
    };
    try {
      const ask = (/** @type {Core} */ core) => core.resume(step, result, context, this.moment);
      const answer = this.ask(ask, context);
      return answer instanceof Promise ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }

  /** @param {() => Step | Promise<Step>} begin @param {FlowContext} context */
  #begin(begin, context, canWait = true) {
    const { jar } = this.host;
    const ask = () => {
      context.core = this.core;
      return this.ask(begin, context);
    };
    if (!jar.isMirrored || !canWait) return ask();
    return this.#waiters.race(jar.sync(), context).then(ask);
  }

  /** The environment of a call now. @returns {Moment} */
  get moment() {
    return { cookies: this.host.cookies(), now: this.host.now() };
  }

  /**
   * Ask a flow's core, and apply its answer.
   *
   * @param {(core: Core) => Step | Promise<Step>} question
   * @param {FlowContext} context
   * @returns {Step | Promise<Step>} the answer
   */
  ask(question, context) {
    const answer = question(context.core ?? this.core);
    if (!(answer instanceof Promise)) return this.apply(answer, context);
    // Before the answer arrives, its caller may abort, and the page may call close().
    return this.#waiters.race(answer, context).then(
      (step) => this.apply(step, context),
      (error) => {
        this.cancel(context);
        throw error;
      },
    );
  }

  /**
   * Carry out all of a step except its effect.
   *
   * @param {Step} step returned as it is
   * @param {FlowContext} context
   */
  apply(step, context) {
    this.effects?.carryOut(step, context); // the table's steps have no output
    if (step.flow !== undefined) context.flow = step.flow;
    return step;
  }

  /**
   * Perform a step's effect.
   *
   * @param {Step} step
   * @param {FlowContext} context
   * @returns {Promise<Result>} its result for the core
   */
  async perform(step, context) {
    if (step.do !== "send") return this.effects?.perform(step, context);
    const send = /** @type {NonNullable<FlowContext["send"]>} */ (context.send);
    context.response = await send(step);
    return this.heads.of(context.response);
  }

  /** All effects but a caller's own request; only a core asks for them. */
  get effects() {
    const { part } = this.page;
    this.#effects ??= part && new part.Effects(this, this.#waiters);
    return this.#effects;
  }

  // ---- following flows -----------------------------------------------------------------------------

  /**
   * Run a flow to its verdict; rejects when its own request fails.
   *
   * @param {Step | Promise<Step>} first
   * @param {FlowContext} context
   * @returns {Promise<Step>} the verdict
   */
  async run(first, context) {
    const verdict = await this.follow(first instanceof Promise ? await first : first, context);
    if (this.host.jar.isMirrored) await this.host.jar.flushed();
    return verdict;
  }

  /**
   * @param {Step} step the current step of a flow that has no caller of its own, or no longer
   * @param {Core | null} [core] that runs it
   * @param {FlowContext} [context]
   * @param {Promise<Result>} [begun] the result of its effect
   */
  beside(step, core = this.core, context = new FlowContext(), begun = undefined) {
    context.core = core;
    // Flows that wait for this one must not wait forever.
    this.follow(step, context, begun).catch((error) => this.isClosed || this.fail(error));
  }

  /**
   * Follow a flow to its verdict, or until another part performs its effect.
   *
   * @param {Step} step
   * @param {FlowContext} context
   * @param {Promise<Result>} [begun] the result of the step's effect, if that has begun already
   * @returns {Promise<Step>}
   */
  async follow(step, context, begun) {
    let isOurs = true; // and so are its locks
    if (step.flow !== undefined) context.flow = step.flow;
    try {
      while (step.do && !context.isElsewhere(step)) {
        const isCallers = context.send !== null && step.do === "read_text";
        const performed = begun ?? this.perform(step, context);
        if (isCallers && !begun && (await isLate(performed))) {
          // The caller gets its response as it would natively; the core gets the text later.
          this.beside(step, context.core, context, performed);
          isOurs = false;
          return DELIVER;
        }
        const result = await performed;
        begun = undefined;
        if (this.isClosed) {
          // A request that was already sent for a caller still gets its response.
          if (step.do === "send" || isCallers) return DELIVER;
          throw closed();
        }
        if (this.host.jar.isMirrored) await this.syncAfter(result);
        const next = this.resume(step, result, context);
        step = next instanceof Promise ? await next : next;
      }
      isOurs = !step.do;
      return step;
    } catch (error) {
      this.cancel(context);
      throw error;
    } finally {
      if (isOurs) this.host.unlock(context.flow);
    }
  }

  /**
   * Bring a mirrored jar up to date before a flow continues.
   *
   * @param {Result} result of its effect
   */
  async syncAfter(result) {
    // A bare status changes nothing, and the next step reads the cookies again: do not wait.
    if (typeof result === "number") return;
    try {
      await this.host.jar.sync();
    } catch (error) {
      // Cookies that came with a response must be written, even if reading fails.
      if (typeof result !== "string" || this.isClosed) throw error;
    }
  }

  // ---- how they end ----------------------------------------------------------------------------------

  /** @param {FlowContext} context of a flow whose caller is gone */
  cancel(context) {
    if (!this.isClosed) context.core?.cancel(context);
  }

  /** End every wait; responses that are still on their way are delivered, but not processed. */
  close() {
    this.isClosed = true;
    this.#waiters.stop(closed());
    this.host.close();
  }

  /** @param {unknown} error ends every wait: the core can no longer wake any flow */
  fail(error) {
    this.#firstSteps.clear();
    this.#waiters.stop(error);
  }
}
