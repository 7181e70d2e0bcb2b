// Options as they were given to init() in JavaScript.

/**
 * Options as data for Python. Events are handed out on this side; any other function is named only,
 * so that the core can say what it does not support.
 *
 * @param {Record<string, any>} options
 */
export function plain({ onHandleEvent: _, ...options }) {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === "function" || typeof value?.functions === "function" ? true : value,
    ]),
  );
}

/**
 * Whether options are the same, but for functions.
 *
 * @param {Record<string, any>} one
 * @param {Record<string, any>} other
 */
export function sameOptions(one, other) {
  const entries = (/** @type {Record<string, any>} */ options) =>
    JSON.stringify(Object.entries(plain(options)).sort());
  return entries(one) === entries(other);
}
