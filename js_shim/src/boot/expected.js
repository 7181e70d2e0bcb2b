// What the page says of its own Python.

/** @import {BootSettings} from "./settings.js" */

/**
 * Where the page's own Python will call init(); known when the page has been parsed.
 *
 * @param {BootSettings} settings
 * @returns {Promise<"page" | "worker" | null>} null: nowhere
 */
export async function expectedPython({ interpreter, pyodide }) {
  if (interpreter || pyodide) return interpreter && interpreter !== "own" ? interpreter : null;
  if (document.readyState === "loading") {
    await new Promise((parsed) => document.addEventListener("DOMContentLoaded", parsed));
  }
  const scripts = [...document.querySelectorAll('script[type="py"], py-script')];
  if (scripts.length === 0) return null;
  return scripts.every((script) => script.hasAttribute("worker")) ? "worker" : "page";
}

/**
 * The URLs outside Pyodide's directory that booting loads; they must not wait for Python.
 *
 * @param {BootSettings} settings
 * @returns {string[]}
 */
export function bootFiles({ lockFileURL, wheels = [], bootFiles: more = [] }) {
  const attributes = [
    ...document.querySelectorAll('script[type="py"], script[type="mpy"], py-script'),
  ]
    .flatMap((script) => [script.getAttribute("src"), script.getAttribute("config")])
    .filter((url) => url !== null);
  const known = lockFileURL === undefined ? [] : [lockFileURL];
  return [...known, ...wheels, ...more, ...attributes];
}
