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
 * @property {Document | null} xml
 * @property {number} size of the body in bytes
 */

/** @type {Reply} */
export const NO_REPLY = {
  status: 0,
  statusText: "",
  url: "",
  headers: new Headers(),
  body: null,
  xml: null,
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
  return { status, statusText, url, headers, ...contentOf(bytes, type, headers) };
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
  return { status, statusText, url, headers, ...contentOf(bytes, type, headers) };
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
 * @param {Headers} headers
 * @returns {Pick<Reply, "body" | "xml" | "size">}
 */
function contentOf(bytes, type, headers) {
  const size = bytes.byteLength;
  const contentType = headers.get("content-type") ?? "";
  if (type === "arraybuffer") return { body: bytes, xml: null, size };
  if (type === "blob") return { body: new Blob([bytes], { type: contentType }), xml: null, size };
  const text = new TextDecoder().decode(bytes);
  if (type === "json") return { body: jsonOf(text), xml: null, size };
  // Where it is not asked for, HTML is no document.
  const xml = documentOf(text, contentType, type === "document" ? "html|xml" : "xml");
  return { body: type === "document" ? xml : text, xml, size };
}

/** @param {string} text */
function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // as the native object says of a body that is not of its type
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
    return null; // a worker, or a page that trusts no text
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

/**
 * A reply that can be told to another realm.
 *
 * @typedef {{status: number, statusText: string, url: string, headers: [string, string][], body: string}} ReplyData
 */

/**
 * @param {Response} reply which can still be read afterwards
 * @returns {Promise<ReplyData>}
 */
export async function toData(reply) {
  const { status, statusText, url, headers } = reply;
  return { status, statusText, url, headers: [...headers], body: await reply.clone().text() };
}

/**
 * @param {ReplyData} data
 * @returns {Response}
 */
export function fromData(data) {
  const { url, body, ...init } = data;
  return Object.defineProperties(new Response(body || null, init), {
    url: { value: url },
    clone: { value: () => fromData(data) },
  });
}
