// Loading a module whose address is known only when the page runs.

/**
 * Bundlers must leave this import to the browser. webpack and Turbopack read the first comment, Vite the
 * second; tools/build_shim.mjs keeps both in every file that it builds.
 *
 * @param {string} url absolute
 * @returns {Promise<any>}
 */
export const importUrl = (url) => import(/* webpackIgnore: true */ /* @vite-ignore */ url);

// What stands in place of an import() that a tool has replaced: webpack and Turbopack, esbuild, and what makes
// require() of it.
const REPLACED = /^Cannot find module|^Dynamic require of|\brequire is not defined/;

/**
 * Whether an import has failed because there is no import any more. (A browser's own failure is a TypeError.)
 *
 * @param {any} error
 */
export const isReplaced = (error) =>
  error?.code === "MODULE_NOT_FOUND" || REPLACED.test(String(error?.message));
