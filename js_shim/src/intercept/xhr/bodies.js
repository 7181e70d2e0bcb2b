// Bodies in the types that an XMLHttpRequest knows.

import { written } from "../../flow/context.js";
import { isBlob, isBuffer, isDocument, isForm, isQuery } from "../brands.js";

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
