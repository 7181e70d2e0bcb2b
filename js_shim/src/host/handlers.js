// Calling what a page has put in place of our own parts: it may throw, reject, or never settle.

import { handlerFailed } from "../errors.js";
import { inTime } from "./timeout.js";

// How long, in milliseconds, a page's own function may take; hooks have as long.
export const HANDLER_TIMEOUT = 10_000;

/**
 * Call a page's function that may be async.
 *
 * @template T
 * @param {string} name as init() knows it, for the error
 * @param {() => T | PromiseLike<T>} call
 * @param {number} [timeout] milliseconds
 * @returns {Promise<T>} rejects with HandlerFailed when it fails or takes too long
 */
export function asked(name, call, timeout = HANDLER_TIMEOUT) {
  const answer = new Promise((done) => done(call())).catch((error) => {
    throw handlerFailed(name, "failed", error);
  });
  const late = () => handlerFailed(name, `did not answer within ${timeout / 1000} seconds`);
  return inTime(/** @type {Promise<T>} */ (answer), timeout, late);
}

/**
 * Call a page's function that answers at once; throws HandlerFailed when it fails.
 *
 * @template T
 * @param {string} name as init() knows it, for the error
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
 * What a page's function gave, if it is of the type that it must have; throws HandlerFailed.
 *
 * @param {string} name
 * @param {any} value
 * @returns {string}
 */
export function stringFrom(name, value) {
  if (typeof value === "string") return value;
  throw handlerFailed(name, `gave ${value === null ? "null" : `a value of type ${typeof value}`}`);
}

/** @param {unknown} error of a handler, in place of which something else is done */
export const report = (error) =>
  console.error(`supertokens: ${/** @type {any} */ (error)?.message ?? error}`, error);
