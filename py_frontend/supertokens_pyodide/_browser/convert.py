"""Values and errors across the bridge between JavaScript and Python."""

from __future__ import annotations

import json
import sys
from typing import Any

from .. import errors
from .._core.config.urls import Address, InvalidURL
from ..errors import SuperTokensError


def plain(value: Any) -> Any:
    """A Python value as a JavaScript one."""
    import js
    from pyodide.ffi import to_js

    return to_js(value, dict_converter=js.Object.fromEntries)


def read_url(url: str) -> Address:
    """Read an absolute URL as this browser does; raises InvalidURL."""
    import js
    from pyodide.ffi import JsException

    try:
        found = js.URL.new(url)
    except JsException:
        raise InvalidURL(url) from None
    scheme = str(found.protocol).removesuffix(":")
    return Address(scheme, str(found.hostname), str(found.port), str(found.pathname))


def python_error(thrown: Any) -> SuperTokensError:
    """A JavaScript error of the shim, as the Python class with the same name."""
    from .._core.wire.errors import read_error

    # The data has the texts with Python's names.
    data = getattr(thrown, "data", None) or thrown
    error = read_error(
        {
            "name": str(thrown.name),
            "message": str(data.message),
            "hint": str(getattr(data, "hint", None) or ""),
            "status": getattr(thrown, "status", None),
            "reason": getattr(thrown, "reason", None),
        }
    )
    response = getattr(thrown, "response", None)
    if response is not None:
        error.response = fetched(response)
    return error


def javascript_error(error: SuperTokensError) -> str:
    """An error of this package, as JSON for the shim."""
    from .._core.wire.errors import write_error

    return json.dumps(write_error(error))


def fetched(response: Any) -> Any:
    """A browser's Response, as ``pyfetch`` returns it."""
    from pyodide.http import FetchResponse

    return FetchResponse(response.url, response.clone())


def cause_of(error: BaseException | None) -> SuperTokensError | None:
    """The session's error behind the exception of an HTTP client; None if the cause is another one.

    Every client wraps the browser's error in its own exception (``requests`` in its
    ``ConnectionError``, for instance). This returns the session's error if there is one.
    """
    js_exception = getattr(sys.modules.get("pyodide.ffi"), "JsException", ())
    while error is not None:
        if isinstance(error, SuperTokensError):
            return error
        if isinstance(error, js_exception):
            # The error began here; the exception that Python handled before is not its context.
            return python_error(error) if _is_ours(error) else None
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return None


def _is_ours(thrown: Any) -> bool:
    """Whether a JavaScript error comes from the shim."""
    kind = getattr(errors, str(thrown.name), None)
    if not (isinstance(kind, type) and issubclass(kind, SuperTokensError)):
        return False
    return kind.code == getattr(thrown, "code", None)
