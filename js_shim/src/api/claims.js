// Session claims under supertokens-website's names. Python contains the rules for valid claims and the order
// in which validators are called (claims.py, _core/claims/validation.py).

import { shim } from "../registry.js";

/** @import {ClaimConfig, SessionClaimValidator} from "./types.js" */

/**
 * @template T
 * @typedef {(expected: T, maxAgeInSeconds?: number, id?: string) => SessionClaimValidator} MakeValidator
 */

/** @template T the type of its value */
class Claim {
  /** @param {ClaimConfig} config */
  constructor({ id, refresh, defaultMaxAgeInSeconds }) {
    this.id = id;
    this.refresh = refresh;
    this.defaultMaxAgeInSeconds = defaultMaxAgeInSeconds;
  }

  /** @param {any} payload @param {any} [_userContext] @returns {T} */
  getValueFromPayload(payload, _userContext) {
    return payload[this.id]?.v;
  }

  /** @param {any} payload @param {any} [_userContext] @returns {number | undefined} */
  getLastFetchedTime(payload, _userContext) {
    return payload[this.id]?.t;
  }
}

/** @param {Claim<any>} claim @param {string} rule @returns {MakeValidator<any>} */
const validator =
  (claim, rule) =>
  (expected, max_age = claim.defaultMaxAgeInSeconds, id = claim.id) => {
    const ask =
      (/** @type {string} */ question) =>
      (/** @type {any} */ payload, /** @type {any} */ context) =>
        shim.call("check_claim", {
          question,
          rule,
          expected,
          max_age,
          value: claim.getValueFromPayload(payload, context),
          fetched_at: claim.getLastFetchedTime(payload, context),
        });
    return {
      id,
      refresh: (context) => claim.refresh(context),
      shouldRefresh: ask("should_refresh"),
      validate: ask("validate"),
    };
  };

/**
 * A claim with one value.
 *
 * @template T
 * @extends {Claim<T>}
 */
export class PrimitiveClaim extends Claim {
  validators = {
    /** @type {MakeValidator<T>} */
    hasValue: validator(this, "hasValue"),
  };
}

/**
 * A claim that is true or false.
 *
 * @extends {PrimitiveClaim<boolean>}
 */
export class BooleanClaim extends PrimitiveClaim {
  validators = {
    /** @type {MakeValidator<boolean>} */
    hasValue: validator(this, "hasValue"),
    /** @type {(maxAgeInSeconds?: number) => SessionClaimValidator} */
    isTrue: (maxAgeInSeconds) => validator(this, "hasValue")(true, maxAgeInSeconds),
    /** @type {(maxAgeInSeconds?: number) => SessionClaimValidator} */
    isFalse: (maxAgeInSeconds) => validator(this, "hasValue")(false, maxAgeInSeconds),
  };
}

/**
 * A claim that is a list.
 *
 * @template T
 * @extends {Claim<T[]>}
 */
export class PrimitiveArrayClaim extends Claim {
  validators = {
    /** @type {MakeValidator<T>} */
    includes: validator(this, "includes"),
    /** @type {MakeValidator<T>} */
    excludes: validator(this, "excludes"),
    /** @type {MakeValidator<T[]>} */
    includesAll: validator(this, "includesAll"),
    /** @type {MakeValidator<T[]>} */
    includesAny: validator(this, "includesAny"),
    /** @type {MakeValidator<T[]>} */
    excludesAll: validator(this, "excludesAll"),
  };
}
