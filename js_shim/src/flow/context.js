// What one flow carries beside the core: how it reaches the network, its responses, and who waits for it.

import { closed } from "../errors.js";

/**
 * @typedef {import("./steps.js").Core} Core
 * @typedef {import("./steps.js").Step} Step
 *
 * @typedef {Record<string, (...args: any[]) => any>} Functions take and give JSON values; may be async
 */

export class FlowContext {
  /** @type {Core | null} the one that runs it */
  core = null;
  /** The core's name for it, while it runs. */
  flow = 0;
  /** @type {import("./steps.js").Beginning | null} what its exchange began with */
  beginning = null;
  /** @type {Response | null} the one that came last */
  response = null;
  /** @type {Response | null} the refresh call's, which all who waited for it share */
  refreshResponse = null;
  /** @type {XMLHttpRequest | null} the refresh call itself, where it was made for a blocked caller */
  refreshCall = null;
  /** @type {unknown} why a call of ours got no response, or a function failed */
  failure = undefined;
  /** @type {import("../api/types.js").BackendCall | null} the last call to the backend, for its hooks */
  call = null;
  /** @type {Functions | undefined} what the core may call for this flow, by name */
  functions = undefined;
  /** @type {((child: Step) => void) | null} drives flows that a step starts, in place of the driver */
  start = null;
  /** @type {(step: Step) => boolean} whether somebody else performs a step's effect, and goes on from there */
  isElsewhere = () => false;

  /**
   * @param {((step: import("./steps.js").Send) => Promise<Response>) | null} send makes one attempt of the exchange
   * @param {AbortSignal | null} signal the caller's, which ends every wait
   * @param {any} [userContext] the caller's, handed on as it is
   */
  constructor(send = null, signal = null, userContext = undefined) {
    this.send = send;
    this.signal = signal;
    this.userContext = userContext;
  }

  /** Go on without a caller, who takes no further response and drives nothing. */
  detach() {
    this.send = () => Promise.reject(closed());
    this.signal = null;
    this.start = null;
  }
}

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
