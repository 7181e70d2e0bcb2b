"""A browser's cookies that pages cannot see: those of the backend."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class _Cookie:
    value: str
    #: Includes subdomains if it begins with a dot.
    domain: str
    path: str

    def goes_to(self, host: str, path: str) -> bool:
        bare = self.domain.removeprefix(".")
        is_host = host == bare or (self.domain != bare and host.endswith(self.domain))
        folder = self.path.rstrip("/") + "/"
        return is_host and (path == self.path or f"{path}/".startswith(folder))


class Jar:
    """Stores cookies and selects those for a request. Ports and ``SameSite`` are ignored."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}

    def header(self, url: str) -> str:
        """The ``Cookie`` header of a request to a URL."""
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path or "/"
        found = self._cookies.items()
        return "; ".join(f"{k[0]}={c.value}" for k, c in found if c.goes_to(host, path))

    def keep(self, url: str, set_cookies: Iterable[str]) -> None:
        """Keep the cookies of a response to a request to a URL."""
        host = urlsplit(url).hostname or ""
        for text in set_cookies:
            pair, *rest = text.split(";")
            name, _, value = (part.strip() for part in pair.partition("="))
            given = {
                key.strip().lower(): told.strip()
                for key, _, told in (part.partition("=") for part in rest)
            }
            domain = f".{given['domain'].removeprefix('.')}" if given.get("domain") else host
            cookie = _Cookie(value, domain, given.get("path") or "/")
            key = (name, cookie.domain, cookie.path)
            if _is_over(given):
                self._cookies.pop(key, None)
            else:
                self._cookies[key] = cookie

    def clear(self) -> None:
        """Remove all cookies."""
        self._cookies.clear()


def _is_over(given: dict[str, str]) -> bool:
    if "max-age" in given:
        return given["max-age"].startswith(("-", "0"))
    try:
        return parsedate_to_datetime(given["expires"]).timestamp() <= time.time()
    except (KeyError, ValueError, TypeError):
        return False
