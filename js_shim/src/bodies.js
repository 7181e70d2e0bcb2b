// Bodies, headers and replies in the types that an XMLHttpRequest knows.

/**
 * A reply that is shown in place of the native one.
 *
 * @typedef {object} Reply
 * @property {number} status
 * @property {string} statusText
 * @property {string} url
 * @property {Headers} headers
 * @property {any} body of the response type
 * @property {number} size of the body in bytes
 */

/** @type {Reply} */
export const NO_REPLY = {
  status: 0,
  statusText: "",
  url: "",
  headers: new Headers(),
  body: null,
  size: 0,
};

/**
 * @param {Response} response
 * @param {XMLHttpRequestResponseType} type
 * @returns {Promise<Reply>}
 */
export async function replyOf(response, type) {
  const { status, statusText, url, headers } = response;
  const bytes = await response.arrayBuffer().catch(() => new ArrayBuffer(0)); // it broke off
  const body = bodyOf(bytes, type, headers.get("content-type"));
  return { status, statusText, url, headers, body, size: bytes.byteLength };
}

/**
 * @param {XMLHttpRequest} call whose response is text
 * @param {XMLHttpRequestResponseType} type
 * @returns {Reply}
 */
export function replyOfCall(call, type) {
  const { status, statusText, responseURL: url, responseText } = call;
  const headers = headersOf(call);
  const bytes = new TextEncoder().encode(responseText).buffer;
  const body = bodyOf(bytes, type, headers.get("content-type"));
  return { status, statusText, url, headers, body, size: bytes.byteLength };
}

/**
 * @param {XMLHttpRequest} call
 * @returns {Headers} of its reply
 */
export function headersOf(call) {
  const headers = new Headers();
  for (const line of call.getAllResponseHeaders().trim().split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}

/**
 * @param {ArrayBuffer} bytes
 * @param {XMLHttpRequestResponseType} type
 * @param {string | null} contentType
 */
function bodyOf(bytes, type, contentType) {
  if (type === "arraybuffer") return bytes;
  if (type === "blob") return new Blob([bytes], { type: contentType ?? "" });
  const text = new TextDecoder().decode(bytes);
  try {
    if (type === "json") return JSON.parse(text);
    if (type === "document") return documentOf(text, contentType ?? "");
    return text;
  } catch {
    return null; // as the native object says of a body that is not of its type
  }
}

/**
 * @param {string} text
 * @param {string} contentType
 */
function documentOf(text, contentType) {
  const type = /^(text\/html|(?:text|application)\/xml)\b/i.exec(contentType)?.[0].toLowerCase();
  if (!type) return null;
  return new DOMParser().parseFromString(text, /** @type {DOMParserSupportedType} */ (type));
}

/**
 * @param {any} response of any response type
 * @returns {string | Promise<string>}
 */
export function textOf(response) {
  if (typeof response === "string") return response;
  if (response instanceof ArrayBuffer) return new TextDecoder().decode(response);
  if (response instanceof Blob) return response.text();
  return isDocument(response) ? "" : (JSON.stringify(response) ?? "");
}

/**
 * A request's body as it is now: its caller may change it before it is sent again.
 *
 * @param {any} body
 */
export function snapshotOf(body) {
  if (body instanceof ArrayBuffer) return body.slice(0);
  if (ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  }
  if (body instanceof URLSearchParams) return new URLSearchParams(body);
  if (body instanceof FormData) {
    const form = new FormData();
    for (const [name, entry] of body) form.append(name, /** @type {any} */ (entry));
    return form;
  }
  return isDocument(body) ? body.cloneNode(true) : body; // nothing else changes
}

// Workers know no documents.
const isDocument = (/** @type {any} */ value) =>
  typeof Document === "function" && value instanceof Document;
