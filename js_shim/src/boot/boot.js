// Starting Python where the page has none of its own.

import { bootFailed } from "../errors.js";
import { importUrl, isReplaced } from "./import_url.js";

const PACKAGE = "supertokens-pyodide";
const MODULE = "supertokens_pyodide";
// The one package that it needs; its module is jwt.
const NEEDED = "pyjwt";
// The fast boot's file. `npx supertokens-pyodide copy` puts it above Pyodide's folder.
const FAST_BOOT = "supertokens.fastboot.mjs";
// The bundle with this in it; the file for fast boots lies beside it, unless an application's bundler has made
// another bundle of it (webpack then gives a file: URL).
const SCRIPT =
  /** @type {HTMLScriptElement | null} */ (globalThis.document?.currentScript)?.src ||
  import.meta.url;

/**
 * Where Python comes from. Set once for a whole site in `globalThis.supertokensPyodide`.
 *
 * @typedef {object} BootSettings
 * @property {string} [indexURL] the directory that holds pyodide.mjs
 * @property {string} [lockFileURL] another lock file than the one beside it
 * @property {string[]} [wheels] the wheels to load, in place of the package that the lock file or the
 *   package index knows
 * @property {any} [pyodide] an interpreter that the page has loaded, or the promise of one
 * @property {"page" | "worker" | "own"} [interpreter] "page": Python on this page's main thread will call
 *   init(); "worker": Python in a worker of this page will; "own": start one. By default a page with
 *   PyScript counts as the first or the second.
 * @property {boolean | string} [fastBoot] on later visits, start from an image of an interpreter that has
 *   the package imported; a string is the URL of supertokens.fastboot.mjs, if that is neither beside this
 *   script nor above Pyodide's directory
 * @property {"eager" | "idle" | "needed"} [start] when to start Python: at once (the default), when the page has
 *   loaded and is idle, or when something needs Python. What needs it starts it at once in any case
 * @property {(reason: string) => void} [onStart] called when Python is being started; `reason` is "init", "idle",
 *   "request", "response", "tab", "ready", or the Python name of the function that was called ("sign_out")
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
 * The URLs that booting loads beside Pyodide's directory, which must not wait for Python.
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
    const url = fastBoot === true ? besideUs(indexURL) : new URL(fastBoot, document.baseURI);
    const { FastBoot } = await importUrl(url.href);
    return new FastBoot();
  } catch {
    return undefined; // if the import was replaced, loading Pyodide reports it
  }
}

/** @param {string} indexURL @returns {URL} of the file for fast boots */
function besideUs(indexURL) {
  const isOurFile = /^https?:.*\/(?:index\.mjs|supertokens\.\w+\.js)(?:[?#]|$)/.test(SCRIPT);
  return isOurFile
    ? new URL(FAST_BOOT, SCRIPT)
    : new URL(`../${FAST_BOOT}`, new URL(indexURL, document.baseURI));
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
  const { loadPyodide } = await pyodideFrom(new URL("pyodide.mjs", indexURL).href);
  return loadPyodide({ indexURL, ...(lockFileURL && { lockFileURL }) });
}

/** @param {string} url of pyodide.mjs */
async function pyodideFrom(url) {
  try {
    return await importUrl(url);
  } catch (error) {
    if (!isReplaced(error)) throw error;
    throw bootFailed(
      `The bundler of this page has replaced the import of ${url}, so Pyodide cannot be loaded.`,
      error,
      "Bundle the published file as it is: a step before the bundler has removed the comments webpackIgnore and @vite-ignore from its import(), or has turned it into a call of require. Or load supertokens.iife.js with a script tag.",
    );
  }
}

/**
 * @param {any} pyodide
 * @param {string[]} [wheels]
 */
async function install(pyodide, wheels) {
  if (has(pyodide, MODULE)) return;
  /** @type {string[]} */
  const problems = [];
  const load = (/** @type {string | string[]} */ packages) =>
    pyodide.loadPackage(packages, {
      messageCallback: () => {},
      errorCallback: (/** @type {string} */ text) => problems.push(text),
    });
  if (wheels) {
    await load(wheels.map((wheel) => new URL(wheel, document.baseURI).href));
  } else if (inLockFile(pyodide, PACKAGE)) {
    await load(PACKAGE);
  } else {
    await resolve(pyodide, load, `${PACKAGE}==${__VERSION__}`, PACKAGE, problems);
  }
  // loadPackage() only logs a wheel that is missing or damaged.
  if (!has(pyodide, MODULE)) {
    throw bootFailed(
      `The Python package ${PACKAGE} could not be installed.`,
      causeOf(problems),
      "Check that its wheel (option wheels, or the one that the lock file names) can be loaded.",
    );
  }
  // loadPackage() takes wheels as they are, without what they need.
  if (has(pyodide, "jwt")) return;
  if (inLockFile(pyodide, NEEDED)) await load(NEEDED);
  else await resolve(pyodide, load, NEEDED, "PyJWT's wheel", problems);
  if (!has(pyodide, "jwt")) throw packageMissing("PyJWT's wheel", problems);
}

/**
 * Have micropip find a package that is known by its name only.
 *
 * @param {any} pyodide
 * @param {(name: string) => Promise<unknown>} load
 * @param {string} requirement
 * @param {string} what
 * @param {string[]} problems
 */
async function resolve(pyodide, load, requirement, what, problems) {
  const isMissing = () => !has(pyodide, "micropip");
  if (isMissing() && inLockFile(pyodide, "micropip")) await load("micropip");
  if (isMissing()) throw packageMissing(what, problems);
  const micropip = pyodide.pyimport("micropip");
  try {
    await micropip.install(requirement);
  } catch (error) {
    throw bootFailed(
      `micropip could not install ${requirement}.`,
      error,
      `The cause says why. To do without a package index, ${WITHOUT_INDEX}`,
    );
  } finally {
    micropip.destroy();
  }
}

const WITHOUT_INDEX =
  "run `npx supertokens-pyodide copy <folder>`, which writes a lock file with both wheels, or list the wheels of supertokens-pyodide and PyJWT in option wheels.";

/** @param {string} what @param {string[]} problems */
const packageMissing = (what, problems) =>
  bootFailed(
    `Pyodide's lock file has no usable entry for ${what}, and micropip, which finds packages by name, is not in this copy of Pyodide.`,
    causeOf(problems),
    `To do without micropip, ${WITHOUT_INDEX} (Pyodide's npm package names micropip in its lock file but does not contain it.)`,
  );

/** @param {string[]} problems that Pyodide has reported */
const causeOf = (problems) => (problems.length ? new Error(problems.join("\n")) : undefined);

/** @param {any} pyodide @param {string} name */
const inLockFile = (pyodide, name) => pyodide.lockfile?.packages?.[name] !== undefined;

/** @param {any} pyodide @param {string} module */
function has(pyodide, module) {
  const find = pyodide.pyimport("importlib.util.find_spec");
  const spec = find(module);
  find.destroy();
  spec?.destroy();
  return spec !== undefined;
}
