// A core may die with its interpreter, for instance when WebAssembly's stack overflows or its memory is full.
// Pyodide then returns nothing, or raises errors that have nothing to do with the cause.

import { interpreterDied } from "../errors.js";

/** Functions without a result, which need not be called after the core's death. @type {string[]} */
const SILENT = ["cancel", "notify", "perform"];

/**
 * A core whose functions all throw the same clear error after the interpreter's death.
 *
 * @template {object} T
 * @param {T} core
 * @param {(death: Error) => void} died called once
 * @returns {T}
 */
export function mortal(core, died) {
  /** @type {Error | undefined} */
  let death;

  /** @param {unknown} cause */
  const end = (cause) => {
    death = interpreterDied(cause);
    died(death);
    return death;
  };

  /** @param {[name: string, value: any]} entry */
  const guarded = ([name, value]) => {
    if (typeof value !== "function") return [name, value];
    const isSilent = SILENT.includes(name);
    const call = (/** @type {any[]} */ ...args) => {
      let cause = death;
      try {
        const answer = death ? undefined : value(...args);
        if (answer !== undefined || (isSilent && !death)) return answer;
      } catch (/** @type {any} */ error) {
        if (!error?.pyodide_fatal_error) throw error;
        cause = error;
      }
      // A caller that cancels a flow has another error to handle, which this must not hide.
      const reason = death ?? end(cause);
      if (!isSilent) throw reason;
    };
    return [name, call];
  };

  return Object.fromEntries(Object.entries(core).map(guarded));
}
