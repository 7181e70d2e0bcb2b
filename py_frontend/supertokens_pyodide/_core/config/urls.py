"""Domains, paths and scopes: each accepted form is normalised to one form.

A URL means what the browser's ``URL`` makes of it, because the same parser decides which requests
are ours (js_shim/src/target.js). So these functions get a parser of URLs as an argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

# In supertokens-website a caller excludes one request by this marker anywhere in its URL.
SKIP_MARKER = "superTokensDoNotDoInterception"

# Patterns are texts: re compiles and keeps those that a page uses.
# There must be an authority without white space: browsers skip extra slashes and drop tabs.
_ABSOLUTE = r"(?ias)https?://[^\s\x00-\x1f\x7f/?#\\]+(?:[/?#\\].*)?"
_OTHER_SCHEME = r"(?i)[a-z][a-z0-9+.-]*://"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class InvalidURL(ValueError):
    """The text is not a domain, URL or path that a browser would accept."""


class Address(NamedTuple):
    """The parts of a URL as in ``URL``: the port is empty if it is the scheme's default."""

    scheme: str
    hostname: str
    port: str
    path: str

    @property
    def host(self) -> str:
        """The host with its port, if it has one."""
        return f"{self.hostname}:{self.port}" if self.port else self.hostname


#: Parses an absolute URL; raises InvalidURL.
ReadURL = Callable[[str], Address]


def read_plain_url(url: str) -> Address:
    """Parse a URL without a browser: for tests of applications, on CPython.

    It agrees with browsers on ordinary addresses only. It accepts some URLs that no browser
    accepts, and it does not know the many forms of an IP address.
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        hostname = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError as error:
        raise InvalidURL(url) from error
    if not hostname:
        raise InvalidURL(url)
    if ":" in hostname:
        hostname = f"[{hostname}]"
    is_default = port is None or port == _DEFAULT_PORTS.get(parts.scheme)
    path = parts.path.replace("\\", "/")
    return Address(parts.scheme, hostname, "" if is_default else str(port), path)


def _read(url: str, read_url: ReadURL) -> Address:
    if re.fullmatch(_ABSOLUTE, url) is None:
        raise InvalidURL(url)
    address = read_url(url)
    if address.hostname.startswith(".") or ".." in address.hostname:
        raise InvalidURL(url)  # browsers accept it, but there can be no such host
    return address


def _has_scheme(text: str) -> bool:
    return text[:8].lower().startswith(("http://", "https://"))


def normalise_domain(text: str, read_url: ReadURL) -> str:
    """An API domain as ``scheme://host[:port]``.

    Without a scheme it is https, but http for localhost and IP addresses (as upstream). Raises
    InvalidURL.
    """
    text = text.strip()
    if _has_scheme(text):
        address = _read(text, read_url)
        return f"{address.scheme}://{address.host}"
    text = text.removeprefix(".")
    if text.startswith("/") or re.match(_OTHER_SCHEME, text):
        raise InvalidURL(text)
    if not ("." in text or text.startswith("localhost")):
        raise InvalidURL(text)
    address = _read(f"http://{text}", read_url)
    if address.hostname.startswith("localhost") or is_ip_address(address.hostname):
        return f"http://{address.host}"
    return f"https://{_read(f'https://{text}', read_url).host}"


def normalise_path(text: str, read_url: ReadURL) -> str:
    """A base path with a leading slash and without a trailing one; of a full URL, its path.

    Raises InvalidURL.
    """
    text = re.split(r"[?#]", text.strip(), maxsplit=1)[0]
    if re.search(r"\s", text):
        raise InvalidURL(text)
    if _has_scheme(text):
        path = _read(text, read_url).path
    elif text.startswith("/"):
        path = _read(f"http://path.invalid{text}", read_url).path
    elif _looks_like_domain(text, read_url):
        path = _read(f"http://{text}", read_url).path
    else:
        path = _read(f"http://path.invalid/{text}", read_url).path
    return path.rstrip("/")


def _looks_like_domain(text: str, read_url: ReadURL) -> bool:
    if text.startswith("localhost"):
        return True
    try:
        return "." in _read(f"http://{text}", read_url).hostname
    except InvalidURL:
        return False


def normalise_scope(text: str, read_url: ReadURL) -> str:
    """A cookie or backend domain as a bare host; a leading dot (``.example.com``) is kept.

    Raises InvalidURL.
    """
    text = text.strip().lower()
    bare = text.removeprefix(".")
    if re.match(_OTHER_SCHEME, bare) and not _has_scheme(bare):
        raise InvalidURL(text)
    hostname = _read(bare if _has_scheme(bare) else f"http://{bare}", read_url).hostname
    if text.startswith(".") and hostname != "localhost" and not is_ip_address(hostname):
        return f".{hostname}"
    return hostname


def hostname_of(domain: str) -> str:
    """The host, without its port, of a normalised domain."""
    match = re.fullmatch(r"https?://(.*?)(?::\d+)?", domain)
    return match[1] if match else domain


def is_ip_address(hostname: str) -> bool:
    """Whether a host, as browsers write it, is an IPv4 address."""
    return re.fullmatch(r"(?a)\d+(?:\.\d+){3}", hostname) is not None
