// Errors as JavaScript callers see them. Python defines the errors and their codes
// (supertokens_pyodide/errors.py). This module raises only the errors that can occur before Python has
// started. Texts that both languages use come from Python, with the decision table.

import { resolveUrl } from "./platform.js";

/**
 * `javascript` has the two texts with JavaScript's names, if these differ from Python's; `call` names the
 * call to the backend whose response the error is about.
 *
 * @typedef {{name: string, code: string, message: string, hint: string, status?: number, reason?: string,
 *   call?: string, javascript?: {message: string, hint: string}}} ErrorData
 */

/** @param {string} name @returns {ErrorData} Python's texts for this error */
const texts = (name) => /** @type {ErrorData} */ (__TABLE__.errors[name]);

// Errors after which it is unknown whether there is a session.
const UNREADABLE = ["HandlerFailed", "StorageUnavailable"];

// Marks the errors of all copies of this module: each part of the shim, and each bundle, has its own.
const BRAND = Symbol.for("supertokens-pyodide.error");

/**
 * An error of this SDK: `name` and `code` are stable, `message` is what happened and `hint` is what a
 * developer can do. `String(error)` contains both, and the address of the error's documentation.
 */
export class SuperTokensError extends Error {
  /** @param {any} value of any copy's class */
  static [Symbol.hasInstance](value) {
    return value?.[BRAND] === true;
  }

  /** @type {Response | undefined} private, so that consoles do not print its headers */
  #response;
  #text;

  /**
   * @param {ErrorData} data
   * @param {unknown} [cause] the JavaScript error that caused it, if any
   * @param {Response} [response] the backend's response, if the error is about one
   */
  constructor(data, cause, response) {
    const { message, hint } = data.javascript ?? data;
    const documentation = `${__TABLE__.documentation}/errors.html#${data.code.toLowerCase()}`;
    const text = hint ? `${message} ${hint} See ${documentation}` : message;
    super(text, cause === undefined ? {} : { cause });
    this.name = data.name;
    Object.defineProperty(this, BRAND, { value: true });
    // Consoles print the stack, so it is made here, with the whole text in it.
    Object.assign(this, { stack: this.stack, message });
    this.#text = text;
    /** The address of this error's section in the documentation. */
    this.documentation = documentation;
    /** The error as data, for another realm. */
    this.data = data;
    this.code = data.code;
    this.hint = hint;
    /** The HTTP status of the backend's response, if there is one. */
    this.status = data.status;
    /** Why a token must not be trusted, if the error is about a token. */
    this.reason = data.reason;
    this.#response = response;
  }

  /** The backend's response, if the error is about one. */
  get response() {
    return this.#response;
  }

  // Code that was written for supertokens-website reads a caught error as a response.

  get ok() {
    return this.#response?.ok;
  }

  get headers() {
    return this.#response?.headers;
  }

  /** Reads the response's body, any number of times; undefined if there is no response. */
  get text() {
    const response = this.#response;
    return response && (async () => response.clone().text());
  }

  /** Reads the body as text, likewise. */
  get json() {
    const response = this.#response;
    return response && (async () => response.clone().json());
  }

  toString() {
    return `${this.name}: ${this.#text}`;
  }
}

/** The backend refused, with a message for the user; named as in supertokens-website. */
export class STGeneralError extends SuperTokensError {
  isSuperTokensGeneralError = true;

  /** @param {string} message for the user: the hint is not added to it @param {string} [hint] */
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

  /** @param {any} value */
  static [Symbol.hasInstance](value) {
    return STGeneralError.isThisError(value);
  }
}

/**
 * An error of the core, for throwing.
 *
 * @param {ErrorData} data
 * @param {unknown} [cause]
 * @param {Response} [response]
 */
export function coreError(data, cause, response) {
  if (data.name === "GeneralError") return new STGeneralError(data.message, data.hint);
  return new SuperTokensError(data, cause, response);
}

