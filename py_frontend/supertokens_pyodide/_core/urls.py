"""URL and domain rules: how configured domains are read, and which requests are ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .hosts import canonical_host, is_ip_address

# supertokens-website lets a caller opt one request out by putting this marker anywhere in its URL.
SKIP_MARKER = "superTokensDoNotDoInterception"

_ABSOLUTE = re.compile(
    r"""(?P<scheme>https?)://
        (?:[^@/?\#\\]*@)?                                  # user info plays no part in a domain
        (?P<host>\[[0-9a-f:.]+\]|[^\s\x00-\x1f\x7f:/?\#\\@\[\]<>^|%]+)
        (?::(?P<port>\d*))?
        (?P<path>[/\\][^?\#]*)?
        (?:[?\#].*)?""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL | re.ASCII,
)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


class InvalidURL(ValueError):
    """The text is no domain, URL or path that a browser would accept."""


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    hostname: str
    port: str
    path: str

    @property
    def host(self) -> str:
        return f"{self.hostname}:{self.port}" if self.port else self.hostname


def _parse(url: str) -> _Parts:
    match = _ABSOLUTE.fullmatch(url)
    if match is None:
        raise InvalidURL(url)
    scheme = match["scheme"].lower()
    port = (match["port"] or "").lstrip("0") or ("0" if match["port"] else "")
    if len(port) > 5 or int(port or 0) > 65535:
        raise InvalidURL(url)
    try:
        hostname = canonical_host(match["host"])
    except ValueError as error:
        raise InvalidURL(url) from error
    path = (match["path"] or "").replace("\\", "/")
    return _Parts(scheme, hostname, "" if port == _DEFAULT_PORTS[scheme] else port, path)


def _has_scheme(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def normalise_domain(text: str) -> str:
    """An API domain as ``scheme://host[:port]``.

    Without a scheme it is https, but http for localhost and IP addresses (as upstream). Raises
    InvalidURL.
    """
    text = text.strip()
    if _has_scheme(text):
        parts = _parse(text)
        return f"{parts.scheme}://{parts.host}"
    text = text.removeprefix(".")
    if text.startswith("/") or _OTHER_SCHEME.match(text):
        raise InvalidURL(text)
    if not ("." in text or text.startswith("localhost")):
        raise InvalidURL(text)
    parts = _parse(f"http://{text}")
    local = parts.hostname.startswith("localhost") or is_ip_address(parts.hostname)
    if local:
        return f"http://{parts.host}"
    parts = _parse(f"https://{text}")
    return f"https://{parts.host}"


def normalise_path(text: str) -> str:
    """A base path with a leading slash and without a trailing one; a full URL gives its path.

    Raises InvalidURL.
    """
    text = text.strip()
    if _has_scheme(text):
        path = _parse(text).path
    elif text.startswith("/"):
        path = _parse(f"http://path.invalid{text}").path
    elif _looks_like_domain(text):
        path = _parse(f"http://{text}").path
    else:
        path = _parse(f"http://path.invalid/{text}").path
    if re.search(r"\s", path):
        raise InvalidURL(text)
    return path.rstrip("/")


def _looks_like_domain(text: str) -> bool:
    if text.startswith("localhost"):
        return True
    try:
        return "." in _parse(f"http://{text}").hostname
    except InvalidURL:
        return False


def normalise_scope(text: str) -> str:
    """A cookie or backend domain as a bare host; a leading dot (``.example.com``) is kept.

    Raises InvalidURL.
    """
    text = text.strip().lower()
    bare = text.removeprefix(".")
    if _OTHER_SCHEME.match(bare) and not _has_scheme(bare):
        raise InvalidURL(text)
    hostname = _parse(bare if _has_scheme(bare) else f"http://{bare}").hostname
    if text.startswith(".") and hostname != "localhost" and not is_ip_address(hostname):
        return f".{hostname}"
    return hostname


def hostname_of(domain: str) -> str:
    """The host, without its port, of a normalised domain or an absolute URL; raises InvalidURL."""
    return _parse(domain).hostname


@dataclass(frozen=True, slots=True)
class Interception:
    """Which hosts are ours: the API's own, and with ``domain`` that domain and all below it.

    Ports play no part, as in supertokens-website.
    """

    hostname: str
    domain: str | None = None

    def covers(self, hostname: str) -> bool:
        """Whether a request to this host carries the session."""
        if hostname == self.hostname:
            return True
        if self.domain is None:
            return False
        bare = self.domain.removeprefix(".")
        return hostname == bare or hostname.endswith(f".{bare}")

    def covers_url(self, url: str, page_hostname: str) -> bool:
        """Whether a request to this URL carries the session; a relative URL is the page's own."""
        if SKIP_MARKER in url:
            return False
        if not re.match(r"[a-z][a-z0-9+.-]*:|//", url, re.IGNORECASE):
            return self.covers(page_hostname)
        try:
            return self.covers(hostname_of(f"http:{url}" if url.startswith("//") else url))
        except InvalidURL:
            return False
