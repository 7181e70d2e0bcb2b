// Files of Pyodide that cannot be loaded: Pyodide itself would wait for some of them forever.

import { bootFailed } from "../errors.js";
import { resolveUrl } from "../platform.js";

/** @import {BootFiles} from "./boot_files.js" */

const isWheel = (/** @type {URL} */ { pathname }) => pathname.endsWith(".whl");

/**
 * Report a file of Pyodide that cannot be loaded.
 *
 * @param {BootFiles} files
 * @param {string} url
 * @param {Promise<Response>} response
 */
export function watched(files, url, response) {
  const target = resolveUrl(url);
  // Pyodide reports it if a wheel fails.
  if (!target || !files.install(target) || isWheel(target)) return response;
  const missing = (/** @type {string} */ why, /** @type {unknown} */ cause) =>
    files.missing(
      bootFailed(`Python could not be started: ${url} ${why}.`, cause, "Check indexURL."),
    );
  response.then(
    ({ ok, status }) => ok || missing(`was answered with ${status}`, undefined),
    (error) => missing("could not be loaded", error),
  );
  return response;
}
