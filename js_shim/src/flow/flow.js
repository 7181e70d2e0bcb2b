// A flow as its drivers see it: the steps that the core gives, and what is kept beside them. What the steps
// mean is described in supertokens_pyodide/_core/wire/steps.py.

/**
 * @typedef {import("../errors.js").ErrorData} ErrorData
 *
 * @typedef {object} Step
 * @property {string[]} [cookies]
 * @property {Record<string, string>} [storage]
 * @property {string[]} [warnings]
 * @property {number[]} [unlock]
 * @property {object[]} [events]
 * @property {Step[]} [spawned]
 * @property {number[]} [wake]
 * @property {number} [reusableUntil]
 * @property {number} [flow] none in a step that reusableUntil: the core does not know of its exchange yet
 * @property {"send" | "post" | "post_hook" | "lock" | "wait" | "read_text" | "call" | "get" | "verify" | "ask"} [do]
 * @property {Record<string, string>} [headers] send, post
 * @property {string[]} [drop] send
 * @property {RequestCredentials | null} [credentials] send, post
 * @property {string} [url] post, get
 * @property {string} [name] lock
 * @property {string} [function] call: a function of JavaScript; without, one of Python
 * @property {any[]} [arguments] call
 * @property {number} [timeout] post, lock, get: milliseconds
 * @property {boolean} [fresh] get
 * @property {JsonWebKey} [key] verify
 * @property {RsaHashedImportParams} [algorithm] verify
 * @property {string} [data] verify
 * @property {string} [signature] verify
 * @property {"REFRESH_SESSION" | "SIGN_OUT"} [action] post
 * @property {object} [userContext] post
 * @property {"deliver" | "value" | "fail"} [verdict]
 * @property {boolean} [refresh] deliver
 * @property {ReplyData} [reply] deliver with refresh: the refresh call's, where another realm made it
 * @property {unknown} [failure] fail: why that call got no reply
 * @property {any} [value] value
 * @property {ErrorData} [error] fail
 *
 * @typedef {import("../intercept/bodies.js").ReplyData} ReplyData
 *
 * What the core offers its drivers: primitives in, one step as JSON out.
 * @typedef {object} Core
 * @property {(headers: string, oneShot: boolean, cookies: string | undefined, now: number) => string} exchange
 * @property {(name: string, args: string, cookies: string | undefined, now: number) => string} call
 * @property {(flow: number, result: any, cookies: string | undefined, now: number) => string | Step} resume
 * @property {(cookies: string, now: number) => string} observe
 * @property {(flow: number) => PromiseLike<void>} perform calls the function of Python that a flow asks for
 * @property {(flow: number) => void} cancel
 * @property {() => string} facts
 * @property {(events: string) => void} notify
 * @property {(options: string) => string} [compare] with those of a repeated init(): an error as JSON where
 *   they are others; a core in another realm compares nothing
 * @property {(flow: number, userContext: any) => Promise<Step> | undefined} [answer] of a core in another realm: the effect `ask`
 * @property {(beginning: import("../core/step_cache.js").Beginning) => string} [atOnce] of such a core too: an exchange's
 *   first step, or nothing where it has to be asked
 *
 * A reply that came before the core, and the step that followed when it was there.
 * @typedef {{result: any, headers: () => Headers, isAlone?: boolean, next?: Step}} Held
 *
 * @typedef {Record<string, (...args: any[]) => any>} Functions take and give JSON values; may be async
 */

/**
 * A value of the page's own, a user context say, for another language or realm.
 *
 * @param {unknown} value
 * @returns {string | undefined} JSON; nothing where it has no form for the value
 */
export function written(value) {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** What one flow carries beside the core: its replies, and how it reaches the network. */
export class FlowContext {
  /** @type {Response | null} the reply that came last */
  reply = null;
  /** @type {Response | null} the refresh call's reply, which all who waited for it share */
  refreshReply = null;
  /** @type {XMLHttpRequest | null} the refresh call itself, where it was made for a blocked caller */
  refreshCall = null;
  /** @type {unknown} why a call of ours got no reply, or a function failed */
  failure = undefined;
  /** @type {import("../api/types.js").BackendCall | null} the last call to the backend, for its hooks */
  call = null;
  /** @type {import("../core/step_cache.js").Beginning | null} what its exchange began with */
  beginning = null;
  /** @type {Held | null} */
  held = null;
  /** @type {Functions | undefined} what the core may call for this flow, by name */
  functions = undefined;

  /**
   * @param {((step: Step) => Promise<Response>) | null} send makes one attempt of the exchange
   * @param {AbortSignal | null} signal the caller's, which ends every wait
   * @param {any} [userContext] the caller's, handed on as it is
   */
  constructor(send = null, signal = null, userContext = undefined) {
    this.send = send;
    this.signal = signal;
    this.userContext = userContext;
  }
}
