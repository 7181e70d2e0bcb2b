// The kind of realm in which this code runs, and parsing of URLs there.

// PyScript may give a worker a document; each access to it is a call to the page.
export const IN_WORKER = "WorkerGlobalScope" in globalThis;

/** Servers import the module too, and some of them define a part of this. */
export const IN_BROWSER =
  Boolean(globalThis.location && globalThis.XMLHttpRequest) &&
  (IN_WORKER || "document" in globalThis);

/**
 * @param {string} name
 * @returns {BroadcastChannel | null} null if the browser blocks it, as it blocks storage
 */
export function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}

/** The base of relative URLs. */
export const baseUrl = () =>
  (IN_WORKER ? undefined : globalThis.document?.baseURI) ?? location.href;

/**
 * @param {string} url absolute, or relative
 * @param {string} [base] the default is the page's address
 * @returns {URL | null} null if it is not a URL
 */
export function resolveUrl(url, base = baseUrl()) {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
}
