// The global claim validators: those that other code of the page has added, as in supertokens-website's utils/,
// and the page's own.

import { shim } from "../registry.js";

/** @import {SessionClaimValidator} from "./types.js" */

/** Global claim validators that other code than the page's own has added. */
export const SessionClaimValidatorStore = {
  /** @param {SessionClaimValidator} validator */
  addClaimValidatorFromOtherRecipe: (validator) => {
    shim.validatorsOfOthers.push(validator);
  },
  /** @returns {SessionClaimValidator[]} */
  getClaimValidatorsAddedByOtherRecipes: () => shim.validatorsOfOthers,
};

/**
 * The global claim validators.
 *
 * @param {(globalClaimValidators: SessionClaimValidator[], userContext: any) => SessionClaimValidator[]} [overrideGlobalClaimValidators]
 * @param {any} [userContext]
 * @returns {SessionClaimValidator[]}
 */
export function getGlobalClaimValidators(overrideGlobalClaimValidators, userContext = {}) {
  const claimValidatorsAddedByOtherRecipes = shim.validatorsOfOthers;
  const everywhere = shim.given.recipe.getGlobalClaimValidators?.({
    claimValidatorsAddedByOtherRecipes,
    userContext,
  });
  return overrideGlobalClaimValidators?.(everywhere, userContext) ?? everywhere;
}
