// One session SDK a page: two would refresh the same session twice, which looks like token theft.

import { otherSdkOnPage, ourSdkOnPage } from "./errors.js";

// Where supertokens-website keeps the page's fetch, and looks first of all in its init().
const THEIRS = "__supertokensOriginalFetch";

/**
 * Refuse a page that supertokens-website has, and have its init() refused from now on.
 *
 * @returns {() => void} the undo
 */
export function claimPage() {
  if (THEIRS in globalThis) throw otherSdkOnPage();
  Object.defineProperty(globalThis, THEIRS, {
    configurable: true,
    get() {
      throw ourSdkOnPage();
    },
  });
  return () => {
    Reflect.deleteProperty(globalThis, THEIRS);
  };
}
