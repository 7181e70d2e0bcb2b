// Bodies and headers as an XMLHttpRequest knows them.

/**
 * @param {any} response of any response type
 * @returns {string | Promise<string>}
 */
export function textOf(response) {
  if (typeof response === "string") return response;
  if (response instanceof ArrayBuffer) return new TextDecoder().decode(response);
  if (response instanceof Blob) return response.text();
  return globalThis.Document && response instanceof Document
    ? ""
    : (JSON.stringify(response) ?? "");
}

/**
 * @param {Response} reply
 * @param {XMLHttpRequestResponseType} type
 * @returns {Promise<any>}
 */
export async function bodyOf(reply, type) {
  try {
    switch (type) {
      case "json":
        return await reply.json();
      case "arraybuffer":
        return await reply.arrayBuffer();
      case "blob":
        return await reply.blob();
      case "document":
        return null;
      default:
        return await reply.text();
    }
  } catch {
    return null; // as the native object says of a body that is not of its type
  }
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
