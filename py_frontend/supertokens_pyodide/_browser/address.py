"""URLs as this browser reads them."""

from __future__ import annotations

from .._core.config.urls import Address, InvalidURL


def read_url(url: str) -> Address:
    """Read an absolute URL; raises InvalidURL."""
    import js
    from pyodide.ffi import JsException

    try:
        found = js.URL.new(url)
    except JsException:
        raise InvalidURL(url) from None
    scheme = str(found.protocol).removesuffix(":")
    return Address(scheme, str(found.hostname), str(found.port), str(found.pathname))
