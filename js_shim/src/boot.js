// Starting Python where the page has none of its own.

import { bootFailed } from "./errors.js";

const PACKAGE = "supertokens-pyodide";
// The bundle with this in it; the file for fast boots lies beside it.
const SCRIPT =
  /** @type {HTMLScriptElement | null} */ (globalThis.document?.currentScript)?.src ||
  import.meta.url;

/**
 * Where Python comes from. Set once for a whole site in `globalThis.supertokensPyodide`.
 *
 * @typedef {object} BootSettings
 * @property {string} [indexURL] the directory that holds pyodide.mjs
 * @property {string} [lockFileURL] another lock file than the one beside it
 * @property {string[]} [wheels] what micropip installs, in place of the package that the lock file or
 *   the package index knows
 * @property {any} [pyodide] an interpreter that the page has loaded, or the promise of one
 * @property {"page" | "worker" | "own"} [interpreter] "page": Python on this page's main thread will call
 *   init(); "worker": Python in a worker of this page will; "own": start one. By default a page with
 *   PyScript counts as the first or the second.
 * @property {boolean | string} [fastBoot] on later visits, start from an image of an interpreter that has
 *   the package imported; a string is the URL of supertokens.fastboot.mjs, where that is not beside this
 *   script
 * @property {string[]} [bootFiles] further URLs (or their beginnings) that must load before Python is up
 */

/**
 * Where Python that the page runs by itself is going to call init(); known once the page is parsed.
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
 * The URLs that booting loads beside Pyodide's directory, so that the gate lets them pass.
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

/**
 * The wheels that PyScript cannot load in its workers, which have no address of their own: those with
 * relative addresses, but for "./…" and "../…", which it resolves. (What a config file names is not known
 * here.)
 *
 * @returns {string[]}
 */
export function relativeWheels() {
  const scripts = [...document.querySelectorAll('script[type="py"][worker], py-script[worker]')];
  const configs = scripts.map((script) => script.getAttribute("config") ?? "");
  const wheels = configs.flatMap((config) => config.match(/[^"'\s]+\.whl(?=["'#?])/g) ?? []);
  return wheels.filter((wheel) => !/^([a-z][a-z0-9+.-]*:|\.)/i.test(wheel));
}

/**
 * Load Pyodide, or take the page's, with the package installed.
 *
 * @param {BootSettings} settings
 * @returns {Promise<any>} the interpreter
 */
export async function bootPython(settings) {
  const fast = await fastBoot(settings);
  const restored = await fast?.restore(...place(settings));
  if (restored) return restored;
  const pyodide = await (settings.pyodide ?? load(settings));
  await install(pyodide, settings.wheels);
  fast?.keep();
  return pyodide;
}

/**
 * What boots from images; nothing where the page has not asked for it, or it cannot be had.
 *
 * @param {BootSettings} settings
 * @returns {Promise<import("./fast_boot.js").FastBoot | undefined>}
 */
async function fastBoot({ fastBoot, indexURL, pyodide, wheels }) {
  if (!fastBoot || !indexURL || pyodide || wheels) return undefined;
  try {
    const url =
      fastBoot === true
        ? new URL("supertokens.fastboot.mjs", SCRIPT)
        : new URL(fastBoot, document.baseURI);
    const { FastBoot } = await import(url.href);
    return new FastBoot();
  } catch {
    return undefined;
  }
}

/**
 * @param {BootSettings} settings
 * @returns {[indexURL: string, lockFileURL?: string]} as absolute URLs
 */
function place({ indexURL, lockFileURL }) {
  const absolute = (/** @type {string} */ url) => new URL(url, document.baseURI).href;
  const base = absolute(/** @type {string} */ (indexURL));
  return lockFileURL ? [base, absolute(lockFileURL)] : [base];
}

/** @param {BootSettings} settings */
async function load(settings) {
  if (!settings.indexURL) {
    throw bootFailed(
      "There is no Pyodide to start: no indexURL is set.",
      undefined,
      "Say where it is: globalThis.supertokensPyodide = { indexURL: '/pyodide/' } before init().",
    );
  }
  const [indexURL, lockFileURL] = place(settings);
  const { loadPyodide } = await import(new URL("pyodide.mjs", indexURL).href);
  return loadPyodide({ indexURL, ...(lockFileURL && { lockFileURL }) });
}

/**
 * @param {any} pyodide
 * @param {string[]} [wheels]
 */
async function install(pyodide, wheels) {
  if (isInstalled(pyodide)) return;
  if (!wheels && pyodide.lockfile?.packages?.[PACKAGE]) {
    await pyodide.loadPackage(PACKAGE, { messageCallback: () => {} });
  } else {
    await pyodide.loadPackage("micropip", { messageCallback: () => {} });
    const micropip = pyodide.pyimport("micropip");
    const sources = wheels?.map((wheel) => new URL(wheel, document.baseURI).href);
    const names = pyodide.toPy(sources ?? [`${PACKAGE}==${__VERSION__}`]);
    try {
      await micropip.install(names);
    } finally {
      names.destroy();
      micropip.destroy();
    }
  }
  // loadPackage() only logs a wheel that is missing or damaged.
  if (!isInstalled(pyodide)) {
    throw bootFailed(
      `The Python package ${PACKAGE} could not be installed.`,
      undefined,
      "Check that its wheel (option wheels, or the one that the lock file names) can be loaded.",
    );
  }
}

/** @param {any} pyodide */
function isInstalled(pyodide) {
  const find = pyodide.pyimport("importlib.util.find_spec");
  const spec = find("supertokens_pyodide");
  find.destroy();
  spec?.destroy();
  return spec !== undefined;
}
