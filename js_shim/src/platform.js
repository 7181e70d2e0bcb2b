// Where this code runs, and how addresses are read there.

// PyScript may give a worker a document, each look at which is a call to the page.
export const IN_WORKER = "WorkerGlobalScope" in globalThis;

/** Servers import the module too, and some of them have a part of this. */
export const IN_BROWSER =
  Boolean(globalThis.location && globalThis.XMLHttpRequest) &&
  (IN_WORKER || "document" in globalThis);

/**
 * @param {string} name
 * @returns {BroadcastChannel | null} null if the browser blocks it, along with storage
 */
export function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}

/** What relative URLs are relative to. */
export const baseUrl = () =>
  (IN_WORKER ? undefined : globalThis.document?.baseURI) ?? location.href;

/**
 * @param {string} url absolute, or relative
 * @param {string} [base] the page's address unless given
 * @returns {URL | null} null when it is no URL
 */
export function resolveUrl(url, base = baseUrl()) {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
}
