// The step cache. A reusable step is the answer to every equal call while the cookies stay the same and its
// time is not over (supertokens_pyodide/_core/wire/steps.py).

/** @import {Moment, RequestHead, Step} from "./steps.js" */

/** The key of exchanges that report no headers and can be sent again; calls have their names as keys. */
const EXCHANGE = "";

/**
 * @param {RequestHead} request
 * @returns {string | null} the key of its first step; null if that cannot be reused
 */
export const keyOf = ({ headers, oneShot }) => (headers === "" && !oneShot ? EXCHANGE : null);

export class StepCache {
  /** @type {string | undefined} the cookies for which the steps are reusable */
  #cookies = undefined;
  /** @type {Map<string, {step: Step, until: number}>} */
  #kept = new Map();

  /** @param {string | null} key @param {Moment} moment @returns {Step | undefined} */
  find(key, { cookies, now }) {
    if (key === null || cookies !== this.#cookies) return undefined;
    const known = this.#kept.get(key);
    if (!known || now >= known.until) return undefined;
    const { step } = known;
    // The caller owns a payload and may change it.
    const isObject = step.verdict === "value" && Object(step.value) === step.value;
    return isObject ? { ...step, value: structuredClone(step.value) } : step;
  }

  /**
   * Store a first step if it is reusable.
   *
   * @param {string | null} key
   * @param {Moment} moment
   * @param {Step} first
   */
  keep(key, { cookies }, first) {
    const { flow, reusableUntil, ...step } = first;
    if (key === null || !reusableUntil) return;
    if (cookies !== this.#cookies) this.#kept.clear();
    this.#cookies = cookies;
    this.#kept.set(key, { step: Object.freeze(step), until: reusableUntil });
  }

  clear() {
    this.#kept.clear();
  }
}
