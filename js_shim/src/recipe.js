// The functions of the session that a page may override, under supertokens-website's names.

import { sessionFetch } from "./fetch.js";
import { hostsOf, isOurs } from "./target.js";
import { getInvalidClaimsFromResponse, validateClaims } from "./validation.js";

/**
 * @typedef {import("./shim.js").Shim} Shim
 * @typedef {Record<string, (...args: any[]) => any>} Recipe
 * @typedef {(original: Recipe, builder: Builder) => Recipe} OverrideFunctions
 */

/** Stacks one override on another, as supertokens-js-override does. */
class Builder {
  /** @param {Recipe} recipe */
  constructor(recipe) {
    this.recipe = recipe;
  }

  /** @param {OverrideFunctions} functions */
  override(functions) {
    this.recipe = { ...this.recipe, ...functions({ ...this.recipe }, this) };
    return this;
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
  return builder.recipe;
}

/**
 * @param {Shim} shim
 * @returns {Recipe}
 */
export const originalFunctions = (shim) => ({
  addFetchInterceptorsAndReturnModifiedFetch: ({ originalFetch }) =>
    sessionFetch(shim, originalFetch),
  addXMLHttpRequestInterceptor: () => shim.interceptXHR(),
  addAxiosInterceptors: () =>
    shim.warnOnce(
      "addAxiosInterceptors() does nothing and can be removed: the requests of axios carry the session already.",
    ),
  getUserId: () => shim.call("get_user_id"),
  getAccessTokenPayloadSecurely: () => shim.call("get_access_token_payload"),
  doesSessionExist: () => shim.call("does_session_exist"),
  signOut: ({ localOnError, userContext }) =>
    shim.call("sign_out", { local_on_error: localOnError }, userContext),
  getGlobalClaimValidators: ({ claimValidatorsAddedByOtherRecipes }) =>
    claimValidatorsAddedByOtherRecipes,
  validateClaims: (input) => validateClaims(shim, input),
  getInvalidClaimsFromResponse: (input) => getInvalidClaimsFromResponse(shim, input),
  shouldDoInterceptionBasedOnUrl: (url, apiDomain, domain) =>
    isOurs({ ...hostsOf(apiDomain, domain), skip: shim.plan?.skip }, url),
  calculateClockSkewInMillis: ({ accessTokenPayload }) => {
    const issued = accessTokenPayload?.iat;
    return typeof issued === "number" ? issued * 1000 - Date.now() : 0;
  },
});
