// The page's fetch, which adds the session to requests.

import { reported } from "../core/plan.js";
import { coreError } from "../errors.js";
import { FlowContext } from "../flow/context.js";
import { resolveUrl } from "../platform.js";
import {
  cloneOf,
  credentialsOf,
  headersIn,
  isBlob,
  isHeaders,
  isRequest,
  isStream,
  methodOf,
  NativeRequest,
  referrerOf,
  signalIn,
  urlOf,
} from "./brands.js";
import { asksIndex } from "./packages.js";

/** @import {Driver} from "../flow/driver.js" */
/** @import {Send} from "../flow/steps.js" */
/** @import {Shim} from "../page/shim.js" */

/**
 * @typedef {Partial<Pick<Send, "headers" | "drop" | "credentials">>} Carried the session's part of an attempt
 *
 * A caller's headers: `has` and `get` as in Headers; `carry` makes the headers of an attempt.
 * @typedef {{has(name: string): boolean, get(name: string): string | null, carry(step: Carried): HeadersInit}} Callers
 *
 * A caller's arguments of fetch, converted once: the same values are checked and sent, in each attempt.
 *
 * @typedef {object} Call
 * @property {(step: Carried, credentials: RequestCredentials | undefined) => [RequestInfo, RequestInit?]} attempt
 *   the arguments of the native fetch
 * @property {Pick<Callers, "has" | "get">} headers
 * @property {RequestCredentials | undefined} credentials the caller's choice
 * @property {AbortSignal | null} signal
 * @property {boolean} oneShot
 */

/** @param {Shim} shim @param {typeof fetch} native @returns {typeof fetch} */
export function sessionFetch(shim, native) {
  const { lifetime } = shim;
  const carrying = (/** @type {any[]} */ ...args) => {
    const bare = () => Reflect.apply(native, globalThis, args);
    const { driver } = shim;
    // A page may have wrapped this function, so it stays in use after close(), and after the next init().
    if (shim.lifetime !== lifetime || args.length === 0 || !driver) return bare();
    try {
      const [input, init] = args;
      const request = isRequest(input) ? input : null;
      const url = request ? urlOf(request) : `${input}`;
      const target = resolveUrl(url);
      if (!request) args[0] = url;
      if (!shim.covers(url, target)) {
        const { files, pending } = shim.cores;
        return pending && files && shim.part ? shim.part.watched(files, url, bare()) : bare();
      }
      const call = callOf(target?.href ?? url, request, init);
      if (call.signal?.aborted || asksIndex(call.headers)) return send(native, call);
      return exchange(driver, native, call, url);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return Object.defineProperties(carrying, { name: { value: "fetch" }, length: { value: 1 } });
}

/**
 * @param {Driver} driver
 * @param {typeof fetch} native
 * @param {Call} call
 * @param {string} url as its caller gave it
 * @returns {Promise<Response>}
 */
async function exchange(driver, native, call, url) {
  const { credentials, headers: given, oneShot, signal } = call;
  const context = new FlowContext((step) => {
    const sent = credentials === undefined ? step.credentials : credentials;
    return withStack(send(native, call, step, sent));
  }, signal);
  const headers = given === NO_HEADERS ? "" : reported(given, driver.plan);
  const verdict = await driver.run(driver.exchange({ headers, oneShot, url }, context), context);
  if (verdict.verdict === "fail") {
    const { error } = verdict;
    throw coreError(error, context.failure, driver.effects?.responseOf(error, context));
  }
  const isRefreshs = verdict.verdict === "deliver" && verdict.refresh;
  const response = isRefreshs ? context.refreshResponse?.clone() : context.response;
  return /** @type {Response} */ (response);
}

/**
 * @param {typeof fetch} native
 * @param {Call} call
 * @param {Carried} [step] without it, the request is sent as its caller made it
 * @param {RequestCredentials | null} [credentials]
 */
const send = (native, call, step = {}, credentials = call.credentials) =>
  native.call(globalThis, ...call.attempt(step, credentials ?? undefined));

/**
 * Pyodide recognises errors by their stack; a task that gets an error without one never ends. WebKit's
 * network errors have none.
 *
 * @param {Promise<Response>} response
 */
async function withStack(response) {
  try {
    return await response;
  } catch (error) {
    if (error instanceof Error && !error.stack) error.stack = `${error}`;
    throw error;
  }
}

/**
 * A call in its current state: before the request is sent (again), its caller may change the arguments, and
 * the page its address.
 *
 * @param {string} href
 * @param {Request | null} request
 * @param {any} init
 * @returns {Call}
 */
function callOf(href, request, init) {
  if (init === undefined || init === null) {
    if (!request) return callOfOptions(href, {});
    const isBodiless = ["GET", "HEAD"].includes(methodOf(request));
    // The browser's own snapshot. If the browser takes the body out of a Request, clones are sent. They share
    // the data that was read: so a stream is buffered, and never sent again without its content.
    return callOfRequest(isBodiless ? cloneOf(request) : new NativeRequest(request));
  }
  if (isPlain(init)) {
    const options = { ...init }; // reads getters once
    const { body, credentials } = options;
    if (isStream(body)) return callOfOptions(request ?? href, options);
    const isFixed = !body || typeof body === "string" || isBlob(body);
    if (!request && isFixed) return callOfOptions(href, options);
    return callOfRequest(new NativeRequest(request ?? href, options), credentials);
  }
  // The browser reads any other object itself: each option once, in its own order.
  /** @type {RequestCredentials | undefined} */
  let credentials;
  const read = new Proxy(init, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name === "credentials") credentials = value;
      return value;
    },
  });
  const made = new NativeRequest(request ?? href, read);
  return callOfRequest(made, isRequest(init) ? undefined : credentials);
}

