// The page's fetch, carrying the session.

import { reported } from "../core/plan.js";
import { coreError } from "../errors.js";
import { FlowContext } from "../flow/flow.js";
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

/**
 * @typedef {import("../page/shim.js").Shim} Shim
 * @typedef {import("../flow/flow.js").Step} Step
 *
 * The headers that a caller gave: `has` and `get` as Headers have them; `carry` makes those of an attempt.
 * @typedef {{has(name: string): boolean, get(name: string): string | null, carry(step: Step): HeadersInit}} Callers
 *
 * What a caller gave to fetch, converted once: what is judged is what is sent, in each attempt.
 *
 * @typedef {object} Call
 * @property {(step: Step, credentials: RequestCredentials | undefined) => [RequestInfo, RequestInit?]} attempt
 *   what the native fetch gets
 * @property {Pick<Callers, "has" | "get">} headers
 * @property {RequestCredentials | undefined} credentials the caller's choice
 * @property {AbortSignal | null} signal
 * @property {boolean} oneShot
 */

/**
 * @param {Shim} shim
 * @param {typeof fetch} native
 * @returns {typeof fetch}
 */
export function sessionFetch(shim, native) {
  const { life } = shim;
  const carrying = (/** @type {any[]} */ ...args) => {
    const { connection, gate } = shim;
    const bare = () => Reflect.apply(native, globalThis, args);
    // A page may have wrapped this function: it stays where it is after close(), and after the next init().
    if (shim.life !== life || args.length === 0 || !(connection ?? gate)) return bare();
    try {
      const [input, init] = args;
      const request = isRequest(input) ? input : null;
      const url = request ? urlOf(request) : `${input}`;
      const target = resolveUrl(url);
      if (!request) args[0] = url;
      if (connection ? !shim.covers(url, target) : !gate?.holds(url, target)) {
        return gate && !connection && gate.loads(url) ? gate.watch(url, bare()) : bare();
      }
      const call = callOf(target?.href ?? url, request, init);
      if (call.signal?.aborted || asksIndex(call.headers)) return send(native, call);
      if (connection) return /** @type {Promise<Response>} */ (exchange(connection, native, call));
      const isOurs = () => shim.life === life && shim.covers(url, target);
      return hold(shim, native, call, url, isOurs);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return Object.defineProperties(carrying, { name: { value: "fetch" }, length: { value: 1 } });
}

/**
 * Do before the core is up what can be done, and wait for it with the rest.
 *
 * @param {Shim} shim
 * @param {typeof fetch} native
 * @param {Call} call
 * @param {string} url as its caller gave it
 * @param {() => boolean} isOurs asked again when the core is there, which knows better
 * @returns {Promise<Response>}
 */
async function hold(shim, native, call, url, isOurs) {
  const gate = /** @type {import("../boot/gate.js").Gate} */ (shim.gate);
  const response = gate.early && (await exchange(gate.early, native, call));
  if (response) return response;
  if (gate.mayLoad(url)) return send(native, call);
  await gate.pass(call.signal);
  const { connection } = shim;
  if (!connection || !isOurs()) return send(native, call);
  return /** @type {Promise<Response>} */ (exchange(connection, native, call));
}

/**
 * @param {import("../page/shim.js").Connection | import("../core/early.js").Early} connection
 * @param {typeof fetch} native
 * @param {Call} call
 * @returns {Promise<Response | null>} null where it takes the core, which is not up
 */
async function exchange({ driver, host, plan }, native, call) {
  const { credentials, headers, oneShot, signal } = call;
  const attempt = (/** @type {Step} */ step) =>
    send(native, call, step, credentials === undefined ? step.credentials : credentials);
  const context = new FlowContext(attempt, signal);
  if (host?.jar.isMirrored) await host.jar.sync();
  const known = headers === NO_HEADERS ? "" : reported(headers, plan);
  const first = driver.exchange(known, oneShot, context);
  if (!first) return null;
  const verdict = await driver.run(first, context);
  const { error } = verdict;
  if (error) throw coreError(error, context.failure, driver.responseOf(error, context));
  const response = verdict.refresh ? context.refreshReply?.clone() : context.reply;
  return /** @type {Response} */ (response);
}

/**
 * @param {typeof fetch} native
 * @param {Call} call
 * @param {Step} [step] without one it goes out as its caller made it
 * @param {RequestCredentials | null} [credentials]
 */
const send = (native, call, step = {}, credentials = call.credentials) =>
  native.call(globalThis, ...call.attempt(step, credentials ?? undefined));

/**
 * A call as it is now: before it is sent (again), its caller may change what it was made with, and the
 * page its address.
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
    // The browser's own snapshot. A body that it takes out of a Request is sent as clones, which share
    // what has been read of it: a stream is buffered so, and never sent again empty.
    return callOfRequest(isBodiless ? request : new NativeRequest(request));
  }
  if (isPlain(init)) {
    const options = { ...init }; // reads getters once
    const { body, credentials } = options;
    if (isStream(body)) return callOfOptions(request ?? href, options);
    const isFixed = !body || typeof body === "string" || isBlob(body);
    if (!request && isFixed) return callOfOptions(href, options);
    return callOfRequest(new NativeRequest(request ?? href, options), credentials);
  }
  // The browser reads an object of any other kind: each option once, in its own order.
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
 * @param {RequestInit} options a copy of the caller's own, whose body stays as it is or is sent only once
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
      // Options make browsers forget these of a Request.
      return request ? [cloneOf(request), { ...referrerOf(request), ...its }] : [target, its];
    },
    headers,
    credentials: chosenOf(request, options.credentials),
    signal: signal === undefined && request ? signalIn(request) : (signal ?? null),
    oneShot: isStream(options.body),
  };
}

/**
 * @param {Request} request which nobody changes any more
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
 * Headers as they are now, their names in the case in which they were given.
 *
 * @param {any} given
 * @returns {Callers}
 */
function callersOf(given) {
  if (given === undefined) return NO_HEADERS;
  if (isHeaders(given)) {
    // They tell their names in lower case only; the browser itself copies them as they are.
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

// Where no request goes: a Request needs an address.
const BLANK = "about:blank";

/**
 * @param {Headers} headers
 * @param {Step} step
 */
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

/** @param {any} init @returns whether all it holds is its own, as of an object literal */
const isPlain = (init) =>
  typeof init === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(init));
