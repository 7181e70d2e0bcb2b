// A jar keeps the session's cookies. It answers synchronously; a mirrored jar answers from a mirror, which
// the drivers sync before each step.

/**
 * @typedef {object} Jar
 * @property {() => string} read the value of document.cookie
 * @property {(writes: string[]) => void} write each as for document.cookie; read() sees them at once
 * @property {boolean} isMirrored whether read() answers from a mirror
 * @property {boolean} isKnown whether read() is reliable: a mirror is empty before its first sync
 * @property {() => Promise<void>} flushed resolves when everything is written
 * @property {() => Promise<void>} sync resolves when everything is written, and the mirror is up to date;
 *   rejects if the store cannot be read
 * @property {string} place of the cookies: "cookies", "localStorage", "memory", "indexedDB" or
 *   "cookieHandler"
 * @property {() => void} close
 * @property {Jar} [original] of a page's own cookieHandler: the jar that it may use
 * @property {() => void} [changed] to be set on a mirrored jar: called if others may have changed the store
 *
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

export const GONE = /;\s*expires=Thu, 01 Jan 1970/i;

/** @param {string} write */
export const pairOf = (write) => write.slice(0, write.indexOf(";"));

/** @param {string} pair */
export const nameOf = (pair) => pair.slice(0, pair.indexOf("="));

/** @param {string} cookies */
export const pairsOf = (cookies) => (cookies ? cookies.split("; ") : []);

/** @param {string} cookies @param {string} name */
export const without = (cookies, name) =>
  pairsOf(cookies)
    .filter((pair) => nameOf(pair) !== name)
    .join("; ");

/**
 * A cookie string after a write.
 *
 * @param {string} cookies
 * @param {string} write
 */
export function after(cookies, write) {
  const others = without(cookies, nameOf(write));
  if (GONE.test(write)) return others;
  return others ? `${others}; ${pairOf(write)}` : pairOf(write);
}
