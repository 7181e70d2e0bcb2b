// A jar keeps the session's cookies. It answers at once; a mirrored jar answers from a mirror, which the
// drivers sync before each step.

/**
 * @typedef {object} Jar
 * @property {() => string} read what document.cookie would be
 * @property {(writes: string[]) => void} write each is ready for document.cookie; seen by read() at once
 * @property {boolean} isMirrored whether read() answers from a mirror
 * @property {boolean} isKnown whether read() can be believed: a mirror is empty until it was filled once
 * @property {() => Promise<void>} flushed resolves when everything is written
 * @property {() => Promise<void>} sync resolves when everything is written, and the mirror up to date; rejects
 *   when what is kept cannot be known
 * @property {string} place where cookies are kept: "cookies", "localStorage", "memory", "indexedDB" or
 *   "cookieHandler"
 * @property {() => void} close
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
