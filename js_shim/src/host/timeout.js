// A time limit for what may never answer.

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} timeout milliseconds
 * @param {() => Error} late what it rejects with when the time is over
 * @returns {Promise<T>}
 */
export function inTime(promise, timeout, late) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), timeout);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
