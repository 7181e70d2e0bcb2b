// JavaScript's part of validating claims: the validators' functions, which the core calls by name.

import { wholeText } from "../host/responses.js";

/** @import {ClaimValidationError, SessionClaimValidator} from "../api/types.js" */
/** @import {Shim} from "./shim.js" */

// The timeout of reading a response's body, in milliseconds, until the core's plan is known.
const BODY_TIMEOUT = 10_000;

/**
 * @param {Shim} shim
 * @param {{claimValidators: SessionClaimValidator[], userContext: any}} input
 * @returns {Promise<ClaimValidationError[]>}
 */
export async function validateClaims(shim, { claimValidators, userContext }) {
  const of = (/** @type {number} */ i) => /** @type {SessionClaimValidator} */ (claimValidators[i]);
  /** @type {any[]} they stay here, because a reason may be any value */
  const reasons = [];
  const ids = claimValidators.map(({ id }) => id);
  /** @type {number[]} */
  const failures = await shim.call("validate_page_claims", { ids }, userContext, {
    shouldRefresh: (i, payload) => of(i).shouldRefresh(payload, userContext),
    refresh: async (i) => {
      await of(i).refresh(userContext);
    },
    validate: async (i, payload) => {
      const { isValid, reason } = /** @type {{isValid: boolean, reason?: any}} */ (
        await of(i).validate(payload, userContext)
      );
      reasons[i] = reason;
      return isValid;
    },
  });
  return failures.map((i) => ({ id: of(i).id, reason: reasons[i] }));
}

/**
 * @param {Shim} shim
 * @param {{response: Response | {data: any}}} input
 * @returns {Promise<ClaimValidationError[]>} empty for any other response
 */
export async function getInvalidClaimsFromResponse(shim, { response }) {
  if ("body" in response) {
    const timeout = shim.driver?.plan.timeout || BODY_TIMEOUT;
    const text = (await wholeText(response.clone(), timeout)) ?? "";
    return shim.call("get_invalid_claims", { text });
  }
  const { data } = response;
  return shim.call("get_invalid_claims", {
    text: typeof data === "string" ? data : JSON.stringify(data),
  });
}
