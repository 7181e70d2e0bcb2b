// Reading a response that its caller reads too, and passing one to another realm.

/**
 * Read a response that its caller can still read afterwards.
 *
 * @param {Response} response
 * @param {number} timeout milliseconds
 * @returns {Promise<string>} empty if it broke off or took too long: its caller gets that error
 */
export async function textWithin(response, timeout) {
  try {
    return (await wholeText(response.clone(), timeout)) ?? "";
  } catch {
    return ""; // its caller has read it
  }
}

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

/**
 * A response as data that can be posted to another realm.
 *
 * @typedef {{status: number, statusText: string, url: string, headers: [string, string][], body: string}} ResponseData
 */

/**
 * @param {Response} response which can still be read afterwards
 * @param {number} [timeout] milliseconds; afterwards its body is empty
 * @returns {Promise<ResponseData>}
 */
export async function toData(response, timeout = 10_000) {
  const { status, statusText, url, headers } = response;
  return {
    status,
    statusText,
    url,
    headers: [...headers],
    body: await textWithin(response, timeout),
  };
}

/** @param {ResponseData} data @returns {Response} */
export function fromData(data) {
  const { url, body, ...init } = data;
  return Object.defineProperties(new Response(body || null, init), {
    url: { value: url },
    clone: { value: () => fromData(data) },
  });
}
