// Reading a response that its caller reads too, and passing one to another realm.

import { wholeText } from "./responses.js";

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
