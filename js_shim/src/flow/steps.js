// The steps that a core hands back, as supertokens_pyodide/_core/wire/steps.py describes them. They are parsed
// where they leave Python, and nobody changes one: a step may be handed out again.

/**
 * @typedef {import("../errors.js").ErrorData} ErrorData
 * @typedef {import("./context.js").FlowContext} FlowContext
 * @typedef {import("../host/responses.js").ResponseData} ResponseData
 *
 * What is to be done before a step's effect.
 * @typedef {object} Output
 * @property {string[]} [cookies]
 * @property {Record<string, string>} [storage]
 * @property {string[]} [warnings]
 * @property {number[]} [unlock]
 * @property {object[]} [events]
 * @property {Step[]} [spawned]
 * @property {number[]} [wake]
 *
 * `isBare`: the request goes out as its caller made it, and its response is the caller's.
 * @typedef {{do: "send", headers: Record<string, string>, drop: string[], credentials: RequestCredentials | null,
 *   isBare?: boolean}} Send
 * @typedef {{do: "post", url: string, headers: Record<string, string>, credentials: RequestCredentials,
 *   timeout: number, action: "REFRESH_SESSION" | "SIGN_OUT", userContext: object}} Post
 * @typedef {{do: "get", url: string, timeout: number, fresh: boolean}} Get
 * @typedef {{do: "lock", name: string, timeout: number}} Lock
 * @typedef {{do: "verify", key: JsonWebKey, algorithm: RsaHashedImportParams, data: string, signature: string}} Verify
 *
 * A call without a function's name is of one of Python.
 * @typedef {{do: "call", function?: string, arguments?: unknown[]}} Call
 * @typedef {{do: "post_hook" | "wait" | "read_text"}} Plain
 * @typedef {(Send | Post | Get | Lock | Verify | Call | Plain) & {verdict?: undefined}} Effect
 *
 * `response` is the refresh call's, where another realm made it; `failure` is why that call got none.
 * @typedef {{do?: undefined, verdict: "deliver", refresh?: boolean, response?: ResponseData | undefined}} Deliver
 * @typedef {{do?: undefined, verdict: "value", value: unknown}} Value
 * @typedef {{do?: undefined, verdict: "fail", error: ErrorData, failure?: unknown, response?: ResponseData | undefined}} Fail
 * @typedef {Deliver | Value | Fail} Verdict
 *
 * A step without a flow is one that is handed out again, or a table's: the core does not know of its exchange.
 * @typedef {Output & {flow?: number, reusableUntil?: number} & (Effect | Verdict)} Step
 *
 * @typedef {string | number | boolean | null | undefined} Result an effect's, as the core takes it
 *
 * What the core must know of a caller's request.
 * @typedef {object} RequestHead
 * @property {string} headers JSON of those that the plan names, or nothing
 * @property {boolean} oneShot its body can be sent only once
 * @property {string} url as its caller gave it
 *
 * @typedef {RequestHead & {cookies: string, now: number, isSent?: boolean}} Beginning an exchange's, with the
 *   environment of its time; `isSent`: it is over, and the response is there
 *
 * What answers a driver's questions. Each answer is a step, or the promise of one.
 * @typedef {object} Core
 * @property {boolean} isPending whether it stands in for one that is not there yet
 * @property {boolean} isRemote whether it is in another realm: then answers take time
 * @property {(request: RequestHead, context: FlowContext) => Step | Promise<Step>} exchange begins one
 * @property {(name: string, args: string, context: FlowContext) => Step | Promise<Step>} call begins one; `args`
 *   is a JSON object, or nothing
 * @property {(step: Step, result: Result, context: FlowContext) => Step | Promise<Step>} resume
 * @property {(context: FlowContext) => void} cancel its caller has gone
 * @property {(moment?: {cookies: string, now: number}) => Step | null} observe what other tabs have done; by
 *   default until now
 * @property {(flow: number) => PromiseLike<void>} perform calls the function of Python that a flow asks for
 * @property {(events: string) => void} notify
 * @property {() => string} facts
 * @property {((options: string) => string) | undefined} compare with those of a repeated init(): an error as
 *   JSON where they are others; a core in another realm compares nothing
 * @property {() => void} forget be asked in any case from now on, until it has answered again
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
 * A step once its output has been dealt with.
 *
 * @param {Step} step
 * @returns {Step}
 */
export function withoutOutput(step) {
  const { cookies, storage, warnings, unlock, events, spawned, wake, ...rest } = step;
  return rest;
}
