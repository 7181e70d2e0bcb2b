"""The tenant of a call."""

from __future__ import annotations

import re
from typing import cast
from urllib.parse import parse_qs, urlsplit

from .. import _current
from .._core.flow.effects import UserContext
from ._functions import RecipeFunctions, kept_of

_ID = re.compile(r"[A-Za-z0-9-]+")

#: The functions of the recipe multitenancy.
multitenancy = RecipeFunctions("multitenancy")


@multitenancy
async def get_tenant_id(*, user_context: UserContext | None = None) -> str | None:
    """The tenant of this page: ``tenantId`` in its address, or None.

    Override it if your pages have their tenant elsewhere, for instance in the host name. A worker
    does not see the page's address: the result is then None without ``window_handler`` or override.
    """
    host = await _current.current().reached()
    window = host.window()
    return None if window is None else tenant_of(window.href)


async def page_tenant(user_context: UserContext | None) -> str:
    """The page's tenant, or ``public``."""
    client = _current.current()
    function = kept_of(client).functions(multitenancy, client)["get_tenant_id"]
    return cast("str | None", await function(user_context=user_context or {})) or "public"


def tenant_of(href: str) -> str | None:
    """The tenant in an address, if it is a valid id."""
    named = parse_qs(urlsplit(href).query).get("tenantId", [""])[0]
    return named if _ID.fullmatch(named) else None


def checked_tenant(tenant_id: str) -> str:
    """A tenant's id; raises ValueError if it is not valid."""
    if not _ID.fullmatch(tenant_id):
        raise ValueError(
            f"{tenant_id!r} is not a tenant's id: an id has only letters, digits and hyphens."
        )
    return tenant_id
