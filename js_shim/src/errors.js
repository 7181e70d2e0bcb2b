// Errors as JavaScript callers see them. Which errors exist, and their codes, is decided in Python
// (supertokens_pyodide/errors.py); only what can go wrong before Python is up is raised from here. The
// texts that both languages have come from Python, with the decision table.

import { resolveUrl } from "./platform.js";

/**
 * `javascript` has the two texts in JavaScript's names, if these differ from Python's; `call` names the
 * call to the backend whose response the error is about.
 *
 * @typedef {{name: string, code: string, message: string, hint: string, status?: number, reason?: string,
 *   call?: string, javascript?: {message: string, hint: string}}} ErrorData
 */

/** @param {string} name @returns {ErrorData} what Python says of such an error */
const texts = (name) => /** @type {ErrorData} */ (__TABLE__.errors[name]);

// What keeps callers from knowing whether there is a session.
const UNREADABLE = ["HandlerFailed", "StorageUnavailable"];

/**
 * An error of this SDK: `name` and `code` are stable, `message` says what happened and `hint` what a
 * developer can do. `String(error)` has both.
 */
export class SuperTokensError extends Error {
  /** @type {Response | undefined} private, so that consoles do not print its headers */
  #response;

  /**
   * @param {ErrorData} data
   * @param {unknown} [cause] what made it fail, where that is a JavaScript error
   * @param {Response} [response] the backend's, if the error stands for one
   */
  constructor(data, cause, response) {
    const { message, hint } = data.javascript ?? data;
    super(`${message} ${hint}`.trim(), cause === undefined ? {} : { cause });
    this.name = data.name;
    // The stack is what consoles print: it is made now, with both texts in it.
    Object.assign(this, { stack: this.stack, message });
    /** The same as data, for another realm. */
    this.data = data;
    this.code = data.code;
    this.hint = hint;
    /** The HTTP status that the backend answered with, where there is one. */
    this.status = data.status;
    /** Why a token is not to be trusted, where that is what the error is about. */
    this.reason = data.reason;
    this.#response = response;
  }

  /** The backend's response, if the error stands for one. */
  get response() {
    return this.#response;
  }

  // Code that was written for supertokens-website reads what it has caught as a response.

  get ok() {
    return this.#response?.ok;
  }

  get headers() {
    return this.#response?.headers;
  }

  /** Reads the response's body, as often as you like; undefined if there is no response. */
  get text() {
    const response = this.#response;
    return response && (async () => response.clone().text());
  }

  /** Likewise. */
  get json() {
    const response = this.#response;
    return response && (async () => response.clone().json());
  }

  toString() {
    return `${this.name}: ${this.message} ${this.hint}`.trim();
  }
}

/** The backend refused with a message for the user; as supertokens-website's error of this name. */
export class STGeneralError extends SuperTokensError {
  isSuperTokensGeneralError = true;

  /** @param {string} message the user's: the hint is not added to it @param {string} [hint] */
  constructor(message, hint = texts("GeneralError").hint) {
    super({ ...texts("GeneralError"), message, hint: "" });
    this.hint = hint;
  }

  toString() {
    return `${this.name}: ${this.message}`;
  }

  /** @param {any} error @returns {error is STGeneralError} */
  static isThisError(error) {
    return error?.isSuperTokensGeneralError === true;
  }
}

/**
 * An error of the core, to be thrown.
 *
 * @param {ErrorData} data
 * @param {unknown} [cause]
 * @param {Response} [response]
 */
export function coreError(data, cause, response) {
  if (data.name === "GeneralError") return new STGeneralError(data.message, data.hint);
  return new SuperTokensError(data, cause, response);
}

/** @param {string} [refusal] the core's, as JSON, if it has one */
export function throwRefusal(refusal) {
  if (refusal) throw new SuperTokensError(JSON.parse(refusal));
}

/** @param {string} message @param {unknown} [cause] @param {string} [hint] */
export const bootFailed = (message, cause, hint = "") =>
  new SuperTokensError({ ...texts("BootFailed"), message, hint }, cause);

/** @param {string} message @param {string} hint */
export const unsupported = (message, hint) =>
  new SuperTokensError({ ...texts("UnsupportedPlatform"), message, hint });

