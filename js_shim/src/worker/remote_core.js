// A core in a worker that decides for its page. The page sends its own requests and reads their responses.
// Waiting, refreshing, cookies and events are handled in the worker. The step cache and the decision table
// are here, so ordinary requests need no message and do not wait for a busy worker.

import { keyOf, StepCache } from "../core/step_cache.js";
import { written } from "../flow/context.js";
import { isOrdinary } from "../flow/heads.js";
import { DELIVER } from "../flow/steps.js";
import { fieldsOf, malformed } from "./link.js";
import { sharedCookies } from "./shared_names.js";

/**
 * @typedef {import("../flow/context.js").FlowContext} FlowContext
 * @typedef {import("../flow/steps.js").Core} Core
 * @typedef {import("../flow/steps.js").Step} Step
 * @typedef {import("../host/host.js").Host} Host
 */

/** @implements {Core} */
export class RemoteCore {
  isPending = false;
  isRemote = true;
  compare = undefined;
  #link;
  #host;
  #plan;
  #facts;
  #shim;
  #cache = new StepCache();
  #last = 0;

  /**
   * @param {import("./wire.js").WorkerLink} link
   * @param {Host} host
   * @param {{plan: {statuses: number[]}, facts: string}} about the worker's description of its core
   * @param {Pick<import("../page/shim.js").Shim, "cores" | "stored">} shim
   */
  constructor(link, host, { plan, facts }, shim) {
    this.#link = link;
    this.#host = host;
    this.#plan = plan;
    this.#facts = facts;
    this.#shim = shim;
  }

  /** @param {import("../flow/steps.js").RequestHead} request @param {FlowContext} context */
  exchange(request, context) {
    const beginning = { ...request, ...this.#now };
    context.beginning = beginning;
    const key = keyOf(request);
    const { cores, stored } = this.#shim;
    const known = this.#cache.find(key, beginning) ?? cores.table?.firstStep(beginning, stored);
    return known ?? this.#begin(context, beginning, key);
  }

  /** @param {string} name @param {string} args @param {FlowContext} context */
  call(name, args, context) {
    const key = args === "" ? name : null;
    const moment = this.#now;
    const { cores, stored } = this.#shim;
    const known =
      this.#cache.find(key, moment) ?? (key && cores.table?.answer(key, moment, stored));
    if (known) return known;
    const cookies = sharedCookies(moment.cookies);
    const ask = (/** @type {unknown} */ userContext) =>
      this.#link.ask("call", context.flow, userContext, cookies, name, args);
    return this.#ask(context, ask, key, moment);
  }

  /** @param {Step} step @param {import("../flow/steps.js").Result} result @param {FlowContext} context */
  resume({ flow }, result, context) {
    if (flow === undefined) {
      if (isOrdinary(this.#plan, result)) return DELIVER;
      // The worker gets the exchange now; its first step is already known.
      const { beginning } = context;
      if (beginning) this.#begin(context, { ...beginning, isSent: true }).catch(() => {});
    }
    const cookies = sharedCookies(this.#host.cookies());
    const asked = this.#link.ask("resume", context.flow, cookies, result).then(checked);
    // If the worker dies now, the caller still gets the response.
    return context.beginning ? asked.catch(() => DELIVER) : asked;
  }

  /** @param {FlowContext} context */
  cancel({ flow }) {
    if (flow) this.#link.report("cancel", flow);
  }

  observe() {
    return null; // the worker observes other tabs itself
  }

  async perform() {} // Python's functions are called in the worker

  notify() {} // the worker's own handlers have got them there

  facts() {
    return this.#facts;
  }

  forget() {
    this.#cache.clear();
  }

  /**
   * @param {FlowContext} context of an exchange
   * @param {import("../flow/steps.js").Beginning} beginning
   * @param {string | null} [key] of its first step in the cache
   * @returns {Promise<Step>} that
   */
  #begin(context, beginning, key = null) {
    const shared = { ...beginning, cookies: sharedCookies(beginning.cookies) };
    const ask = (/** @type {unknown} */ userContext) =>
      this.#link.ask("exchange", context.flow, userContext, shared);
    return this.#ask(context, ask, key, beginning);
  }

  /**
   * Let the worker begin a flow, which has a name from now on.
   *
   * @param {FlowContext} context
   * @param {(userContext: unknown) => Promise<unknown>} ask
   * @param {string | null} key of its first step in the cache
   * @param {import("../core/step_cache.js").Moment} moment
   * @returns {Promise<Step>}
   */
  async #ask(context, ask, key, moment) {
    this.#last += 1;
    context.flow = this.#last;
    const { userContext } = context;
    // In Python's form.
    const step = checked(await ask(userContext && JSON.parse(written(userContext) ?? "{}")));
    this.#cache.keep(key, moment, step);
    return step;
  }

  get #now() {
    return { cookies: this.#host.cookies(), now: this.#host.now() };
  }
}

// The effects that a worker may leave to its page (isForPage, in worker/core_services.js), and the verdicts.
const DONE_BY_PAGE = ["send", "call", "read_text"];
const VERDICTS = ["deliver", "value", "fail"];

/**
 * @param {unknown} answer a step from a worker
 * @returns {Step} the same; throws if the step cannot be performed, because its caller would wait forever
 */
function checked(answer) {
  const step = /** @type {Step} */ (fieldsOf(answer));
  if (DONE_BY_PAGE.includes(step.do ?? "") || VERDICTS.includes(step.verdict ?? "")) return step;
  throw malformed();
}