/**
 * @param {RequestInfo} target
 * @param {RequestInit} options a copy of the caller's own; its body is not changed, or is sent only once
 * @returns {Call}
 */
function callOfOptions(target, options) {
  const { headers: given, signal } = options;
  const request = isRequest(target) ? target : null;
  const headers = callersOf(given === undefined && request ? headersIn(request) : given);
  return {
    attempt(step, credentials) {
      const its = { ...options, headers: headers.carry(step) };
      if (credentials !== undefined) its.credentials = credentials;
      // If a Request is copied with options, browsers lose these properties.
      return request ? [cloneOf(request), { ...referrerOf(request), ...its }] : [target, its];
    },
    headers,
    credentials: chosenOf(request, options.credentials),
    signal: signal === undefined && request ? signalIn(request) : (signal ?? null),
    oneShot: isStream(options.body),
  };
}

/**
 * @param {Request} request that is no longer changed
 * @param {RequestCredentials} [credentials] the caller's choice
 * @returns {Call}
 */
function callOfRequest(request, credentials) {
  return {
    attempt(step, its) {
      const copy = cloneOf(request);
      change(headersIn(copy), step);
      return its === undefined ? [copy] : [copy, { ...referrerOf(request), credentials: its }];
    },
    headers: headersIn(request),
    credentials: chosenOf(request, credentials),
    signal: signalIn(request),
    oneShot: false,
  };
}

/**
 * @param {Request | null} request
 * @param {RequestCredentials} [credentials]
 * @returns {RequestCredentials | undefined}
 */
function chosenOf(request, credentials) {
  if (credentials !== undefined || !request) return credentials;
  // "same-origin" may be the default.
  return credentialsOf(request) === "omit" ? "omit" : undefined;
}

/** @type {Callers} */
const NO_HEADERS = {
  has: () => false,
  get: () => null,
  carry: ({ headers = {} }) => headers,
};

/**
 * A snapshot of headers; the names keep their case.
 *
 * @param {any} given
 * @returns {Callers}
 */
function callersOf(given) {
  if (given === undefined) return NO_HEADERS;
  if (isHeaders(given)) {
    // Headers return their names in lower case; the browser itself copies the original names.
    const copy = (/** @type {Headers} */ headers) => new NativeRequest(BLANK, { headers }).headers;
    const kept = copy(given);
    return {
      has: (name) => kept.has(name),
      get: (name) => kept.get(name),
      carry: (step) => change(copy(kept), step),
    };
  }
  const pairs = pairsOf(given);
  const found = (/** @type {string} */ wanted) =>
    pairs.filter(([name]) => name.toLowerCase() === wanted);
  return {
    has: (name) => found(name).length > 0,
    get: (name) =>
      found(name)
        .map(([, text]) => text.trim())
        .join(", "),
    carry({ drop = [], headers = {} }) {
      const replaced = [...drop, ...Object.keys(headers)];
      const kept = pairs.filter(([name]) => !replaced.includes(name.toLowerCase()));
      return [...kept, ...Object.entries(headers)];
    },
  };
}

// A Request needs an address; no request is sent to this one.
const BLANK = "about:blank";

/** @param {Headers} headers @param {Carried} step */
function change(headers, { drop = [], headers: ours = {} }) {
  for (const name of drop) headers.delete(name);
  for (const [name, text] of Object.entries(ours)) headers.set(name, text);
  return headers;
}

/**
 * The names and values of a sequence or a record, converted as the platform does.
 *
 * @param {any} given
 * @returns {[string, string][]}
 */
function pairsOf(given) {
  if (Object(given) !== given) new Headers(given); // throws
  const entries = given[Symbol.iterator] == null ? entriesOf(given) : [...given];
  return entries.map((entry) => {
    if (Object(entry) !== entry) new Headers(/** @type {any} */ ([entry])); // throws
    const pair = [...entry];
    if (pair.length !== 2) new Headers(/** @type {any} */ ([pair])); // throws
    return [`${pair[0]}`, `${pair[1]}`];
  });
}

/** @param {any} record @returns {[PropertyKey, unknown][]} */
function entriesOf(record) {
  const isEnumerable = (/** @type {PropertyKey} */ key) =>
    Object.getOwnPropertyDescriptor(record, key)?.enumerable;
  return Reflect.ownKeys(record)
    .filter(isEnumerable)
    .map((key) => [key, record[key]]);
}

/** @param {any} init @returns whether all its properties are its own, as in an object literal */
const isPlain = (init) =>
  typeof init === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(init));
