// The replacements of the page's globals, and the requests that they intercept.

import { isOurs } from "../core/plan.js";
import { isPackage } from "../intercept/packages.js";
import { sessionXHR } from "../intercept/xhr/xhr.js";
import { resolveUrl } from "../platform.js";
import { patch } from "./patch.js";

/** @import {Shim} from "./shim.js" */

export class Interception {
  #shim;
  /** The page's fetch before init(). */
  nativeFetch = globalThis.fetch;
  /** Whether all requests may be ours, because the options are not known yet. */
  isOpenToAll = false;
  /** @type {Record<string, unknown>} our replacements, by the name of the global */
  patched = {};
  /** @type {(() => void)[]} */
  #undo = [];

  /** @param {Shim} shim */
  constructor(shim) {
    this.#shim = shim;
  }

  open() {
    const { recipe } = this.#shim.given;
    const context = { userContext: {} };
    this.nativeFetch = globalThis.fetch;
    const fetch = recipe.addFetchInterceptorsAndReturnModifiedFetch?.({
      originalFetch: this.nativeFetch,
      ...context,
    });
    this.#patch("fetch", fetch);
    recipe.addXMLHttpRequestInterceptor?.(context);
  }

  close() {
    for (const undo of this.#undo.splice(0).reverse()) undo();
    this.patched = {};
    this.isOpenToAll = false;
  }

  /** Let the page's XMLHttpRequest carry the session. */
  interceptXHR() {
    const native = globalThis.XMLHttpRequest;
    this.#patch("XMLHttpRequest", sessionXHR(this.#shim, native));
  }

  /** Whether the page's XMLHttpRequest is left unchanged. */
  get leavesXHR() {
    return this.#undo.length > 0 && !("XMLHttpRequest" in this.patched);
  }

  /**
   * Whether a request carries the session.
   *
   * @param {string} url as its caller gave it
   * @param {URL | null} [target] the same, resolved
   * @returns {boolean}
   */
  covers(url, target = resolveUrl(url)) {
    if (!target || !this.#matches(url, target)) return false;
    const { driver, cores } = this.#shim;
    if (isPackage(target) || cores.files?.install(target)) return false;
    return !driver?.core.isPending || !cores.files?.have(target);
  }

  /** @param {string} url @param {URL} target @returns {boolean} */
  #matches(url, target) {
    const { given, target: ours } = this.#shim;
    if (!ours) return this.isOpenToAll;
    if (given.matchesUrls) {
      try {
        const { apiDomain, domain } = ours;
        return given.recipe.shouldDoInterceptionBasedOnUrl?.(url, apiDomain, domain ?? undefined);
      } catch (error) {
        console.error("supertokens: shouldDoInterceptionBasedOnUrl failed", error);
      }
    }
    return isOurs(ours, url, target);
  }

  /** @param {"fetch" | "XMLHttpRequest"} name @param {any} replacement */
  #patch(name, replacement) {
    this.patched[name] = replacement;
    this.#undo.push(patch(globalThis, name, replacement));
  }
}
