// The functions of the session that a page may override, under supertokens-website's names.

import { hostsOf, isOurs } from "../core/plan.js";
import { interceptAxios } from "../intercept/axios_interceptor.js";
import { sessionFetch } from "../intercept/fetch.js";

/** @import {Shim} from "./shim.js" */

/**
 * @typedef {Record<string, (...args: any[]) => any>} Recipe
 * @typedef {(original: Recipe, builder: Builder) => Recipe} OverrideFunctions
 */

// The functions that are called once, when the page's globals are replaced.
export const PATCHING = [
  "addFetchInterceptorsAndReturnModifiedFetch",
  "addXMLHttpRequestInterceptor",
];
// The function that the core calls, and which must be synchronous.
export const CLOCK_SKEW = "calculateClockSkewInMillis";

/**
 * Combines overrides as supertokens-js-override does: each gets the functions below it, and `this` in every
 * function is the finished recipe. A layer that is added while another is being made is placed below that
 * one.
 */
class Builder {
  /** @type {Recipe[]} each layer's replacements of the functions below it, the innermost first */
  #layers;
  /** @type {Recipe} */
  #recipe = {};

  /** @param {Recipe} original */
  constructor(original) {
    this.#layers = [original];
  }

  /** @param {OverrideFunctions} functions */
  override(functions) {
    let depth = 0; // until the layer is made
    /** @type {Recipe} */
    const below = {};
    for (const name of this.#names()) {
      below[name] = (...args) => this.#find(name, depth)?.apply(this.#recipe, args);
    }
    const made = functions({ ...below }, this);
    const own = Object.entries(made).filter(([name, value]) => value && value !== below[name]);
    depth = this.#layers.length;
    this.#layers.push(Object.fromEntries(own));
    return this;
  }

  /** @returns {Recipe} */
  build() {
    for (const name of this.#names()) {
      const value = /** @type {any} */ (this.#find(name, this.#layers.length));
      const isOwn = typeof value === "function" && value !== this.#layers[0]?.[name];
      this.#recipe[name] = isOwn ? value.bind(this.#recipe) : value;
    }
    return this.#recipe;
  }

  #names() {
    return new Set(this.#layers.flatMap(Object.keys));
  }

  /** @param {string} name @param {number} depth how many layers count; by default all so far */
  #find(name, depth) {
    const layers = this.#layers.slice(0, depth || undefined).reverse();
    return layers.find((layer) => layer[name])?.[name];
  }
}

/**
 * @param {Recipe} original
 * @param {(OverrideFunctions | undefined)[]} overrides the innermost first
 * @returns {Recipe}
 */
export function overridden(original, overrides) {
  const builder = new Builder(original);
  for (const functions of overrides) if (functions) builder.override(functions);
  return builder.build();
}

/** @param {Shim} shim @returns {Recipe} */
export const originalFunctions = (shim) => ({
  addFetchInterceptorsAndReturnModifiedFetch: ({ originalFetch }) =>
    sessionFetch(shim, originalFetch),
  addXMLHttpRequestInterceptor: () => shim.interception.interceptXHR(),
  addAxiosInterceptors: ({ axiosInstance }) => {
    if (shim.interception.leavesXHR) return interceptAxios(shim, axiosInstance);
    shim.warnOnce(
      "addAxiosInterceptors() does nothing and can be removed: the requests of axios carry the session already.",
    );
  },
  getUserId: () => shim.call("get_user_id"),
  getAccessTokenPayloadSecurely: () => shim.call("get_access_token_payload"),
  doesSessionExist: () => shim.call("does_session_exist"),
  signOut: ({ localOnError, userContext }) =>
    shim.call("sign_out", { local_on_error: localOnError }, userContext),
  getGlobalClaimValidators: ({ claimValidatorsAddedByOtherRecipes }) =>
    claimValidatorsAddedByOtherRecipes,
  validateClaims: async (input) => (await shim.withPart()).validateClaims(shim, input),
  getInvalidClaimsFromResponse: async (input) =>
    (await shim.withPart()).getInvalidClaimsFromResponse(shim, input),
  shouldDoInterceptionBasedOnUrl: (url, apiDomain, domain) =>
    isOurs({ ...hostsOf(apiDomain, domain), skip: shim.target?.skip }, url),
  calculateClockSkewInMillis: ({ accessTokenPayload }) => {
    const issued = accessTokenPayload?.iat;
    return typeof issued === "number" ? issued * 1000 - Date.now() : 0;
  },
});
