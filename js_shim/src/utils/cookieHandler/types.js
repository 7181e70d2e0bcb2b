// supertokens-website/utils/cookieHandler/types, which has types alone

/**
 * @typedef {import("../../index.js").CookieHandlerInterface} CookieHandlerInterface
 * @typedef {import("../../index.js").CookieHandlerInput} CookieHandlerInput
 */

export {};
