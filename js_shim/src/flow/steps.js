// The steps that a core returns (supertokens_pyodide/_core/wire/steps.py describes them). They are parsed
// when they leave Python, and must not be changed, because a step may be reused.

/** @import {Table} from "../core/table.js" */
/** @import {ErrorData} from "../errors.js" */
/** @import {ResponseData} from "../host/response_data.js" */
/** @import {FlowContext} from "./context.js" */

/**
 * The work before a step's effect.
 * @typedef {object} Output
 * @property {string[]} [cookies]
 * @property {Record<string, string>} [storage]
 * @property {string[]} [warnings]
 * @property {number[]} [unlock]
 * @property {object[]} [events]
 * @property {Step[]} [spawned]
 * @property {number[]} [wake]
 *
 * `isBare`: the request is sent as its caller made it, and the caller gets the response.
 * @typedef {{do: "send", headers: Record<string, string>, drop: string[], credentials: RequestCredentials | null,
 *   isBare?: boolean}} Send
 * @typedef {{do: "post", url: string, headers: Record<string, string>, credentials: RequestCredentials,
 *   timeout: number, action: "REFRESH_SESSION" | "SIGN_OUT", userContext: object}} Post
 * @typedef {{do: "get", url: string, timeout: number, fresh: boolean}} Get
 * @typedef {{do: "lock", name: string, timeout: number}} Lock
 * @typedef {{do: "verify", key: JsonWebKey, algorithm: RsaHashedImportParams, data: string, signature: string}} Verify
 *
 * A call without a function's name is of a Python function.
 * @typedef {{do: "call", function?: string, arguments?: unknown[]}} Call
 * @typedef {{do: "post_hook" | "wait" | "read_text"}} Plain
 * @typedef {(Send | Post | Get | Lock | Verify | Call | Plain) & {verdict?: undefined}} Effect
 *
 * `response` is the refresh call's, if another realm made it; `failure` is why that call got none.
 * @typedef {{do?: undefined, verdict: "deliver", refresh?: boolean, response?: ResponseData | undefined}} Deliver
 * @typedef {{do?: undefined, verdict: "value", value: unknown}} Value
 * @typedef {{do?: undefined, verdict: "fail", error: ErrorData, failure?: unknown, response?: ResponseData | undefined}} Fail
 * @typedef {Deliver | Value | Fail} Verdict
 *
 * A step without a flow is reused, or comes from the table: the core does not know its exchange.
 * @typedef {Output & {flow?: number, reusableUntil?: number} & (Effect | Verdict)} Step
 *
 * @typedef {string | number | boolean | null | undefined} Result of an effect, in the core's form
 *
 * The parts of a caller's request that the core needs.
 * @typedef {object} RequestHead
 * @property {string} headers JSON of the headers in the plan, or empty
 * @property {boolean} oneShot its body can be sent only once
 * @property {string} url as its caller gave it
 *
 * @typedef {{cookies: string, now: number}} Moment the environment of a call
 *
 * @typedef {RequestHead & Moment & {isSent?: boolean}} Beginning of an exchange, with the environment of its
 * time; `isSent`: its response has arrived already
 *
 * The driver's view of a core. Each answer is a step, or the promise of one.
 * @typedef {object} Core
 * @property {boolean} isPending whether it stands in for a core that is not ready
 * @property {boolean} isRemote whether it is in another realm, so that answers take time
 * @property {Table | null} table answers in its place, if it takes time to answer
 * @property {(beginning: Beginning, context: FlowContext) => Step | Promise<Step>} exchange begins one
 * @property {(name: string, args: string, context: FlowContext, moment: Moment) => Step | Promise<Step>} call
 *   begins one; `args` is a JSON object, or empty
 * @property {(step: Step, result: Result, context: FlowContext, moment: Moment) => Step | Promise<Step>} resume
 * @property {(context: FlowContext) => void} cancel its caller is gone
 * @property {(moment: Moment) => Step | null} observe what other tabs have done until then
 * @property {(flow: number) => PromiseLike<void>} perform calls the Python function that a flow asks for
 * @property {(events: string) => void} notify
 * @property {() => string} facts
 * @property {((options: string) => string) | undefined} compare the options of a repeated init(): returns an
 *   error as JSON if they differ; a core in another realm does not compare
 */

// The version of the wires, as in supertokens_pyodide/_core/wire/plan.py: to Python, and to a page's workers.
export const PROTOCOL = 2;

/** @type {Step} */
export const DELIVER = Object.freeze({ verdict: "deliver" });

/** @type {Step} */
export const BARE = Object.freeze({
  do: "send",
  headers: Object.freeze({}),
  drop: /** @type {string[]} */ (Object.freeze(/** @type {string[]} */ ([]))),
  credentials: null,
  isBare: true,
});

/**
 * A step after its output has been processed.
 *
 * @param {Step} step
 * @returns {Step}
 */
export function withoutOutput(step) {
  const { cookies, storage, warnings, unlock, events, spawned, wake, ...rest } = step;
  return rest;
}
