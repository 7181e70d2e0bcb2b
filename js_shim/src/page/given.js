// The values that init() was given, in both languages: options, functions and overrides.

import { alreadyInitialised, throwRefusal } from "../errors.js";
import { askedNow } from "../host/handlers.js";
import { checked, plain, replacements, sameOptions } from "./options.js";
import { CLOCK_SKEW, originalFunctions, overridden, PATCHING } from "./recipe.js";

/** @import {Core} from "../flow/steps.js" */
/** @import {Options} from "./options.js" */
/** @import {OverrideFunctions} from "./recipe.js" */
/** @import {Shim} from "./shim.js" */

export class Given {
  /** @type {Options | null} JavaScript's; null if it has not called init() */
  options = null;
  /** @type {Record<string, {reference: any, option: any}>} handlers that the page had before init() */
  registered = {};
  /** Whether a function of the page decides which requests are ours. */
  matchesUrls = false;
  #shim;
  #original;
  /** The session's functions, overrides included. */
  recipe;
  /** @type {Options} Python's */
  #functions = {};
  /** @type {any} the page's own clock, from its first use to close() */
  #clock = undefined;

  /** @param {Shim} shim */
  constructor(shim) {
    this.#shim = shim;
    this.#original = originalFunctions(shim);
    this.recipe = this.#original;
  }

  /**
   * The options that JavaScript gives, with the handlers that the page has registered; throws ConfigError.
   *
   * @param {Options} given
   */
  checked(given) {
    const entries = Object.entries(this.registered).map(([name, { option }]) => [name, option]);
    const registered = Object.fromEntries(entries.filter(([, option]) => option));
    const warn = (/** @type {string} */ warning) => this.#shim.warnOnce(warning);
    return checked({ ...registered, ...given }, __TABLE__, warn);
  }

  /**
   * Start with the values from either language.
   *
   * @param {Options | null} options
   * @param {Options} functions
   */
  open(options, functions) {
    this.options = options;
    this.override(functions);
  }

  close() {
    this.options = null;
    this.recipe = this.#original;
    this.matchesUrls = false;
    this.#functions = {};
    this.#clock = undefined;
  }

  /**
   * Take the new functions of a repeated init() of JavaScript; throws if its options are others.
   *
   * @param {Options} options
   * @param {Core | undefined} core if there is one
   */
  again(options, core) {
    const same = this.options && sameOptions(this.options, options, __TABLE__);
    const functions = replacements(options, this.all());
    if (!same && !core?.compare) throw alreadyInitialised();
    const isNewHook = functions.postAPIHook && !this.all().postAPIHook;
    if (isNewHook && core && !core.compare) throw alreadyInitialised("postAPIHook");
    const override = this.#newOverride(functions.override, core !== undefined);
    // It also learns that there is a hook.
    if (!same || isNewHook) throwRefusal(core?.compare?.(JSON.stringify(plain(options))));
    for (const name of Object.keys(functions)) {
      if (name !== "override") delete this.#functions[name];
    }
    this.options = this.options ? { ...this.options, ...functions } : options;
    if (override) this.override(this.#functions);
  }

  /**
   * @param {Options | undefined} given option `override` of a repeated init()
   * @param {boolean} isReady whether the core uses the current functions
   * @returns {boolean} whether it differs from the earlier one; throws if it is too late for the change
   */
  #newOverride(given, isReady) {
    if (!given || given.functions === this.options?.override?.functions) return false;
    const recipe = this.#recipeOf(given.functions, this.#functions);
    const differs = (/** @type {string} */ name) => recipe[name] !== this.#original[name];
    for (const name of PATCHING) {
      if (differs(name) || this.overrides(name)) throw alreadyInitialised(`override of ${name}`);
    }
    if (isReady && differs(CLOCK_SKEW) !== this.overrides(CLOCK_SKEW)) {
      throw alreadyInitialised(`override of ${CLOCK_SKEW}`);
    }
    return true;
  }

  /** @param {Options} [functions] options that Python gave; by default the current ones */
  override(functions = this.#functions) {
    this.#functions = functions;
    this.recipe = this.#recipeOf(this.options?.override?.functions, functions);
    this.matchesUrls = this.overrides("shouldDoInterceptionBasedOnUrl");
  }

  /**
   * Whether the page has put its own function in place of the session's.
   *
   * @param {string} name as in supertokens-website
   */
  overrides(name) {
    return this.recipe[name] !== this.#original[name];
  }

  /** Whether the options are the earlier ones still. @param {string} json of those */
  isSame(json) {
    return sameOptions(plain(this.options ?? {}), JSON.parse(json), __TABLE__);
  }

  /** The page's override of the function that calculates the clock skew, if it has given one. */
  get clockSkew() {
    return this.overrides(CLOCK_SKEW) ? this.recipe[CLOCK_SKEW] : undefined;
  }

  /** The current options, from both languages. @returns {Options} */
  all() {
    return { ...this.options, ...this.#functions };
  }

  /** The same, for code that keeps them: a later init() may replace the lock factory. @returns {Options} */
  functions() {
    const given = this.all();
    const lockFactory = given.lockFactory && (() => this.all().lockFactory());
    return lockFactory ? { ...given, lockFactory } : given;
  }

  /** The page's own clock, if it has given one. */
  dateProvider() {
    const { dateProvider } = this.all();
    this.#clock ??= dateProvider && askedNow("dateProvider", dateProvider);
    return this.#clock;
  }

  /** JavaScript's options as JSON, for Python. */
  get json() {
    return this.options ? JSON.stringify(plain(this.options)) : undefined;
  }

  /**
   * @param {OverrideFunctions | undefined} own JavaScript's
   * @param {Options} functions Python's
   */
  #recipeOf(own, functions) {
    return overridden(this.#original, [own, functions.override?.functions]);
  }
}
