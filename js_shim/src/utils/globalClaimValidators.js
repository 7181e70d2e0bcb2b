// supertokens-website/utils/globalClaimValidators

export { getGlobalClaimValidators } from "../index.js";
