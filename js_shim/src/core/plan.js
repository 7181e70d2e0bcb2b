// The core's plan: which requests are ours, and which parts of them it needs.

import { resolveUrl } from "../platform.js";

/**
 * @typedef {object} Hosts
 * @property {string} hostname the API's host; ports do not matter
 * @property {string | null} domain this domain and its subdomains are ours as well
 * @property {boolean} [secure] the API is on https: requests by plain http are not ours
 *
 * @typedef {Hosts & {apiDomain: string, skip?: string | undefined}} Target `apiDomain` has scheme, host and
 *   port; a URL that contains `skip` is never ours
 *
 * The data that the core gives to the shim once (supertokens_pyodide/_core/wire/plan.py).
 *
 * @typedef {Required<Target> & PlanData} Plan
 *
 * @typedef {object} PlanData
 * @property {string[]} requestHeaders the caller's headers to report
 * @property {string[]} responseHeaders the response's headers to report
 * @property {string[]} probe a cookie write for a test, which stores nothing of a session, and its undoing
 * @property {number[]} statuses of responses that the core acts on
 * @property {number} timeout of the shim's own reading of a body, in milliseconds
 * @property {number} protocol
 */

const HAS_SCHEME = /^https?:\/\//i;
const IPV4 = /^\d+(?:\.\d+){3}$/;

/** A host name as configured: with or without scheme, with or without a leading dot. */
const hostnameOf = (/** @type {string} */ domain) =>
  resolveUrl(HAS_SCHEME.test(domain) ? domain : `https://${domain.replace(/^\./, "")}`)?.hostname ??
  "";

/**
 * Which hosts are ours, by the domains as configured.
 *
 * @param {string} apiDomain the default scheme is https, but http for localhost and IP addresses
 * @param {string | null | undefined} backendDomain
 * @returns {Hosts}
 */
export function hostsOf(apiDomain, backendDomain) {
  const hostname = hostnameOf(apiDomain);
  const isLocal = hostname.startsWith("localhost") || IPV4.test(hostname);
  return {
    hostname,
    domain: backendDomain ? hostnameOf(backendDomain) : null,
    secure: HAS_SCHEME.test(apiDomain) ? /^https/i.test(apiDomain) : !isLocal,
  };
}

/** @param {string} hostname as browsers write it @returns whether it is this machine itself */
const isLoopback = (hostname) =>
  hostname === "localhost" ||
  hostname.endsWith(".localhost") ||
  hostname === "[::1]" ||
  (hostname.startsWith("127.") && IPV4.test(hostname));

/**
 * @param {Hosts & {skip?: string | undefined}} plan
 * @param {string} url
 * @param {URL | null} [target] the same, resolved
 */
export function isOurs(plan, url, target = resolveUrl(url)) {
  if (!target || (plan.skip && url.includes(plan.skip))) return false;
  const { hostname, protocol } = target;
  if (!hostname) return false;
  if (
    hostname !== plan.hostname &&
    (plan.domain === null || (hostname !== plan.domain && !hostname.endsWith(`.${plan.domain}`)))
  ) {
    return false;
  }
  // Plain http: others on the network could read the tokens.
  return !plan.secure || protocol !== "http:" || isLoopback(hostname);
}

/**
 * The request headers that the core needs.
 *
 * @param {Pick<Headers, "has" | "get">} headers the caller's
 * @param {Pick<Plan, "requestHeaders">} plan
 * @returns {string} JSON; empty if there are none
 */
export function reported(headers, plan) {
  const found = plan.requestHeaders.filter((name) => headers.has(name));
  if (found.length === 0) return "";
  return JSON.stringify(Object.fromEntries(found.map((name) => [name, headers.get(name)])));
}

/**
 * Which requests are ours by the options, until the core's plan is known.
 *
 * @param {Record<string, any>} options
 */
export function targetOf({ apiDomain = "", sessionTokenBackendDomain: domain }) {
  const hosts = hostsOf(String(apiDomain), domain && String(domain));
  return { skip: __TABLE__.skip, apiDomain: String(apiDomain), ...hosts };
}
