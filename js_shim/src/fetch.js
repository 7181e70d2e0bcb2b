// The page's fetch, carrying the session.

import { coreError } from "./errors.js";
import { Carrier } from "./flow.js";
import { reported, resolveUrl, urlOf } from "./target.js";

/**
 * @typedef {import("./shim.js").Shim} Shim
 * @typedef {import("./flow.js").Step} Step
 */

/**
 * @param {Shim} shim
 * @param {typeof fetch} native
 * @returns {typeof fetch}
 */
export function sessionFetch(shim, native) {
  // Not an arrow function and not async: what is not ours is handed on untouched and unawaited.
  return function fetch(input, init) {
    const { connection, gate } = shim;
    if (connection) {
      if (shim.covers(urlOf(input))) {
        return /** @type {Promise<Response>} */ (
          exchange(connection, native, ...snapshotOf(input, init))
        );
      }
    } else if (gate) {
      const url = urlOf(input);
      if (gate.holds(url)) return hold(gate, native, fetch, input, init);
      if (gate.loads(url)) return gate.watch(url, native.call(globalThis, input, init));
    }
    return native.call(globalThis, input, init);
  };
}

/**
 * Do before the core is up what can be done, and wait for it with the rest.
 *
 * @param {import("./gate.js").Gate} gate
 * @param {typeof fetch} native
 * @param {typeof fetch} sessionFetch
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
async function hold(gate, native, sessionFetch, input, init) {
  const [held, options] = snapshotOf(input, init);
  const reply = gate.early && (await exchange(gate.early, native, held, options));
  if (reply) return reply;
  if (gate.mayLoad(urlOf(held))) return native.call(globalThis, held, options);
  await gate.pass(signalOf(held, options));
  return sessionFetch(held, options);
}

/**
 * @param {import("./shim.js").Connection | import("./early.js").Early} connection
 * @param {typeof fetch} native
 * @param {RequestInfo} target
 * @param {RequestInit} given
 * @returns {Promise<Response | null>} null where it takes the core, which is not up
 */
async function exchange({ driver, host, plan }, native, target, given) {
  const request = target instanceof Request ? target : null;
  const callers = new Headers(given.headers ?? request?.headers);
  // A Request's "same-origin" may be the default; what was chosen for this call is respected.
  const chosen = given.credentials ?? (request?.credentials === "omit" ? "omit" : undefined);

  const attempt = (/** @type {Step} */ step) => {
    const headers = new Headers(callers);
    for (const name of step.drop ?? []) headers.delete(name);
    for (const [name, text] of Object.entries(step.headers ?? {})) headers.set(name, text);
    /** @type {RequestInit} */
    const options = { ...given, headers };
    const credentials = chosen ?? step.credentials;
    if (credentials) options.credentials = credentials;
    if (!request) return native.call(globalThis, target, options);
    // Options make browsers forget these of a Request.
    const { referrer, referrerPolicy } = request;
    return native.call(globalThis, request.clone(), { referrer, referrerPolicy, ...options });
  };

  const carrier = new Carrier(attempt, signalOf(target, given));
  if (host?.jar.lags) await host.jar.fresh();
  const first = driver.exchange(reported(callers, plan), isOneShot(given), carrier);
  if (!first) return null;
  const verdict = await driver.run(first, carrier);
  const { error } = verdict;
  if (error) throw coreError(error, carrier.failure, driver.responseOf(error, carrier));
  const reply = verdict.refresh ? carrier.refreshReply?.clone() : carrier.reply;
  return /** @type {Response} */ (reply);
}

/**
 * A call as it is now: before it is sent (again), its caller may change what it was made with, and the
 * page its address.
 *
 * @param {RequestInfo | URL} input
 * @param {RequestInit | null} [init]
 * @returns {[RequestInfo, RequestInit]}
 */
function snapshotOf(input, init) {
  const isRequest = input instanceof Request;
  if (isRequest && !init && (input.method === "GET" || input.method === "HEAD")) return [input, {}];
  if (isRequest ? !isOneShot(init) : !isFixed(init)) {
    // The browser's own snapshot. A body that it takes out of a Request is sent as clones, which share
    // what has been read of it: a stream is buffered so, and never sent again empty.
    const credentials = init instanceof Request ? undefined : init?.credentials;
    return [new Request(input, init ?? {}), credentials ? { credentials } : {}];
  }
  return [isRequest ? input : (resolveUrl(String(input))?.href ?? String(input)), { ...init }];
}

/** @param {RequestInit | null} [init] */
const isOneShot = (init) => isPlain(init) && init?.body instanceof ReadableStream;

/**
 * @param {RequestInit | null} [init]
 * @returns whether a copy of it stays as it is, or is sent only once
 */
function isFixed(init) {
  const body = init?.body;
  const isFixedBody = !body || typeof body === "string" || body instanceof Blob;
  return isPlain(init) && (isFixedBody || isOneShot(init));
}

/** @param {RequestInit | null} [init] whether all it holds is its own, as of an object literal */
const isPlain = (init) => !init || [Object.prototype, null].includes(Object.getPrototypeOf(init));

/**
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 * @returns {AbortSignal | null}
 */
function signalOf(input, init) {
  if (init?.signal !== undefined) return init.signal;
  return input instanceof Request ? input.signal : null;
}
