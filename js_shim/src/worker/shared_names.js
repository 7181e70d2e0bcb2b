// The names of what a page shares with the Python in its workers: the session's cookies, storage key and
// locks. The core defines them (tools/decision_table.py). Nothing else is shared, in either direction.

/**
 * The session's own cookies.
 *
 * @param {string} cookies all that the page sees, as in document.cookie
 * @returns {string}
 */
export function sharedCookies(cookies) {
  const { cookies: names } = __TABLE__.shared;
  const isShared = (/** @type {string} */ pair) =>
    names.includes(pair.slice(0, Math.max(pair.indexOf("="), 0)));
  return cookies.split("; ").filter(isShared).join("; ");
}

/**
 * Whether this is a write, for document.cookie, of one of the session's own cookies.
 *
 * @param {unknown} write
 * @returns {write is string}
 */
export function isSharedWrite(write) {
  const [, name = ""] = (typeof write === "string" && /^([^=;]+)=/.exec(write)) || [];
  return __TABLE__.shared.cookies.includes(name);
}

/** @param {unknown} key of localStorage @returns {key is string} */
export const isSharedKey = (key) => isOneOf(__TABLE__.shared.storage, key);

/** @param {unknown} name of a lock @returns {name is string} */
export const isSharedLock = (name) => isOneOf(__TABLE__.shared.locks, name);

/** @param {string[]} names @param {unknown} value @returns {value is string} */
const isOneOf = (names, value) => typeof value === "string" && names.includes(value);
