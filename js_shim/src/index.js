// The package's main entry: the session's functions, as named exports and again in a default export, as in
// supertokens-website.

import * as session from "./api/session.js";

export { getGlobalClaimValidators, SessionClaimValidatorStore } from "./api/global_validators.js";
export {
  CookieHandlerReference,
  DateProviderReference,
  LockFactoryReference,
  WindowHandlerReference,
} from "./api/references.js";
export * from "./api/session.js";
export * from "./api/types.js";

/** @type {typeof session & {default: any}} `default`: a class that supertokens-website's types have there */
const everything = /** @type {any} */ (session);
export default everything;
