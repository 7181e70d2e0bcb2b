// The page's hooks around the calls of a worker's core. The worker calls them through the page, like cookies:
// the call and its response are sent as data.

import { fromData, toData } from "../host/response_data.js";
import { fieldsOf, malformed } from "./link.js";

/** @import {BackendCall} from "../api/types.js" */
/** @import {HookFunctions, Hooks} from "../host/hooks.js" */
/** @import {ResponseData} from "../host/response_data.js" */
/** @import {CallData, ChangedCallData, PageLink, PageServices} from "./wire.js" */

/**
 * The page's side.
 *
 * @param {() => Hooks} hooks
 * @returns {Pick<PageServices, "before" | "after">}
 */
export const hookServices = (hooks) => ({
  async before(call) {
    if (!hooks().preAPIHook) return undefined;
    const { url, requestInit } = await hooks().before(callFrom(call));
    return requestData(new Request(url, requestInit));
  },
  after: (call, response) => hooks().after(callFrom(call), responseFrom(response)),
});

/**
 * The worker's side.
 *
 * @param {() => PageLink | null} link
 * @returns {HookFunctions}
 */
export const proxiedHooks = (link) => ({
  preAPIHook: (call) => link()?.ask("before", callData(call)),
  postAPIHook: async ({ fetchResponse, ...call }) =>
    link()?.ask("after", callData(call), await toData(fetchResponse)),
});

/** @param {BackendCall} call @returns {CallData} */
function callData({ requestInit, ...call }) {
  const { headers } = requestInit;
  const sent = headers instanceof Headers ? [...headers] : headers;
  return { ...call, requestInit: { ...requestInit, headers: sent } };
}

/**
 * @param {unknown} call sent by a worker
 * @returns {BackendCall}
 */
function callFrom(call) {
  const { action, url, requestInit, userContext } = fieldsOf(call);
  if (typeof action !== "string" || typeof url !== "string") throw malformed();
  const { headers = {}, ...init } = fieldsOf(requestInit);
  const given = Array.isArray(headers) ? new Headers(headers) : headers;
  return {
    // Those of recipes are Python's; the type is supertokens-website's.
    action: /** @type {BackendCall["action"]} */ (action),
    url,
    requestInit: /** @type {RequestInit} */ ({ ...init, headers: given }),
    userContext,
  };
}

/**
 * @param {unknown} response sent by a worker
 * @returns {Response}
 */
function responseFrom(response) {
  const { status, headers, body } = fieldsOf(response);
  if (typeof status !== "number" || !Array.isArray(headers) || typeof body !== "string")
    throw malformed();
  return fromData(/** @type {ResponseData} */ (response));
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
 * @param {Request} request the hook's version of a call
 * @returns {Promise<ChangedCallData>}
 */
async function requestData(request) {
  const parts = Object.fromEntries(PARTS.map((name) => [name, request[name]]));
  const body = request.body ? await request.blob() : undefined;
  return { url: request.url, requestInit: { ...parts, body, headers: [...request.headers] } };
}