/** @param {string} [refusal] the core's error as JSON, if there is one */
export function throwRefusal(refusal) {
  if (refusal) throw new SuperTokensError(JSON.parse(refusal));
}

/** @param {string} message @param {unknown} [cause] @param {string} [hint] */
export const bootFailed = (message, cause, hint = texts("BootFailed").hint) =>
  new SuperTokensError({ ...texts("BootFailed"), message, hint }, cause);

/** @param {string} message @param {string} hint */
export const unsupported = (message, hint) =>
  new SuperTokensError({ ...texts("UnsupportedPlatform"), message, hint });

/** @param {unknown} cause */
export const partMissing = (cause) =>
  bootFailed(
    "supertokens.python.mjs could not be loaded.",
    cause,
    "Serve it beside supertokens.iife.js, or set globalThis.supertokensPyodide.pythonPart to its address.",
  );

export const notABrowser = () =>
  unsupported(
    "The session SDK was initialised outside a browser (in Node.js, for instance).",
    "Importing it there is safe. Call init() only in code that runs on the page: in React in useEffect(), in Next.js in a component with 'use client'.",
  );

/** @param {string} message */
const twoSdks = (message) =>
  unsupported(
    message,
    // A page may use the other SDK in three forms, each with its own remedy.
    "Two SDKs would refresh the same session twice. With supertokens-website: remove its init(), and import its functions from supertokens-pyodide. With supertokens-web-js: leave Session.init() out of its recipeList; its other recipes then use this session. With supertokens-auth-react: keep its UI on a page of its own; the session is shared.",
  );

export const otherSdkOnPage = () => twoSdks("supertokens-website is already active on this page.");

/** Thrown by supertokens-website's init(). */
export const ourSdkOnPage = () =>
  twoSdks("supertokens-pyodide already manages the session of this page.");

export const otherInterpreter = () =>
  unsupported(
    "Another Python interpreter on this page already manages the session.",
    "Use its session. To let this page's own Python manage it, set globalThis.supertokensPyodide = { interpreter: 'page' } before supertokens.init().",
  );

export const workerGone = () =>
  bootFailed(
    "The worker that managed the session has ended.",
    undefined,
    "Start the worker again: requests continue when its Python has called init().",
  );

/** @param {string} ours @param {string} theirs */
export const otherVersion = (ours, theirs) =>
  bootFailed(
    `The page's shim (${ours}) and ${theirs} have different versions.`,
    undefined,
    "Load the same version of both.",
  );

/** @param {string} first @param {string} second */
export const twoVersions = (first, second) =>
  bootFailed(
    `Two versions of supertokens-pyodide are on this page: ${first} was loaded first, and ${second} cannot use it.`,
    undefined,
    "Load the same version everywhere: in the page's bundle, its script tags and its Python packages.",
  );

/**
 * A function that the page gave to init() has failed.
 *
 * @param {string} name of the option, and of its function
 * @param {string} problem
 * @param {unknown} [cause] the function's own error
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
 * The status of a session whose state cannot be read; other errors are thrown.
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
      message: "A fatal error has ended Python on this page, and with it the session SDK.",
    },
    cause,
  );

/** @param {string} url */
export const foreignResponse = (url) =>
  new TypeError(
    `A redirect led a call of the session SDK to another host (${resolveUrl(url)?.host}). Its response was not used.`,
  );

export const closed = () => new SuperTokensError(texts("Closed"));

export const notInitialised = () => new SuperTokensError(texts("NotInitialised"));

/** @param {string} message @param {string} hint */
export const configError = (message, hint) =>
  new SuperTokensError({ ...texts("ConfigError"), message, hint });

/** @param {string} [name] of the option that differs and cannot be replaced, if it is a function */
export function alreadyInitialised(name) {
  if (!name) return new SuperTokensError(texts("AlreadyInitialised"));
  const { message, hint, ...more } = texts("OtherFunction");
  const of = (/** @type {string} */ text) => text.replace("{name}", name);
  return new SuperTokensError({ ...more, message: of(message), hint: of(hint) });
}