export const notABrowser = () =>
  unsupported(
    "The session SDK was initialised outside a browser (in Node.js, for instance).",
    "Importing it there is safe. Call init() in code that runs on the page only: in React in useEffect(), in Next.js in a component with 'use client'.",
  );

// The three forms in which a page may have it, each with its remedy.
const WITHOUT_SESSION_INIT =
  "With supertokens-web-js: leave Session.init() out of its recipeList; its other recipes then use this session.";
const ON_ITS_OWN_PAGE =
  "With supertokens-auth-react: keep its UI on a page of its own; the session is shared.";

export const otherSdkOnPage = () =>
  unsupported(
    "supertokens-website is already active on this page.",
    `Two SDKs would refresh the same session twice. With supertokens-website: remove its init(). ${WITHOUT_SESSION_INIT} ${ON_ITS_OWN_PAGE}`,
  );

/** Thrown out of supertokens-website's init(). */
export const ourSdkOnPage = () =>
  unsupported(
    "supertokens-pyodide already runs the session of this page.",
    `Two SDKs would refresh the same session twice. With supertokens-website: remove this init() and import its functions from supertokens-pyodide. ${WITHOUT_SESSION_INIT} ${ON_ITS_OWN_PAGE}`,
  );

export const otherInterpreter = () =>
  unsupported(
    "Another Python interpreter on this page already runs the session.",
    "Use its session, or, where this page's own Python shall run it, set globalThis.supertokensPyodide = { interpreter: 'page' } before supertokens.init().",
  );

export const workerGone = () =>
  bootFailed(
    "The worker that ran the session has ended.",
    undefined,
    "Start it again: requests go on when its Python has called init().",
  );

/** @param {string} ours @param {string} theirs */
export const otherVersion = (ours, theirs) =>
  bootFailed(
    `The page's shim (${ours}) and ${theirs} are of different versions.`,
    undefined,
    "Load the same version of both.",
  );

/** @param {string} first @param {string} second */
export const twoVersions = (first, second) =>
  bootFailed(
    `Two versions of supertokens-pyodide are on this page: ${first} came first, and ${second} cannot use it.`,
    undefined,
    "Load the same version everywhere: in the page's bundle, its script tags and its Python packages.",
  );

/**
 * A function that the page gave to init() does not do its part.
 *
 * @param {string} name of the option, and of its function
 * @param {string} problem
 * @param {unknown} [cause] its own error
 */
export const handlerFailed = (name, problem, cause) =>
  new SuperTokensError(
    { ...texts("HandlerFailed"), message: `The page's ${name} ${problem}.` },
    cause,
  );

/** @param {unknown} cause */
export const storageUnavailable = (cause) =>
  new SuperTokensError(
    {
      ...texts("StorageUnavailable"),
      message: "IndexedDB, which keeps the session, cannot be read.",
    },
    cause,
  );

/**
 * What can be said of a session whose state cannot be read; other errors are thrown.
 *
 * @param {any} error
 */
export function unknownStatus(error) {
  if (!UNREADABLE.includes(error?.name)) throw error;
  return { status: "UNKNOWN", reason: error.data.message };
}

/** @param {unknown} cause Pyodide's fatal error, if it is known */
export const interpreterDied = (cause) =>
  new SuperTokensError(
    {
      ...texts("InterpreterDied"),
      message: "Python on this page has died, and the session with it.",
    },
    cause,
  );

/** @param {string} url */
export const foreignResponse = (url) =>
  new TypeError(
    `The response to a call of the session SDK came from another host (${resolveUrl(url)?.host}), by a redirect. It was not used.`,
  );

export const closed = () => new SuperTokensError(texts("Closed"));

export const notInitialised = () => new SuperTokensError(texts("NotInitialised"));

/** @param {string} message @param {string} hint */
export const configError = (message, hint) =>
  new SuperTokensError({ ...texts("ConfigError"), message, hint });

/** @param {string} [name] of the option that differs and cannot be replaced, where it is a function */
export function alreadyInitialised(name) {
  if (!name) return new SuperTokensError(texts("AlreadyInitialised"));
  const { message, hint, ...more } = texts("OtherFunction");
  const of = (/** @type {string} */ text) => text.replace("{name}", name);
  return new SuperTokensError({ ...more, message: of(message), hint: of(hint) });
}
