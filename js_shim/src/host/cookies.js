// Reading the session's cookies.

/** @import {Store} from "./jar.js" */

/** The localStorage key of a cookie string with the cookies that the browser did not keep. */
export const KEPT = "supertokens-pyodide-cookies";

/** @param {string} cookies @param {string} kept */
export function joined(cookies, kept) {
  if (!kept) return cookies;
  return cookies ? `${cookies}; ${kept}` : kept; // if two have one name, the last one counts
}

/**
 * The session's current cookies, for a caller that has no jar yet.
 *
 * @param {Store | null} store
 * @returns {string}
 */
export const cookiesNow = (store) => joined(document.cookie, store?.getItem(KEPT) ?? "");
