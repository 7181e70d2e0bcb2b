// The session for JavaScript, under supertokens-website's names.

import { sessionHint as hintOf } from "../page/calls.js";
import { shim } from "../registry.js";
import { getGlobalClaimValidators } from "./references.js";

/** @import {ClaimValidationError, InputType, SessionClaim, SessionClaimValidator} from "./types.js" */

export { STGeneralError, SuperTokensError } from "../errors.js";
export { BooleanClaim, PrimitiveArrayClaim, PrimitiveClaim } from "./claims.js";
export {
  CookieHandlerReference,
  DateProviderReference,
  getGlobalClaimValidators,
  LockFactoryReference,
  SessionClaimValidatorStore,
  WindowHandlerReference,
} from "./references.js";

/**
 * Start the session SDK. It returns at once; requests that need Python wait until it has started.
 *
 * @param {InputType} options
 */
export function init(options) {
  shim.init(options);
}

/** Resolves once Python is up; rejects with what kept it from it. @returns {Promise<void>} */
export const ready = () => shim.ready();

/** Undo everything that init() did, patches included. */
export const close = () => shim.close();

/**
 * What a caller hands to its own overrides, hooks and handlers.
 *
 * @typedef {{userContext?: any}} WithUserContext
 */

/**
 * @param {string} name of a function that can be overridden
 * @param {WithUserContext} [input]
 * @returns {Promise<any>}
 */
const ask = async (name, input) =>
  shim.given.recipe[name]?.({ ...input, userContext: input?.userContext ?? {} });

/**
 * Whether a valid session is there; false if it cannot be known.
 *
 * @param {WithUserContext} [input]
 * @returns {Promise<boolean>}
 */
export const doesSessionExist = (input) => ask("doesSessionExist", input);

/**
 * Whether a session is likely, at once and also before init(): one is kept here, valid or to be refreshed.
 *
 * Made for a redirect to the login page. False as well for a visitor of whom only the backend may know;
 * undefined if it cannot be known at once (with a cookieHandler, and in workers).
 *
 * @returns {boolean | undefined}
 */
export const sessionHint = () => hintOf(shim);

/** @returns {Promise<{status: "ACTIVE" | "NONE" | "UNKNOWN", reason: string | null}>} */
export const getSessionStatus = () => shim.call("get_session_status");

/**
 * The signed-in user's id; rejects with NoSession.
 *
 * @param {WithUserContext} [input]
 * @returns {Promise<string>}
 */
export const getUserId = (input) => ask("getUserId", input);

/**
 * The access token; undefined without a session or where the backend does not expose it.
 *
 * @param {object} [how]
 * @param {number} [how.minValidity] seconds that it must live; see ensureFresh()
 * @param {any} [how.userContext]
 * @returns {Promise<string | undefined>}
 */
export const getAccessToken = async ({ minValidity, userContext } = {}) => {
  const asked = shim.given.overrides("doesSessionExist");
  if (asked && !(await doesSessionExist({ userContext }))) return undefined;
  return (await shim.call("get_access_token", { min_validity: minValidity })) ?? undefined;
};

/**
 * The payload of a valid access token.
 *
 * @param {WithUserContext} [input]
 * @returns {Promise<any>}
 */
export const getAccessTokenPayloadSecurely = (input) => ask("getAccessTokenPayloadSecurely", input);

/** The tenant that the session belongs to. @returns {Promise<string>} */
export const getTenantId = () => shim.call("get_tenant_id");

/**
 * Refresh the session if its access token lives for less than this; false when there is no session.
 *
 * Rejects with RefreshUnavailable when it does, and could not be refreshed.
 *
 * @param {object} [how]
 * @param {number} [how.minValidity] seconds, 30 unless given
 * @returns {Promise<boolean>}
 */
export const ensureFresh = ({ minValidity } = {}) =>
  shim.call("ensure_fresh", { min_validity: minValidity });

/**
 * What the session lacks of what the page requires; an empty list says that all is well.
 *
 * @param {(globalClaimValidators: SessionClaimValidator[], userContext: any) => SessionClaimValidator[]} [overrideGlobalClaimValidators]
 * @param {any} [userContext] handed to the validators
 * @returns {Promise<ClaimValidationError[]>}
 */
