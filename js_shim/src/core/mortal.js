// A core may die with its interpreter: WebAssembly survives neither a stack overflow nor a lack of memory.
// Pyodide then answers with nothing, or with errors that have nothing to do with the cause.

import { interpreterDied } from "../errors.js";

/** What a core gives no answer to, and what is of no use after its death. @type {string[]} */
const SILENT = ["cancel", "notify", "perform"];

/**
 * A core whose functions all throw one error, which says so, from the interpreter's death on.
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
      // Whoever forgets a flow does so for a reason of its own, which this must not hide.
      const reason = death ?? end(cause);
      if (!isSilent) throw reason;
    };
    return [name, call];
  };

  return Object.fromEntries(Object.entries(core).map(guarded));
}
