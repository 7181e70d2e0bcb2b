// The options of init() in JavaScript. The core defines their names (tools/decision_table.py).

import { alreadyInitialised, configError } from "../errors.js";

/** @import {DecisionTable} from "../core/table.js" */

/**
 * @typedef {Record<string, any>} Options
 * @typedef {Pick<DecisionTable, "defaults" | "required" | "types">} Known
 */

// How many letters of a misspelt name may differ.
const MISSPELT = 2;
// Options that are captured when the page starts, or that the core needs.
const FIXED = ["cookieHandler", "windowHandler", "dateProvider"];
const REPLACEABLE = ["onHandleEvent", "preAPIHook", "postAPIHook", "lockFactory", "override"];

/**
 * Check options, and return those that the SDK knows. An unknown option is an error: it is probably misspelt,
 * or an option of another version of supertokens-website. A value of the wrong type is an error, too.
 * Everything else about values is checked by the core.
 *
 * @param {Options} given
 * @param {Known} known
 * @param {(warning: string) => void} warn
 * @returns {Options}
 */
export function checked(given, { types, required }, warn) {
  const names = Object.keys(types);
  /** @type {Options} */
  const options = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined || value === null) continue;
    if (names.includes(name)) options[name] = value;
    else reject(name, names, "Option", warn);
  }
  for (const name of required) if (!(name in options)) throw missing(name);
  for (const [name, value] of Object.entries(options)) requireType(name, value, types[name]);
  const { override } = options;
  if (override) {
    const { functions, ...others } = override;
    for (const name of Object.keys(others)) reject(name, ["functions"], "In 'override', key", warn);
    options.override = functions === undefined ? {} : { functions };
  }
  return options;
}

/** @param {string} name */
const missing = (name) =>
  configError(`Option '${name}' is missing.`, `Give it: supertokens.init({ ${name}: ... }).`);

/** @param {string} name @param {any} value @param {string | string[]} type by default "function" */
function requireType(name, value, type = "function") {
  const fits = Array.isArray(type) ? type.includes(value) : typeof value === type;
  const { functions } = type === "object" && fits ? value : {};
  if (fits && (functions === undefined || typeof functions === "function")) return;
  const text = typeof value === "string" ? `'${value}'` : String(value);
  const shown = typeof value === "object" ? "an object" : text;
  const what = Array.isArray(type) ? type.map((word) => `'${word}'`).join(" or ") : NOUNS[type];
  throw configError(`Option '${name}' is ${shown}.`, `Give ${what}.`);
}

/** @type {Record<string, string>} */
const NOUNS = {
  boolean: "true or false",
  function: "a function",
  number: "a number",
  object: "an object with a function as its 'functions'",
  string: "a text",
};

/**
 * @param {string} name that is not known
 * @param {string[]} names that are known
 * @param {string} what
 * @param {(warning: string) => void} warn
 */
function reject(name, names, what, warn) {
  const meant = names.find((known) => isNear(bare(name), bare(known), MISSPELT));
  if (meant) throw configError(`${what} '${name}' is unknown.`, `Did you mean '${meant}'?`);
  warn(`${what} '${name}' is unknown and is ignored. The SDK knows: ${names.join(", ")}.`);
}

const bare = (/** @type {string} */ name) => name.replace(/[_-]/g, "").toLowerCase();

/**
 * Whether one word becomes another with at most so many changes: letters replaced, added or removed.
 *
 * @param {string} one
 * @param {string} other
 * @param {number} changes
 * @returns {boolean}
 */
function isNear(one, other, changes) {
  if (one === other) return true;
  const [oneRest, otherRest] = [one.slice(1), other.slice(1)];
  if (one[0] === other[0]) return isNear(oneRest, otherRest, changes);
  const pairs = [
    [oneRest, otherRest],
    [oneRest, other],
    [one, otherRest],
  ];
  return changes > 0 && pairs.some(([a = "", b = ""]) => isNear(a, b, changes - 1));
}

/**
 * Options as data for Python. Events are handled in JavaScript; of any other function only the name is
 * passed, so that the core can report functions that it does not support.
 *
 * @param {Options} options
 */
export function plain({ onHandleEvent: _, ...options }) {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, isFunction(value) ? true : value]),
  );
}

/** @param {any} value */
const isFunction = (value) => typeof value === "function" || typeof value?.functions === "function";

/** The options that are functions. @param {Options} options */
const functionsOf = (options) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => isFunction(value)));

/**
 * Whether options are equal, except for functions.
 *
 * @param {Options} one
 * @param {Options} other
 * @param {Known} known
 */
export function sameOptions(one, other, { defaults }) {
  const entries = (/** @type {Options} */ options) => {
    const data = Object.entries({ ...defaults, ...options }).filter(
      ([name, value]) => name !== "override" && !isFunction(value),
    );
    return JSON.stringify(data.sort());
  };
  return entries(one) === entries(other);
}

/**
 * The functions of a repeated init() that replace the current ones; throws if one cannot.
 *
 * @param {Options} options
 * @param {Options} current functions of either language
 * @returns {Options}
 */
export function replacements(options, current) {
  const functions = functionsOf(options);
  for (const [name, value] of Object.entries(functions)) {
    if (value === current[name]) continue;
    const isLate = name === "lockFactory" && !current[name];
    if (FIXED.includes(name) || isLate) throw alreadyInitialised(name);
  }
  return Object.fromEntries(
    Object.entries(functions).filter(([name]) => REPLACEABLE.includes(name)),
  );
}
