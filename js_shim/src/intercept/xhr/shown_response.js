// A response that an XMLHttpRequest shows in place of its own: that of the refresh call.

import { bytesOf, headersOf } from "../../host/responses.js";
import { DONE, HEADERS_RECEIVED, LOADING, NO_RESPONSE } from "./states.js";

/** @import {ShownResponse} from "./states.js" */
/** @import {Stage} from "./stage.js" */

/**
 * Fire the event for the head of another response in place of the native one; its body has not arrived yet.
 *
 * @param {Stage} stage
 * @param {Response} response
 */
export function showHead(stage, response) {
  stage.endSilently();
  stage.play([{ type: "readystatechange", state: HEADERS_RECEIVED }], headOf(response));
}

/**
 * Fire the events that follow the head of another response in place of the native one.
 *
 * @param {Stage} stage
 * @param {ShownResponse} response
 * @param {boolean} isAsync
 */
export function showResponse(stage, response, isAsync) {
  stage.endSilently();
  const { size } = response;
  const progress = { lengthComputable: size > 0, loaded: size, total: size };
  const body = [
    { type: "readystatechange", state: LOADING },
    { type: "progress", state: LOADING, progress },
  ];
  const end = [
    { type: "readystatechange", state: DONE },
    { type: "load", state: DONE, progress },
    { type: "loadend", state: DONE, progress },
  ];
  stage.play(isAsync && size > 0 ? [...body, ...end] : end, response);
}

/** @param {Response} response @returns {ShownResponse} */
const headOf = ({ status, statusText, url, headers }) => ({
  ...NO_RESPONSE,
  ...{ status, statusText, url, headers },
});

/**
 * @param {Response} response
 * @param {() => XMLHttpRequestResponseType} type which may change until the body has arrived
 * @param {number} timeout milliseconds; afterwards the part that has arrived is the body
 * @returns {Promise<ShownResponse>}
 */
export async function shownResponseOf(response, type, timeout) {
  const { bytes } = await bytesOf(response, timeout);
  return { ...headOf(response), ...contentOf(bytes, type(), response.headers) };
}

/**
 * @param {XMLHttpRequest} call whose response is text
 * @param {XMLHttpRequestResponseType} type
 * @returns {ShownResponse}
 */
export function shownResponseOfCall(call, type) {
  const { status, statusText, responseURL: url, responseText } = call;
  const headers = headersOf(call);
  const bytes = new TextEncoder().encode(responseText).buffer;
  return { status, statusText, url, headers, ...contentOf(bytes, type, headers) };
}

/**
 * @param {ArrayBuffer} bytes
 * @param {XMLHttpRequestResponseType} type
 * @param {Headers} headers
 * @returns {Pick<ShownResponse, "body" | "xml" | "size">}
 */
function contentOf(bytes, type, headers) {
  const size = bytes.byteLength;
  const contentType = headers.get("content-type") ?? "";
  if (type === "arraybuffer") return { body: bytes, xml: null, size };
  if (type === "blob") return { body: new Blob([bytes], { type: contentType }), xml: null, size };
  const text = new TextDecoder().decode(bytes);
  if (type === "json") return { body: jsonOf(text), xml: null, size };
  // HTML is a document only if the caller asked for one.
  const xml = documentOf(text, contentType, type === "document" ? "html|xml" : "xml");
  return { body: type === "document" ? xml : text, xml, size };
}

/** @param {string} text */
function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // as the native object does if a body is not of its type
  }
}

/**
 * @param {string} text
 * @param {string} contentType
 * @param {string} kinds
 * @returns {Document | null}
 */
function documentOf(text, contentType, kinds) {
  const pattern = new RegExp(`^(?:text|application)/(?:${kinds})\\b`, "i");
  const [type] = pattern.exec(contentType) ?? [];
  if (!type || !text) return null;
  const kind = /** @type {DOMParserSupportedType} */ (type.toLowerCase());
  try {
    return new DOMParser().parseFromString(text, kind);
  } catch {
    return null; // in a worker, or on a page with Trusted Types
  }
}
