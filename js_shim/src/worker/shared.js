// What a page shares with the Python in its workers: the cookies, the storage key and the locks of the
// session. The core names them (tools/decision_table.py); nothing else crosses, in either direction.

/**
 * The session's own cookies.
 *
 * @param {string} cookies all that the page sees, as document.cookie has them
 * @returns {string}
 */
export function sharedCookies(cookies) {
  const { cookies: names } = __TABLE__.shared;
  const isShared = (/** @type {string} */ pair) =>
    names.includes(pair.slice(0, Math.max(pair.indexOf("="), 0)));
  return cookies.split("; ").filter(isShared).join("; ");
}

/** @param {unknown} write for document.cookie, whether of one of the session's own cookies */
export function isSharedWrite(write) {
  const [, name = ""] = (typeof write === "string" && /^([^=;]+)=/.exec(write)) || [];
  return __TABLE__.shared.cookies.includes(name);
}

/** @param {any} key of localStorage */
export const isSharedKey = (key) => __TABLE__.shared.storage.includes(key);

/** @param {any} name of a lock */
export const isSharedLock = (name) => __TABLE__.shared.locks.includes(name);
