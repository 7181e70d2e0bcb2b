// A core that lives in a worker and decides for its page. The page sends its own requests and reads their
// responses; all else (waiting, refreshing, cookies and events) is done in the worker. Reusable steps and the
// decision table answer here, so that an ordinary request asks nobody and does not wait for a busy worker.

import { keyOf, StepCache } from "../core/step_cache.js";
import { written } from "../flow/context.js";
import { isOrdinary } from "../flow/heads.js";
import { DELIVER } from "../flow/steps.js";
import { fieldsOf, malformed } from "./link.js";
import { sharedCookies } from "./shared.js";

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
   * @param {{plan: {statuses: number[]}, facts: string}} about what the worker says of its core
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
      // The worker learns of the exchange now; its first step need not be waited for.
      const { beginning } = context;
      if (beginning) this.#begin(context, { ...beginning, isSent: true }).catch(() => {});
    }
    const cookies = sharedCookies(this.#host.cookies());
    const asked = this.#link.ask("resume", context.flow, cookies, result).then(checked);
    // If the worker dies now, the response that came is the caller's all the same.
    return context.beginning ? asked.catch(() => DELIVER) : asked;
  }

  /** @param {FlowContext} context */
  cancel({ flow }) {
    if (flow) this.#link.report("cancel", flow);
  }

  observe() {
    return null; // the worker looks for itself
  }

  async perform() {} // Python's functions are called where they are

  notify() {} // the worker's own handlers have heard it there

  facts() {
    return this.#facts;
  }

  forget() {
    this.#cache.clear();
  }

  /**
   * @param {FlowContext} context of an exchange
   * @param {import("../flow/steps.js").Beginning} beginning
   * @param {string | null} [key] under which its first step is kept
   * @returns {Promise<Step>} that
   */
  #begin(context, beginning, key = null) {
    const shared = { ...beginning, cookies: sharedCookies(beginning.cookies) };
    const ask = (/** @type {unknown} */ userContext) =>
      this.#link.ask("exchange", context.flow, userContext, shared);
    return this.#ask(context, ask, key, beginning);
  }

  /**
   * Have the worker begin a flow, which has a name from now on.
   *
   * @param {FlowContext} context
   * @param {(userContext: unknown) => Promise<unknown>} ask
   * @param {string | null} key under which its first step is kept
   * @param {import("../core/step_cache.js").Moment} moment
   * @returns {Promise<Step>}
   */
  async #ask(context, ask, key, moment) {
    this.#last += 1;
    context.flow = this.#last;
    const { userContext } = context;
    // As Python takes it.
    const step = checked(await ask(userContext && JSON.parse(written(userContext) ?? "{}")));
    this.#cache.keep(key, moment, step);
    return step;
  }

  get #now() {
    return { cookies: this.#host.cookies(), now: this.#host.now() };
  }
}

// What a worker may leave to its page (isForPage, in worker/core_services.js), and how a flow may end.
const DONE_BY_PAGE = ["send", "call", "read_text"];
const VERDICTS = ["deliver", "value", "fail"];

/**
 * @param {unknown} answer a step, as it came from a worker
 * @returns {Step} the same; throws where nothing could be done with it, and its caller would wait for ever
 */
function checked(answer) {
  const step = /** @type {Step} */ (fieldsOf(answer));
  if (DONE_BY_PAGE.includes(step.do ?? "") || VERDICTS.includes(step.verdict ?? "")) return step;
  throw malformed();
}
