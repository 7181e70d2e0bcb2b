"""Which requests are ours, for tests without a browser (in browsers: js_shim/src/target.js)."""

from __future__ import annotations

from .._core.config.urls import (
    SKIP_MARKER,
    InvalidURL,
    hostname_of,
    is_ip_address,
    read_plain_url,
)


def covers(url: str, api_domain: str, backend_domain: str | None) -> bool:
    """Whether a request to an absolute URL carries the session, by normalised domains.

    For ordinary addresses the result is that of the shim's ``isOurs()``.
    """
    try:
        address = read_plain_url(url)
    except InvalidURL:
        return False
    host, bare = address.hostname, (backend_domain or "").removeprefix(".")
    is_ours = host == hostname_of(api_domain) or (bare and f".{host}".endswith(f".{bare}"))
    if SKIP_MARKER in url or not is_ours:
        return False
    return address.scheme == "https" or api_domain.startswith("http:") or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "[::1]") or host.endswith(".localhost"):
        return True
    return host.startswith("127.") and is_ip_address(host)
