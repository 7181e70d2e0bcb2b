"""The session's roles and permissions, as claims: see ``supertokens_pyodide.claims``."""

from __future__ import annotations

from .._core.flow.effects import UserContext
from ..claims import PrimitiveArrayClaim

__all__ = ["PermissionClaim", "UserRoleClaim"]


def _refresh(user_context: UserContext) -> None:
    """Do nothing: a session has the roles of the moment when the backend last fetched them."""


UserRoleClaim = PrimitiveArrayClaim[str]("st-role", _refresh)
"""The user's roles in the session's tenant."""

PermissionClaim = PrimitiveArrayClaim[str]("st-perm", _refresh)
"""What these roles permit."""
