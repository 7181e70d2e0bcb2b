"""Hosts as browsers write them (WHATWG URL), since they are compared with what a browser reports.

Percent-encoded hosts are refused, and internationalised ones mapped by Python's older tables: both
differ from a browser only in names that nobody has.
"""

from __future__ import annotations

import re

_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)")
_NUMBER = re.compile(r"(?:0x(?P<hex>[0-9a-f]*)|0(?P<oct>[0-7]+)|(?P<dec>0|[1-9]\d*))", re.ASCII)
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)\.?", re.ASCII)
_ZEROS = re.compile(r"\b0(?::0)+\b")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
# Letters of their own since IDNA 2008, which Python's codec still writes as others or drops.
_KEPT = re.compile("([\u00df\u03c2\u200c\u200d])")
_FORBIDDEN = re.compile(r"[\s.:/?#\\@\[\]<>^|%]")
_LONGEST_LABEL = 63


def canonical_host(text: str) -> str:
    """The host in lower case, its numbers and letters in the one form that browsers give them.

    Raises ValueError.
    """
    if text.startswith("["):
        return f"[{_ipv6(text[1:-1])}]"
    host = ".".join(map(_ascii_label, _DOTS.split(text)))
    if not host:
        raise ValueError(text)  # nothing is left of letters that do not count, a soft hyphen, say
    if host.startswith(".") or ".." in host:
        raise ValueError(text)  # browsers take it, but no such host can exist
    return _ipv4(host) if _ENDS_IN_NUMBER.fullmatch(host) else host


def is_ip_address(hostname: str) -> bool:
    """Whether the host is an IPv4 address in dotted form."""
    return _IPV4.fullmatch(hostname) is not None


def is_loopback(hostname: str) -> bool:
    """Whether a canonical host is this machine itself, which no network lies in front of."""
    if hostname in ("localhost", "[::1]") or hostname.endswith(".localhost"):
        return True
    return hostname.startswith("127.") and is_ip_address(hostname)


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    from encodings.idna import nameprep

    pieces = _KEPT.split(label)
    mapped = "".join(p if _KEPT.fullmatch(p) else nameprep(p) for p in pieces)
    if _FORBIDDEN.search(mapped):  # some letters become several: \u2100 is "a/c"
        raise ValueError(label)
    if not mapped.isascii():
        mapped = f"xn--{mapped.encode('punycode').decode('ascii')}"
    if len(mapped) > _LONGEST_LABEL:
        raise ValueError(label)
    return mapped


def _ipv4(host: str) -> str:
    *first, last = [_number(part) for part in host.removesuffix(".").split(".")]
    if len(first) > 3 or any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        raise ValueError(host)
    address = last + sum(number << 8 * (3 - place) for place, number in enumerate(first))
    return ".".join(map(str, address.to_bytes(4, "big")))


def _number(text: str) -> int:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(text)
    if match["dec"] is not None:
        return int(match["dec"])
    return int(match["oct"], 8) if match["oct"] is not None else int(match["hex"] or "0", 16)


def _ipv6(text: str) -> str:
    from ipaddress import IPv6Address

    address = int(IPv6Address(text))
    written = ":".join(f"{address >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))
    zeros = max(_ZEROS.findall(written), key=len, default=None)
    if zeros is None:
        return written
    left, _, right = written.partition(zeros)
    return f"{left.removesuffix(':')}::{right.removeprefix(':')}"
