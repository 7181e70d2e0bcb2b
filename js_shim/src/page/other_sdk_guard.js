// One session SDK a page: two would refresh the same session twice, which looks like token theft.

import { otherSdkOnPage, ourSdkOnPage } from "../errors.js";

// Where supertokens-website keeps the page's fetch, and looks first of all in its init().
const THEIRS = "__supertokensOriginalFetch";

function refuse() {
  throw ourSdkOnPage();
}

/** Whether no other SDK has taken a claimed page over. */
export const isOnlySdk = () => Object.getOwnPropertyDescriptor(globalThis, THEIRS)?.get === refuse;

/**
 * Refuse a page that supertokens-website has, and have its init() refused from now on.
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
