// Bodies, headers and responses in the types that an XMLHttpRequest knows.

import { written } from "../../flow/context.js";
import { bytesOf, headersOf } from "../../host/responses.js";
import { isBlob, isBuffer, isDocument, isForm, isQuery } from "../brands.js";

/**
 * A response that is shown in place of the native one.
 *
 * @typedef {object} ShownResponse
 * @property {number} status
 * @property {string} statusText
 * @property {string} url
 * @property {Headers} headers
 * @property {any} body in the response type's form
 * @property {Document | null} xml
 * @property {number} size of the body in bytes
 */

/** @type {ShownResponse} */
export const NO_RESPONSE = {
  status: 0,
  statusText: "",
  url: "",
  headers: new Headers(),
  body: null,
  xml: null,
  size: 0,
};

/** @param {Response} response @returns {ShownResponse} its head; the body has not arrived yet */
export const shownHead = ({ status, statusText, url, headers }) => ({
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
  return { ...shownHead(response), ...contentOf(bytes, type(), response.headers) };
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

/**
 * @param {any} response of any response type
 * @returns {string | Promise<string>}
 */
export function textOf(response) {
  if (typeof response === "string") return response;
  if (response instanceof ArrayBuffer) return new TextDecoder().decode(response);
  if (response instanceof Blob) return response.text();
  return isDocument(response) ? "" : (written(response) ?? "");
}

/**
 * A snapshot of a request's body: its caller may change it before it is sent again.
 *
 * @param {any} body
 */
export function snapshotOf(body) {
  if (typeof body === "string" || body === null || body === undefined) return body;
  if (isBuffer(body)) return copyOf(body, 0, body.byteLength);
  if (ArrayBuffer.isView(body)) return copyOf(body.buffer, body.byteOffset, body.byteLength);
  if (isBlob(body)) return body; // immutable
  if (isQuery(body)) return new URLSearchParams(body);
  if (isForm(body)) {
    const form = new FormData();
    for (const [name, entry] of body) form.append(name, /** @type {any} */ (entry));
    return form;
  }
  return isDocument(body) ? body.cloneNode(true) : `${body}`;
}

/** @param {ArrayBufferLike} buffer @param {number} start @param {number} size */
function copyOf(buffer, start, size) {
  if (!isBuffer(buffer)) return new Uint8Array(buffer, start, size); // shared: the browser refuses it
  // A buffer that has been transferred cannot be read; it is sent as an empty body.
  return size === 0 ? new Uint8Array() : new Uint8Array(buffer, start, size).slice();
}
