// The settings that a page makes before it loads the shim.

import { IN_WORKER } from "../platform.js";

/**
 * Where Python comes from. Set it once for a whole site in `globalThis.supertokensPyodide`.
 *
 * @typedef {object} BootSettings
 * @property {string} [indexURL] the directory that holds pyodide.mjs
 * @property {string} [lockFileURL] a lock file in place of the one in `indexURL`
 * @property {string[]} [wheels] the wheels to load, in place of the package in the lock file or in the
 * package index
 * @property {any} [pyodide] an interpreter that the page has loaded, or the promise of one
 * @property {"page" | "worker" | "own"} [interpreter] "page": Python on this page's main thread calls init();
 *   "worker": Python in a worker of this page does; "own": the SDK starts an interpreter. The default on a
 *   page with PyScript is "page" or "worker", otherwise "own"
 * @property {boolean | string} [fastBoot] on later visits, start from the image of an interpreter that has
 * imported the package; a string is the URL of supertokens.fastboot.mjs, if the file is neither next to this
 * script nor in the parent of Pyodide's directory
 * @property {string} [pythonPart] the URL of supertokens.python.mjs, if the file is neither next to
 * supertokens.iife.js nor in the parent of Pyodide's directory
 * @property {"eager" | "idle" | "needed"} [start] when to start Python: at once (the default), when the page
 * has loaded and is idle, or when something needs Python. A need starts Python at once in every case
 * @property {(reason: string) => void} [onStart] called when the SDK starts Python; `reason` is "init",
 * "idle", "request", "response", "tab", "ready", or the Python name of the function that was called
 * ("sign_out")
 * @property {string[]} [bootFiles] further URLs (or their beginnings) that Python loads before it has started
 */

// The script tag that contains this module may have the attribute data-interpreter.
const { src, dataset } =
  /** @type {HTMLScriptElement | null} */ (IN_WORKER ? null : globalThis.document?.currentScript) ??
  {};
const { interpreter } = dataset ?? {};

/** The address of that script, if it is one. */
export const SCRIPT = src ?? "";

/** @returns {BootSettings} the current ones */
export const settings = () => ({
  ...(interpreter && { interpreter }),
  .../** @type {any} */ (globalThis).supertokensPyodide,
});
