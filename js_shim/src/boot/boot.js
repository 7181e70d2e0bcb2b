// Starting Python if the page has none of its own.

import { bootFailed } from "../errors.js";
import { importUrl, isReplaced } from "./import_url.js";

/** @import {FastBoot} from "./fast_boot.js" */
/** @import {BootSettings} from "./settings.js" */

const PACKAGE = "supertokens-pyodide";
const MODULE = "supertokens_pyodide";
// The only package that ours needs; its module is jwt.
const NEEDED = "pyjwt";
// The fast boot's file. `npx supertokens-pyodide copy` puts it above Pyodide's folder.
const FAST_BOOT = "supertokens.fastboot.mjs";
// The file that contains this module; the file for fast boots is next to it, unless an application's
// bundler has made another bundle of it (webpack then gives a file: URL).
const SCRIPT = import.meta.url;

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
 * The loader of images; undefined if the page does not use fast boots, or if it cannot be loaded.
 *
 * @param {BootSettings} settings
 * @returns {Promise<FastBoot | undefined>}
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
  const isOurFile = /^https?:.*\/supertokens\.python\.mjs(?:[?#]|$)/.test(SCRIPT);
  return isOurFile
    ? new URL(FAST_BOOT, SCRIPT)
    : new URL(`../${FAST_BOOT}`, new URL(indexURL, document.baseURI));
}

/**
 * @param {BootSettings} settings
 * @returns {[indexURL: string, lockFileURL?: string]} absolute URLs
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
      "Pyodide cannot be started: no indexURL is set.",
      undefined,
      "Set it before init(): globalThis.supertokensPyodide = { indexURL: '/pyodide/' }.",
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
      "Bundle the published file unchanged: a step before the bundler has removed the comments webpackIgnore and @vite-ignore from its import(), or has replaced import() by require(). Or load supertokens.iife.js with a script tag.",
    );
  }
}

/** @param {any} pyodide @param {string[]} [wheels] */
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
  // loadPackage() only logs it if a wheel is missing or damaged.
  if (!has(pyodide, MODULE)) {
    throw bootFailed(
      `The Python package ${PACKAGE} could not be installed.`,
      causeOf(problems),
      "Check that its wheel (in the option wheels, or in the lock file) can be loaded.",
    );
  }
  // loadPackage() installs wheels without their dependencies.
  if (has(pyodide, "jwt")) return;
  if (inLockFile(pyodide, NEEDED)) await load(NEEDED);
  else await resolve(pyodide, load, NEEDED, "PyJWT's wheel", problems);
  if (!has(pyodide, "jwt")) throw packageMissing("PyJWT's wheel", problems);
}

/**
 * Let micropip find a package by its name.
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
      `See the error's cause. To do without a package index, ${WITHOUT_INDEX}`,
    );
  } finally {
    micropip.destroy();
  }
}

const WITHOUT_INDEX =
  "run `npx supertokens-pyodide copy <folder>`, which writes a lock file with both wheels, or list the wheels of supertokens-pyodide and PyJWT in the option wheels.";

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
