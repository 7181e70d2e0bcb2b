// supertokens-website/utils/error

import { STGeneralError } from "../index.js";

export { STGeneralError };
// supertokens-website has a default export that holds the named one.
export default { STGeneralError };
