// Only one session SDK on a page: two would refresh the same session twice, which looks like token theft.

import { otherSdkOnPage, ourSdkOnPage } from "../errors.js";

// The property in which supertokens-website keeps the page's fetch, and which its init() reads first.
export const THEIRS = "__supertokensOriginalFetch";

function refuse() {
  throw ourSdkOnPage();
}

/**
 * Refuse a page with supertokens-website, and let its init() fail from now on.
 *
 * @returns {() => void} the undo
 */
export function guardPage() {
  if (THEIRS in globalThis) throw otherSdkOnPage();
  Object.defineProperty(globalThis, THEIRS, { configurable: true, get: refuse });
  return () => {
    Reflect.deleteProperty(globalThis, THEIRS);
  };
}
