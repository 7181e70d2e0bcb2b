// The session for JavaScript, under supertokens-website's names.

import { sessionHint as hintOf } from "../page/calls.js";
import { shim } from "../registry.js";
import { getGlobalClaimValidators } from "./global_validators.js";

/** @import {ClaimValidationError, InputType, SessionClaim, SessionClaimValidator} from "./types.js" */

export { STGeneralError, SuperTokensError } from "../errors.js";
export { BooleanClaim, PrimitiveArrayClaim, PrimitiveClaim } from "./claims.js";

/**
 * Start the session SDK. It returns at once; requests that need Python wait until it has started.
 *
 * @param {InputType} options
 */
export function init(options) {
  shim.init(options);
}

/** Resolves when Python has started; rejects with the error that prevents it. @returns {Promise<void>} */
export const ready = () => shim.ready();

/** Undo everything that init() did, patches included. */
export const close = () => shim.close();

/**
 * A caller's value for its own overrides, hooks and handlers.
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
 * Whether there is a valid session; false if that cannot be known.
 *
 * @param {WithUserContext} [input]
 * @returns {Promise<boolean>}
 */
export const doesSessionExist = (input) => ask("doesSessionExist", input);

/**
 * Whether there probably is a session, valid or refreshable. It answers synchronously, also before init().
 *
 * Made for a redirect to the login page. It is also false for a visitor whose session only the backend knows,
 * and undefined if it cannot be known synchronously (with a cookieHandler, and in workers).
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
 * The access token; undefined without a session, or if the backend does not expose it.
 *
 * @param {object} [how]
 * @param {number} [how.minValidity] how many seconds the token must still be valid; see ensureFresh()
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
 * Refresh the session if its access token expires in less than this time; false if there is no session.
 *
 * Rejects with RefreshUnavailable if the token expires and cannot be refreshed.
 *
 * @param {object} [how]
 * @param {number} [how.minValidity] seconds, by default 30
 * @returns {Promise<boolean>}
 */
export const ensureFresh = ({ minValidity } = {}) =>
  shim.call("ensure_fresh", { min_validity: minValidity });

/**
 * Check the session's claims; the result has an entry for each validator that fails.
 *
 * @param {(globalClaimValidators: SessionClaimValidator[], userContext: any) => SessionClaimValidator[]} [overrideGlobalClaimValidators]
 * @param {any} [userContext] passed on to the validators
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
 * Why the backend refused the session, from a response of fetch or axios; empty if it did not.
 *
 * @param {{response: Response | {data: any}, userContext?: any}} input
 * @returns {Promise<ClaimValidationError[]>}
 */
export const getInvalidClaimsFromResponse = (input) => ask("getInvalidClaimsFromResponse", input);

/**
 * Refresh now; false if there is no session.
 *
 * @param {object} [how]
 * @param {boolean} [how.force] false: only if the access token has expired
 * @returns {Promise<boolean>}
 */
export const attemptRefreshingSession = ({ force } = {}) => shim.call("attempt_refresh", { force });

/**
 * Verify an access token with the keys that the backend publishes; resolves with its claims.
 *
 * Rejects with TokenInvalid and a `reason`.
 *
 * @param {object} [what]
 * @param {string} [what.token] by default the session's own
 * @param {string} [what.jwksUrl] the URL of the keys; by default the API's
 * @param {number} [what.leeway] the tolerance for clocks, in seconds
 * @param {string} [what.issuer] the required `iss`; by default that of the session's own token
 * @param {string | string[]} [what.audience] the required `aud`, or several of which one is enough
 * @returns {Promise<Record<string, any>>}
 */
export const verifyAccessToken = ({ token, jwksUrl, leeway, issuer, audience } = {}) =>
  shim.call("verify_access_token", { token, jwks_url: jwksUrl, leeway, issuer, audience });

/**
 * The result of `diagnose()`: ok is false if one of the findings is not ok; a finding's ok is null if the
 * result is unknown.
 *
 * @typedef {object} DiagnosticReport
 * @property {boolean} ok
 * @property {{code: string, ok: boolean | null, message: string, hint: string}[]} findings
 * @property {Record<"package" | "shim" | "pyodide" | "python", string | null>} versions
 * @property {Record<string, any>} options the current ones
 */

/**
 * Check this page's set-up and report what is right and what is wrong.
 *
 * @param {object} [how]
 * @param {boolean} [how.probe] also make a refresh call and report its result: it refreshes the session
 *   if there is one, and changes nothing otherwise
 * @returns {Promise<DiagnosticReport>}
 */
export const diagnose = async ({ probe } = {}) => {
  await shim.ready();
  const facts = JSON.parse((await shim.bridge?.facts()) ?? "{}");
  return shim.call("diagnose", { facts, probe });
};

/**
 * The second form is supertokens-website's, for code with its types.
 *
 * @typedef {((how?: {localOnError?: boolean, userContext?: any}) => Promise<boolean>) &
 *   ((how?: WithUserContext) => Promise<void>)} SignOut
 */

/**
 * End the session, here and on the backend; true means that the backend has confirmed it.
 *
 * In cookie mode a session that was ended only here keeps its httpOnly cookies until the backend answers a
 * sign-out, because no page can remove them.
 *
 * With `localOnError` it ends the session here even if the backend does not answer, and resolves with false.
 */
export const signOut = /** @type {SignOut} */ (
  (/** @type {WithUserContext | undefined} */ how) => ask("signOut", how)
);

/**
 * Does nothing but print that it does nothing: axios needs no interceptor, with any of its adapters.
 *
 * @deprecated as in supertokens-website
 * @param {any} axiosInstance
 * @param {any} [userContext]
 */
export const addAxiosInterceptors = (axiosInstance, userContext = {}) =>
  shim.given.recipe.addAxiosInterceptors?.({ axiosInstance, userContext });
