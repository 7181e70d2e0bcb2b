"""A fetch for Python: takes plain values, returns Pyodide's response, raises our own errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from .. import _current
from .._response import Response
from ..errors import SuperTokensError, UnsupportedPlatform


async def fetch(
    url: str,
    *,
    method: str | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | bytes | Mapping[str, Any] | list[Any] | None = None,
    **options: Any,
) -> Response:
    """Fetch a URL through the page's ``fetch``; requests to the API carry the session.

    A ``body`` that is a dict or a list is sent as JSON; further options are those of JavaScript's
    ``fetch``. Works for every URL, also before ``init()``. Raises RefreshUnavailable and the other
    errors of this package unchanged, and ``OSError`` if the browser got no response.
    """
    sent = dict(headers or {})
    if isinstance(body, (Mapping, list)):
        body = json.dumps(body)
        if "content-type" not in map(str.lower, sent):
            sent["content-type"] = "application/json"
    given = {"method": method, "headers": sent, "body": body}
    options |= {name: value for name, value in given.items() if value is not None}
    if _current.stand_in is not None:
        return await _current.stand_in.fetch(url, options)
    try:
        from pyodide.http import pyfetch
    except ImportError:
        raise UnsupportedPlatform(
            "There is no browser here.",
            hint="fetch() works in Pyodide or PyScript; in tests use supertokens_pyodide.testing.",
        ) from None

    try:
        return cast(Response, await pyfetch(url, **options))
    except OSError as error:
        if isinstance(error.__cause__, SuperTokensError):
            raise error.__cause__ from None
        raise
