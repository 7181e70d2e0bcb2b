// Signatures, verified by the browser.

/** @import {Verify} from "../flow/steps.js" */

/** @param {string} base64url */
function bytesOf(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/**
 * @param {Verify} step
 * @returns {Promise<boolean | undefined>} undefined without WebCrypto: in insecure contexts
 */
export async function verify({ key, algorithm, data = "", signature = "" }) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle || !key || !algorithm) return undefined;
  try {
    const known = await subtle.importKey("jwk", key, algorithm, false, ["verify"]);
    return await subtle.verify(
      algorithm,
      known,
      bytesOf(signature),
      new TextEncoder().encode(data),
    );
  } catch {
    return false; // the key or the signature is not of this kind
  }
}
