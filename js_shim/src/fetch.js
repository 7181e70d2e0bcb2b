// The page's fetch, carrying the session.

import { Carrier } from "./drive.js";
import { SuperTokensError } from "./errors.js";
import { reported, urlOf } from "./target.js";

/**
 * @typedef {import("./shim.js").Shim} Shim
 * @typedef {import("./drive.js").Step} Step
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
      if (shim.covers(urlOf(input))) return exchange(connection, native, input, init);
    } else if (gate) {
      const url = urlOf(input);
      if (gate.holds(url)) {
        const held = gate.pass(signalOf(input, init));
        return held.then(() => globalThis.fetch(input, init));
      }
      if (gate.loads(url)) return gate.watch(url, native.call(globalThis, input, init));
    }
    return native.call(globalThis, input, init);
  };
}

/**
 * @param {import("./shim.js").Connection} connection
 * @param {typeof fetch} native
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
async function exchange({ driver, host, plan }, native, input, init = {}) {
  const request = input instanceof Request ? input : null;
  const callers = new Headers(init.headers ?? request?.headers);
  // A Request's "same-origin" may be the default; what was chosen for this call is respected.
  const chosen = init.credentials ?? (request?.credentials === "omit" ? "omit" : undefined);

  const attempt = (/** @type {Step} */ step) => {
    const headers = new Headers(callers);
    for (const name of step.drop ?? []) headers.delete(name);
    for (const [name, text] of Object.entries(step.headers ?? {})) headers.set(name, text);
    /** @type {RequestInit} */
    const options = { ...init, headers };
    const credentials = chosen ?? step.credentials;
    if (credentials) options.credentials = credentials;
    return native.call(globalThis, request ? request.clone() : input, options);
  };

  const carrier = new Carrier(attempt, signalOf(input, init));
  const oneShot = init.body instanceof ReadableStream;
  if (host.jar.lags) await host.jar.fresh();
  const first = driver.exchange(reported(callers, plan), oneShot, carrier);
  const verdict = await driver.run(first, carrier);
  if (verdict.error) throw new SuperTokensError(verdict.error, carrier.failure);
  const reply = verdict.refresh ? carrier.refreshReply?.clone() : carrier.reply;
  return /** @type {Response} */ (reply);
}

/**
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 * @returns {AbortSignal | null}
 */
function signalOf(input, init) {
  return init?.signal ?? (input instanceof Request ? input.signal : null);
}
