// The SDK's own calls to the backend: with the page's hooks around them, and a timeout.

import { foreignResponse } from "../errors.js";
import { within } from "../host/timeout.js";
import { resolveUrl } from "../platform.js";

/** @import {BackendCall} from "../api/types.js" */
/** @import {Host} from "../host/host.js" */
/** @import {FlowContext} from "./context.js" */
/** @import {Driver} from "./driver.js" */
/** @import {Post} from "./steps.js" */

// How long a flow waits for a postAPIHook.
const HOOK_TIMEOUT_MS = 10_000;

/**
 * Whether a redirect has led a call of ours to a foreign host.
 *
 * @param {Driver} driver
 * @param {string} url of the response
 * @param {string} asked
 */
export function isForeign({ page }, url, asked) {
  const isElsewhere = url !== "" && resolveUrl(url)?.origin !== resolveUrl(asked)?.origin;
  return isElsewhere && !page.covers(url);
}

/** The host of a driver that has a core. @param {Driver} driver */
export const hostOf = ({ host }) => /** @type {Host} */ (host);

export class BackendCalls {
  #driver;
  /** @type {Map<string, Response>} the last response to each of them */
  #responses = new Map();

  /** @param {Driver} driver */
  constructor(driver) {
    this.#driver = driver;
  }

  /**
   * Make one.
   *
   * @param {Post} step
   * @param {FlowContext} context gets the response
   * @returns {Promise<string | number>} the response's head for the core, or the reason why there is none
   */
  async post(step, context) {
    const { page } = this.#driver;
    const host = hostOf(this.#driver);
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), step.timeout);
    try {
      const call = callOf(step, context);
      const { hooks } = page;
      context.call = hooks.preAPIHook ? await within(hooks.before(call), control.signal) : call;
      const { url, requestInit, action } = context.call;
      const { signal } = control;
      // A page's own fetch may ignore the signal.
      const response = await within(host.nativeFetch(url, { ...requestInit, signal }), signal);
      context.response = response;
      if (isForeign(this.#driver, response.url, url)) throw foreignResponse(response.url);
      this.#responses.set(action, response);
      return this.#driver.heads.of(response, "");
    } catch (error) {
      context.failure = error;
      return JSON.stringify({ failure: control.signal.aborted ? "timeout" : "network" });
    } finally {
      // The timeout is for the response; a caller that gets it may read its body later.
      clearTimeout(timer);
    }
  }

  /** Call the page's postAPIHook for the last one. @param {FlowContext} context */
  async afterPost({ call, response }) {
    if (!call || !response) return;
    const { host, page } = this.#driver;
    if (host.jar.isMirrored) await host.jar.flushed();
    // Flows that wait for this one also wait for the hook, but not forever.
    const timeout = AbortSignal.timeout(HOOK_TIMEOUT_MS);
    await within(page.hooks.after(call, response), timeout).catch(() => {});
  }

  /**
   * The response that an error of the core is about, if it is still available.
   *
   * @param {{call?: string, status?: number}} error
   * @param {FlowContext} [context] of the flow that failed
   * @returns {Response | undefined}
   */
  responseOf({ call, status }, context) {
    if (!call || status === undefined) return undefined;
    // From a worker it comes with the verdict. A sign-out may have failed because of a failed refresh.
    const known = [
      context?.refreshResponse,
      this.#responses.get(call),
      ...this.#responses.values(),
    ];
    // Others may get it as well, and each reads its own body.
    return known.find((one) => one?.status === status && !one.bodyUsed)?.clone();
  }
}

/** @param {Post} step @param {FlowContext} context @returns {BackendCall} */
function callOf({ action, url, headers, credentials, userContext }, context) {
  return {
    action,
    url,
    requestInit: {
      method: "POST",
      credentials: credentials ?? "include",
      // In the form in which supertokens-website passes it to hooks.
      headers: action === "SIGN_OUT" ? headers : new Headers(headers),
    },
    userContext: context.userContext ?? userContext ?? {},
  };
}
