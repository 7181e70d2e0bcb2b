"""What a handler is given, and how it says which requests are its own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from starlette.responses import Response

from demo.local_core.core import Core
from demo.local_core.input import Body, Query
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.tenants import require_tenant


@dataclass(frozen=True)
class Call:
    """One request."""

    core: Core
    # The tenant in the path, the public one if there is none.
    ref: TenantRef
    # The tenant that has to exist: that one, or the public one if only the app matters.
    subject: TenantRef
    query: Query
    # Empty for methods without one.
    body: Body
    # The recipe that asks, where several share a path.
    recipe: str | None = None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction in which the tenant that the request is about exists."""
        with self.core.database.transaction() as tx:
            require_tenant(tx, self.subject)
            yield tx


class Scope(Enum):
    """What a path's tenant means to an API."""

    # The API is about that tenant.
    TENANT = auto()
    # The API is about the app, and only the public tenant may ask.
    PUBLIC = auto()
    # The API is about the app, whichever tenant asks.
    APP = auto()


# A mapping becomes a JSON response; what lacks a status gets OK.
Handler = Callable[[Call], dict[str, Any] | Response]


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    scope: Scope
    handler: Handler
    # Open routes answer without an API key, and to SDKs of any version.
    open: bool = False
    # The licence must allow one of them.
    features: Sequence[str] = ()
