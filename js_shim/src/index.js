// The package's main entry: the session's functions, by name and once more in a default export, as
// supertokens-website has them.

import * as session from "./api/session.js";

export * from "./api/session.js";
export * from "./api/types.js";

/** @type {typeof session & {default: any}} `default`: a class that supertokens-website's types name there */
const everything = /** @type {any} */ (session);
export default everything;
