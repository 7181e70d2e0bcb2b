// The two logs: the SDK's events, and all requests to the API, those of the SDK included.

import { byId } from "./page.js";

const LONGEST = 100;

function add(logId, time, title, detail, kind) {
  const row = byId("log-row").content.firstElementChild.cloneNode(true);
  row.dataset.kind = kind;
  row.querySelector("time").textContent = new Date(time).toLocaleTimeString();
  row.querySelector("b").textContent = title;
  row.querySelector("span").textContent = detail;

  const log = byId(logId);
  log.prepend(row);
  if (log.children.length > LONGEST) log.lastElementChild.remove();
}

export function logEvent({ action, sessionExpiredOrRevoked, otherTab }) {
  let detail = otherTab ? "in another tab" : "";
  if (sessionExpiredOrRevoked !== undefined) {
    detail = `session expired or revoked: ${sessionExpiredOrRevoked ? "yes" : "no"}`;
  }
  add("event-log", Date.now(), action, detail, action);
}

function kindOf(path, status) {
  if (path.endsWith("/session/refresh")) return "refresh";
  if (status === undefined) return "unknown";
  return status >= 200 && status < 400 ? "good" : "bad";
}

/**
 * @param status is 0 for a request that failed, and undefined in WebKit, which reports none
 * @param where made the request, unless this page did
 */
export function logRequest({ name, time, duration, status, where }) {
  const { pathname, search } = new URL(name);
  // Not the page's own files.
  if (!/^\/(api|auth)\//.test(pathname)) return;
  const detail = [where, status === 0 ? "failed" : status, `${Math.round(duration)} ms`];
  const shown = detail.filter((part) => part !== undefined).join(" · ");
  add("request-log", time, pathname + search, shown, kindOf(pathname, status));
}

export function watchRequests() {
  new PerformanceObserver((list) => {
    for (const { name, startTime, duration, responseStatus: status } of list.getEntries()) {
      logRequest({ name, time: performance.timeOrigin + startTime, duration, status });
    }
  }).observe({ type: "resource", buffered: true });
}
