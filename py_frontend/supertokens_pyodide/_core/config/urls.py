"""URL and domain rules: how configured domains are read, and which requests are ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .hosts import canonical_host, is_ip_address, is_loopback

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

    Ports play no part, as in supertokens-website. With ``secure`` (the API is on https) a request
    by plain http is not ours: it would carry tokens that anyone on the way can read. Requests to
    this machine itself are the exception.
    """

    hostname: str
    domain: str | None = None
    secure: bool = False

    def covers(self, hostname: str) -> bool:
        """Whether a request to this host carries the session."""
        if hostname == self.hostname:
            return True
        if self.domain is None:
            return False
        bare = self.domain.removeprefix(".")
        return hostname == bare or hostname.endswith(f".{bare}")

    def covers_url(self, url: str, page_hostname: str, page_secure: bool = True) -> bool:
        """Whether a request to this URL carries the session.

        A relative URL is the page's own, and one without a scheme has the page's.
        """
        if SKIP_MARKER in url:
            return False
        page_scheme = "https" if page_secure else "http"
        if not re.match(r"[a-z][a-z0-9+.-]*:|//", url, re.IGNORECASE):
            return self.covers(page_hostname) and self._is_safe(page_scheme, page_hostname)
        try:
            parts = _parse(f"{page_scheme}:{url}" if url.startswith("//") else url)
        except InvalidURL:
            return False
        return self.covers(parts.hostname) and self._is_safe(parts.scheme, parts.hostname)

    def _is_safe(self, scheme: str, hostname: str) -> bool:
        return not self.secure or scheme == "https" or is_loopback(hostname)


def interception_of(api_domain: str, backend_domain: str | None) -> Interception:
    """Which requests carry the session, by normalised domains."""
    parts = _parse(api_domain)
    return Interception(parts.hostname, backend_domain, parts.scheme == "https")
