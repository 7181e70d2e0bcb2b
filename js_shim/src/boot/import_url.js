// Importing a module whose address is known only at run time.

let failures = 0;

/**
 * Bundlers must leave this import to the browser. webpack and Turbopack read the first comment, Vite the
 * second; tools/build_shim.mjs keeps both in every bundle.
 *
 * @param {string} url absolute
 * @returns {Promise<any>}
 */
export async function importUrl(url) {
  // Browsers keep a failure, so that another attempt needs another address.
  const address = failures ? `${url}#${failures}` : url;
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ address);
  } catch (error) {
    failures += 1;
    throw error;
  }
}

// The text of an import() that a tool has replaced: by webpack and Turbopack, by esbuild, and by tools that
// make require() of it.
const REPLACED = /^Cannot find module|^Dynamic require of|\brequire is not defined/;

/**
 * Whether an import failed because a tool has replaced it. (A browser's own failure is a TypeError.)
 *
 * @param {any} error
 */
export const isReplaced = (error) =>
  error?.code === "MODULE_NOT_FOUND" || REPLACED.test(String(error?.message));
