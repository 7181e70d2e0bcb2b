// Bodies in the types that an XMLHttpRequest knows.

/**
 * @param {any} response of any response type
 * @returns {string | Promise<string>}
 */
export function textOf(response) {
  if (typeof response === "string") return response;
  if (response instanceof ArrayBuffer) return new TextDecoder().decode(response);
  if (response instanceof Blob) return response.text();
  return response instanceof Document ? "" : (JSON.stringify(response) ?? "");
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
