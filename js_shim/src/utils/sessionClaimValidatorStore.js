// supertokens-website/utils/sessionClaimValidatorStore

export {
  SessionClaimValidatorStore,
  SessionClaimValidatorStore as default,
} from "../index.js";
