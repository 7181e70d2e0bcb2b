// The page's hooks around the calls that a worker's core makes: the worker asks for them as it asks for
// cookies. What crosses are a call's parts and its reply, as data.

import { fromData, toData } from "../host/responses.js";

/**
 * @typedef {import("../api/types.js").BackendCall} BackendCall
 * @typedef {import("../host/hooks.js").HookFunctions} HookFunctions
 * @typedef {import("./wire.js").Link} Link
 */

/**
 * The page's side.
 *
 * @param {() => import("../host/hooks.js").Hooks} hooks
 * @returns {Record<string, import("./wire.js").Service>}
 */
export const hookServices = (hooks) => ({
  /** @param {BackendCall} call */
  async before(call) {
    const { preAPIHook } = hooks();
    if (!preAPIHook) return undefined;
    const { url, requestInit } = await hooks().before(revived(call));
    return asData(new Request(url, requestInit));
  },
  /** @param {BackendCall} call @param {import("../host/responses.js").ResponseData} reply */
  after: (call, reply) => hooks().after(revived(call), fromData(reply)),
});

/**
 * The worker's side.
 *
 * @param {() => Link | null} link
 * @returns {HookFunctions}
 */
export const lentHooks = (link) => ({
  preAPIHook: (call) => link()?.ask("before", told(call)),
  postAPIHook: async ({ fetchResponse, ...call }) =>
    link()?.ask("after", told(call), await toData(fetchResponse)),
});

/**
 * A call as it can be told to another realm, whoever has made its headers.
 *
 * @param {BackendCall} call
 * @returns {object}
 */
function told({ requestInit, ...call }) {
  const { headers } = requestInit;
  const sent = headers instanceof Headers ? [...headers] : headers;
  return { ...call, requestInit: { ...requestInit, headers: sent } };
}

/**
 * @param {BackendCall} call
 * @returns {BackendCall}
 */
function revived({ requestInit, ...call }) {
  const { headers } = requestInit;
  const given = Array.isArray(headers) ? new Headers(headers) : (headers ?? {});
  return { ...call, requestInit: { ...requestInit, headers: given } };
}

const PARTS = /** @type {const} */ ([
  "method",
  "credentials",
  "mode",
  "cache",
  "redirect",
  "referrer",
  "referrerPolicy",
  "integrity",
  "keepalive",
]);

/**
 * What a hook made of a call.
 *
 * @param {Request} request
 * @returns {Promise<object>}
 */
async function asData(request) {
  const parts = Object.fromEntries(PARTS.map((name) => [name, request[name]]));
  const body = request.body ? await request.blob() : undefined;
  return { url: request.url, requestInit: { ...parts, body, headers: [...request.headers] } };
}
