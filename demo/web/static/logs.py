"""The two logs: the SDK's events, and all requests to the API, those of the SDK included."""

import re
from typing import Any

from js import URL, Date, Object, PerformanceObserver, performance
from page import Json, by_id, copy_of  # type: ignore[import-not-found]  # a file of the page
from pyodide.ffi import create_proxy, to_js

LONGEST = 100

# The page's own files are not worth a line.
API = re.compile(r"^/(api|auth)/")


def _add(log_id: str, moment: float, title: str, detail: str, kind: str) -> None:
    row = copy_of("log-row")
    row.dataset.kind = kind
    row.querySelector("time").textContent = Date.new(moment).toLocaleTimeString()
    row.querySelector("b").textContent = title
    row.querySelector("span").textContent = detail

    log = by_id(log_id)
    log.prepend(row)
    if log.children.length > LONGEST:
        log.lastElementChild.remove()


def log_event(event: Json) -> None:
    detail = "in another tab" if event.get("other_tab") else ""
    if "session_expired_or_revoked" in event:
        gone = event["session_expired_or_revoked"]
        detail = f"session expired or revoked: {'yes' if gone else 'no'}"
    _add("event-log", Date.now(), event["action"], detail, event["action"])


def _kind_of(path: str, status: int | None) -> str:
    if path.endswith("/session/refresh"):
        return "refresh"
    if status is None:
        return "unknown"
    return "good" if 200 <= status < 400 else "bad"


def _log_request(entry: Any) -> None:
    url = URL.new(entry.name)
    if not API.match(url.pathname):
        return
    # 0 for a request that failed; WebKit reports no status.
    status = getattr(entry, "responseStatus", None)
    outcome = [] if status is None else [str(status or "failed")]
    detail = " · ".join([*outcome, f"{round(entry.duration)} ms"])
    moment = performance.timeOrigin + entry.startTime
    _add("request-log", moment, url.pathname + url.search, detail, _kind_of(url.pathname, status))


def _on_entries(entries: Any, *_more: Any) -> None:
    for entry in entries.getEntries():
        _log_request(entry)


def watch_requests() -> None:
    # The observer calls back as long as the page lives, hence a proxy that is never destroyed.
    observer = PerformanceObserver.new(create_proxy(_on_entries))
    options = {"type": "resource", "buffered": True}
    observer.observe(to_js(options, dict_converter=Object.fromEntries))
