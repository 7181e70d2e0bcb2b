// The state of one flow outside the core: its way to the network, its responses, and who waits for it.

import { closed } from "../errors.js";

/** @import {BackendCall} from "../api/types.js" */
/** @import {Beginning, Core, Send, Step} from "./steps.js" */

/**
 * @typedef {Record<string, (...args: any[]) => any>} Functions of JSON values; may be async
 */

export class FlowContext {
  /** @type {Core | null} the core that runs it */
  core = null;
  /** The core's name for it, while it runs. */
  flow = 0;
  /** @type {Beginning | null} the start of its exchange */
  beginning = null;
  /** @type {Response | null} the last one */
  response = null;
  /** @type {Response | null} of the refresh call, which all who waited for it share */
  refreshResponse = null;
  /** @type {XMLHttpRequest | null} the refresh call itself, if it was made for a blocked caller */
  refreshCall = null;
  /** @type {unknown} why a call of ours got no response, or a function failed */
  failure = undefined;
  /** @type {BackendCall | null} the last call to the backend, for its hooks */
  call = null;
  /** @type {Functions | undefined} the functions that the core may call for this flow, by name */
  functions = undefined;
  /** @type {((child: Step) => void) | null} drives the flows that a step starts, in place of the driver */
  start = null;
  /** @type {(step: Step) => boolean} whether another part performs the effect, and continues from there */
  isElsewhere = () => false;

  /**
   * @param {((step: Send) => Promise<Response>) | null} send makes one attempt of the exchange
   * @param {AbortSignal | null} signal the caller's, which ends every wait
   * @param {any} [userContext] the caller's, passed on unchanged
   */
  constructor(send = null, signal = null, userContext = undefined) {
    this.send = send;
    this.signal = signal;
    this.userContext = userContext;
  }

  /** Continue without a caller, who gets no further response and drives nothing. */
  detach() {
    this.send = () => Promise.reject(closed());
    this.signal = null;
    this.start = null;
  }
}

/**
 * A value of the page (a user context, for instance) for another language or realm.
 *
 * @param {unknown} value
 * @returns {string | undefined} JSON; undefined if JSON cannot express the value
 */
export function written(value) {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
