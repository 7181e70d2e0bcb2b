// Calling functions that a page gives in place of our own: they may throw, reject, or never settle.

import { handlerFailed } from "../errors.js";
import { inTime } from "./timeout.js";

// The timeout of a page's own function, in milliseconds; that of hooks is the same.
export const HANDLER_TIMEOUT = 10_000;

/**
 * Call a page's function that may be async.
 *
 * @template T
 * @param {string} name its name in init(), for the error
 * @param {() => T | PromiseLike<T>} call
 * @param {number} [timeout] milliseconds
 * @returns {Promise<T>} rejects with HandlerFailed if it fails or takes too long
 */
export function asked(name, call, timeout = HANDLER_TIMEOUT) {
  const answer = new Promise((done) => done(call())).catch((error) => {
    throw handlerFailed(name, "failed", error);
  });
  const late = () => handlerFailed(name, `did not answer within ${timeout / 1000} seconds`);
  return inTime(/** @type {Promise<T>} */ (answer), timeout, late);
}

/**
 * Call a page's function that is synchronous; throws HandlerFailed if it fails.
 *
 * @template T
 * @param {string} name its name in init(), for the error
 * @param {() => T} call
 * @returns {T}
 */
export function askedNow(name, call) {
  try {
    return call();
  } catch (error) {
    throw handlerFailed(name, "failed", error);
  }
}

/**
 * Check that the result of a page's function has the right type; throws HandlerFailed.
 *
 * @param {string} name
 * @param {any} value
 * @returns {string}
 */
export function stringFrom(name, value) {
  if (typeof value === "string") return value;
  throw handlerFailed(
    name,
    `returned ${value === null ? "null" : `a value of type ${typeof value}`}`,
  );
}

/** @param {unknown} error of a handler whose default is used instead */
export const report = (error) =>
  console.error(`supertokens: ${/** @type {any} */ (error)?.message ?? error}`, error);