export async function validateClaims(overrideGlobalClaimValidators, userContext = {}) {
  const claimValidators = getGlobalClaimValidators(overrideGlobalClaimValidators, userContext);
  return claimValidators.length
    ? shim.given.recipe.validateClaims?.({ claimValidators, userContext })
    : [];
}

/**
 * A claim's value in the session.
 *
 * @template T
 * @param {{claim: SessionClaim<T>, userContext?: any}} input
 * @returns {Promise<T | undefined>}
 */
export const getClaimValue = async ({ claim, userContext = {} }) =>
  claim.getValueFromPayload(await getAccessTokenPayloadSecurely({ userContext }), userContext);

/**
 * Why the backend refused the session in a response of fetch or axios; empty if it did not.
 *
 * @param {{response: Response | {data: any}, userContext?: any}} input
 * @returns {Promise<ClaimValidationError[]>}
 */
export const getInvalidClaimsFromResponse = (input) => ask("getInvalidClaimsFromResponse", input);

/**
 * Refresh now; false when there is no session.
 *
 * @param {object} [how]
 * @param {boolean} [how.force] false: only when the access token has expired
 * @returns {Promise<boolean>}
 */
export const attemptRefreshingSession = ({ force } = {}) => shim.call("attempt_refresh", { force });

/**
 * Verify an access token with the keys that the backend publishes; its claims.
 *
 * Rejects with TokenInvalid, whose `reason` says why.
 *
 * @param {object} [what]
 * @param {string} [what.token] the session's own unless given
 * @param {string} [what.jwksUrl] where the keys are; the API's unless given
 * @param {number} [what.leeway] seconds by which clocks may differ
 * @param {string} [what.issuer] what its `iss` must be; the session's own unless given
 * @param {string | string[]} [what.audience] what its `aud` must name, or one of these
 * @returns {Promise<Record<string, any>>}
 */
export const verifyAccessToken = ({ token, jwksUrl, leeway, issuer, audience } = {}) =>
  shim.call("verify_access_token", { token, jwks_url: jwksUrl, leeway, issuer, audience });

/**
 * What `diagnose()` has found: ok unless one of the findings is not; a finding's ok is null if it
 * cannot be known.
 *
 * @typedef {object} DiagnosticReport
 * @property {boolean} ok
 * @property {{code: string, ok: boolean | null, message: string, hint: string}[]} findings
 * @property {Record<"package" | "shim" | "pyodide" | "python", string | null>} versions
 * @property {Record<string, any>} options those in force
 */

/**
 * Look what is right and what is wrong with this page's set-up.
 *
 * @param {object} [how]
 * @param {boolean} [how.probe] make a refresh call to see how it goes: it refreshes the session, if one
 *   is there, and changes nothing otherwise
 * @returns {Promise<DiagnosticReport>}
 */
export const diagnose = async ({ probe } = {}) => {
  await shim.ready();
  const facts = JSON.parse(await shim.bridge.facts());
  return shim.call("diagnose", { facts, probe });
};

/**
 * The second form is supertokens-website's, for code that was typed for it.
 *
 * @typedef {((how?: {localOnError?: boolean, userContext?: any}) => Promise<boolean>) &
 *   ((how?: WithUserContext) => Promise<void>)} SignOut
 */

/**
 * End the session, here and on the backend; true says that the backend has confirmed it.
 *
 * In cookie mode a session that was ended here only keeps its httpOnly cookies, which no page can
 * remove, until the backend answers a sign-out.
 *
 * With `localOnError` it ends the session here even when the backend cannot be asked, and gives false.
 */
export const signOut = /** @type {SignOut} */ (
  (/** @type {WithUserContext | undefined} */ how) => ask("signOut", how)
);

/**
 * Does nothing but say so: axios needs no interceptor, whichever of its adapters it uses.
 *
 * @deprecated as in supertokens-website
 * @param {any} axiosInstance
 * @param {any} [userContext]
 */
export const addAxiosInterceptors = (axiosInstance, userContext = {}) =>
  shim.given.recipe.addAxiosInterceptors?.({ axiosInstance, userContext });
