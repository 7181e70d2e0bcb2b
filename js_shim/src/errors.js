// Errors as JavaScript callers see them. Which errors exist, and their codes, is decided in Python
// (supertokens_pyodide/errors.py); only what can go wrong before Python is up is raised from here.

import { resolveUrl } from "./target.js";

/** @typedef {{name: string, code: string, message: string, hint: string, status?: number, reason?: string}} ErrorData */

/** An error of this SDK: `name` and `code` are stable, `hint` tells a developer what to do. */
export class SuperTokensError extends Error {
  /**
   * @param {ErrorData} data
   * @param {unknown} [cause] what made it fail, where that is a JavaScript error
   */
  constructor(data, cause) {
    super(
      data.hint ? `${data.message} ${data.hint}` : data.message,
      cause === undefined ? {} : { cause },
    );
    this.name = data.name;
    /** The same as data, for another realm. */
    this.data = data;
    this.code = data.code;
    this.hint = data.hint;
    /** The HTTP status that the backend answered with, where there is one. */
    this.status = data.status;
    /** Why a token is not to be trusted, where that is what the error is about. */
    this.reason = data.reason;
  }
}

/** The backend refused with a message for the user; as supertokens-website's error of this name. */
export class STGeneralError extends SuperTokensError {
  isSuperTokensGeneralError = true;

  /** @param {string} message the user's: the hint is not added to it @param {string} [hint] */
  constructor(message, hint = "Show the message to the user.") {
    super({ name: "GeneralError", code: "GENERAL_ERROR", message, hint: "" });
    this.hint = hint;
  }

  /** @param {any} error */
  static isThisError(error) {
    return error?.isSuperTokensGeneralError === true;
  }
}

/**
 * An error of the core, to be thrown.
 *
 * @param {ErrorData} data
 * @param {unknown} [cause]
 */
export function coreError(data, cause) {
  if (data.name === "GeneralError") return new STGeneralError(data.message, data.hint);
  return new SuperTokensError(data, cause);
}

/** @param {string} [refusal] the core's, as JSON, if it has one */
export function throwRefusal(refusal) {
  if (refusal) throw new SuperTokensError(JSON.parse(refusal));
}

/** @param {string} message @param {unknown} [cause] @param {string} [hint] */
export const bootFailed = (message, cause, hint = "") =>
  new SuperTokensError({ name: "BootFailed", code: "BOOT_FAILED", message, hint }, cause);

/** @param {string} message @param {string} hint */
export const unsupported = (message, hint) =>
  new SuperTokensError({
    name: "UnsupportedPlatform",
    code: "UNSUPPORTED_PLATFORM",
    message,
    hint,
  });

export const otherSdkOnPage = () =>
  unsupported(
    "supertokens-website is already active on this page.",
    "Two SDKs would refresh the same session twice: remove its init() (or that of supertokens-web-js or supertokens-auth-react) from this page.",
  );

/** Thrown out of supertokens-website's init(). */
export const ourSdkOnPage = () =>
  unsupported(
    "supertokens-pyodide already runs the session of this page.",
    "Two SDKs would refresh the same session twice: remove this init() (of supertokens-website, supertokens-web-js or supertokens-auth-react) and import the same functions from supertokens-pyodide.",
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

/** @param {string} url */
export const foreignResponse = (url) =>
  new TypeError(
    `The response to a call of the session SDK came from another host (${resolveUrl(url)?.host}), by a redirect. It was not used.`,
  );

export const closed = () =>
  new SuperTokensError({
    name: "Closed",
    code: "CLOSED",
    message: "The session SDK was closed.",
    hint: "Call init() again before using the session.",
  });

export const notInitialised = () =>
  new SuperTokensError({
    name: "NotInitialised",
    code: "NOT_INITIALISED",
    message: "The session SDK has not been initialised.",
    hint: "Call supertokens.init({ apiDomain: ... }) once, before the first session call.",
  });

export const alreadyInitialised = () =>
  new SuperTokensError({
    name: "AlreadyInitialised",
    code: "ALREADY_INITIALISED",
    message: "The session SDK was already initialised, with other options.",
    hint: "Call init() once per page; to change options call close() first.",
  });
