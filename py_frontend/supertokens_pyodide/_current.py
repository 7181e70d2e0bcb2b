"""The current client: one for each page or worker, from ``init()`` to ``close()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._client import Client
from .errors import NotInitialised

if TYPE_CHECKING:
    from ._stand_in import StandIn

#: In place of a browser: ``supertokens_pyodide.testing`` sets itself during a test.
stand_in: StandIn | None = None
_client: Client | None = None


def bind(client: Client | None) -> None:
    """Make a client the current one, or none."""
    global _client
    _client = client


def bound() -> Client | None:
    """The client that ``init()`` has made, if any."""
    return _client


def current() -> Client:
    """The client to use, which may be a stand-in's; raises NotInitialised."""
    if _client is not None:
        return _client
    if stand_in is not None:
        return stand_in.client()
    raise NotInitialised


def close() -> None:
    """Close the current client and remove it."""
    client = _client
    bind(None)
    if client is not None:
        client.close()
