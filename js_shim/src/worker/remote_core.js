// A core in a worker that decides for its page. The page sends its own requests and reads their responses.
// Waiting, refreshing, cookies and events are handled in the worker. The driver's step cache and the decision
// table are here, so ordinary requests need no message and do not wait for a busy worker.

import { written } from "../flow/context.js";
import { fieldsOf, malformed } from "./link.js";
import { sharedCookies } from "./shared_names.js";

/** @import {Table} from "../core/table.js" */
/** @import {FlowContext} from "../flow/context.js" */
/** @import {Beginning, Moment, Result, Step} from "../flow/steps.js" */
/** @typedef {import("../flow/steps.js").Core} Core */
/** @import {WorkerLink} from "./wire.js" */

/** @implements {Core} */
export class RemoteCore {
  isPending = false;
  isRemote = true;
  compare = undefined;
  #link;
  #facts;
  #last = 0;

  /**
   * @param {WorkerLink} link
   * @param {string} facts about the worker, as JSON
   * @param {Table | null} table
   */
  constructor(link, facts, table) {
    this.#link = link;
    this.#facts = facts;
    this.table = table;
  }

  /** @param {Beginning} beginning @param {FlowContext} context */
  exchange(beginning, context) {
    const shared = { ...beginning, cookies: sharedCookies(beginning.cookies) };
    return this.#begin(context, (userContext) =>
      this.#link.ask("exchange", context.flow, userContext, shared),
    );
  }

  /** @param {string} name @param {string} args @param {FlowContext} context @param {Moment} moment */
  call(name, args, context, { cookies }) {
    const shared = sharedCookies(cookies);
    return this.#begin(context, (userContext) =>
      this.#link.ask("call", context.flow, userContext, shared, name, args),
    );
  }

  /**
   * @param {Step} step
   * @param {Result} result
   * @param {FlowContext} context
   * @param {Moment} moment
   */
  resume({ flow }, result, context, { cookies }) {
    const { beginning } = context;
    // The worker gets the exchange now; its first step is already known.
    if (!flow && beginning) this.exchange({ ...beginning, isSent: true }, context).catch(() => {});
    const shared = sharedCookies(cookies);
    return this.#link.ask("resume", context.flow, shared, result).then(checked);
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

  /**
   * Let the worker begin a flow, which has a name from now on.
   *
   * @param {FlowContext} context
   * @param {(userContext: unknown) => Promise<unknown>} ask
   * @returns {Promise<Step>} its first step
   */
  async #begin(context, ask) {
    this.#last += 1;
    context.flow = this.#last;
    const { userContext } = context;
    // In Python's form.
    return checked(await ask(userContext && JSON.parse(written(userContext) ?? "{}")));
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
