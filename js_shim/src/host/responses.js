// Reading responses.

/**
 * @param {Response} response that has no other reader
 * @param {number} timeout milliseconds
 * @returns {Promise<string | null>} null if it broke off or took too long
 */
export async function wholeText(response, timeout) {
  const { bytes, isWhole } = await bytesOf(response, timeout);
  return isWhole ? new TextDecoder().decode(bytes) : null;
}

/**
 * @param {Response} response
 * @param {number} timeout milliseconds: a body may never end
 * @returns {Promise<{bytes: ArrayBuffer, isWhole: boolean}>} the part that arrived in time
 */
export async function bytesOf(response, timeout) {
  const reader = response.body?.getReader();
  /** @type {any[]} */
  const chunks = [];
  let isWhole = true;
  const timer = setTimeout(() => {
    isWhole = false;
    reader?.cancel().catch(() => {}); // ends the reading
  }, timeout);
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      chunks.push(next.value);
    }
  } catch {
    isWhole = false; // it broke off
  }
  clearTimeout(timer);
  return { bytes: await new Blob(chunks).arrayBuffer(), isWhole };
}

/** @param {XMLHttpRequest} call @returns {Headers} of its response */
export function headersOf(call) {
  const headers = new Headers();
  for (const line of call.getAllResponseHeaders().trim().split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
