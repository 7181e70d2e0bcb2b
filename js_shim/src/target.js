// Which requests are ours, by the core's plan.

/**
 * @typedef {object} Target
 * @property {string} apiDomain
 * @property {string} hostname
 * @property {string | null} domain
 * @property {string | undefined} [skip] a URL that contains this marker is never ours
 *
 * What the core tells the shim once, as data (supertokens_pyodide/_core/messages.py).
 *
 * @typedef {object} Plan
 * @property {string} apiDomain scheme, host and port
 * @property {string} hostname the API's host, ports play no part
 * @property {string | null} domain this domain and all below it are ours as well
 * @property {string} skip a URL that contains this marker is never ours
 * @property {string[]} requestHeaders the caller's headers to report
 * @property {string[]} replyHeaders the reply's headers to report
 * @property {string[]} probe a cookie write that keeps nothing of a session, and its undoing
 * @property {number[]} statuses those of replies that the core acts on
 * @property {number} protocol
 */

// PyScript may give a worker a document, each look at which is a call to the page.
export const IN_WORKER = "WorkerGlobalScope" in globalThis;

/** What relative URLs are relative to. */
export const baseUrl = () =>
  (IN_WORKER ? undefined : globalThis.document?.baseURI) ?? location.href;

/**
 * @param {RequestInfo | URL} input what a caller gave to fetch
 * @returns {string}
 */
export function urlOf(input) {
  return typeof input === "object" && input && "url" in input ? input.url : String(input);
}

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

/** A host name as configured: with or without scheme, with or without a leading dot. */
export const hostnameOf = (/** @type {string} */ domain) =>
  resolveUrl(/^https?:\/\//.test(domain) ? domain : `https://${domain.replace(/^\./, "")}`)
    ?.hostname ?? "";

/**
 * @param {Pick<Target, "hostname" | "domain" | "skip">} plan
 * @param {string} url
 * @param {string} [base] what a relative URL is relative to
 */
export function isOurs(plan, url, base) {
  if (plan.skip && url.includes(plan.skip)) return false;
  const hostname = resolveUrl(url, base)?.hostname;
  if (!hostname) return false;
  return (
    hostname === plan.hostname ||
    (plan.domain !== null && (hostname === plan.domain || hostname.endsWith(`.${plan.domain}`)))
  );
}

/**
 * The request headers that the core wants to see.
 *
 * @param {Headers} headers the caller's
 * @param {Pick<Plan, "requestHeaders">} plan
 * @returns {string} JSON, or nothing where there are none
 */
export function reported(headers, plan) {
  const found = plan.requestHeaders.filter((name) => headers.has(name));
  if (found.length === 0) return "";
  return JSON.stringify(Object.fromEntries(found.map((name) => [name, headers.get(name)])));
}
