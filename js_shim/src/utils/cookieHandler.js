// supertokens-website/utils/cookieHandler

export { CookieHandlerReference, CookieHandlerReference as default } from "../index.js";
