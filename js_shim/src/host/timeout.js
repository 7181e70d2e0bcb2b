// Timeouts for promises that may never settle.

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} timeout milliseconds
 * @param {() => Error} late makes the error after the timeout
 * @returns {Promise<T>}
 */
export function inTime(promise, timeout, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), timeout);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal not aborted yet
 * @returns {Promise<T>} rejects if the signal aborts first
 */
export function within(promise, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
