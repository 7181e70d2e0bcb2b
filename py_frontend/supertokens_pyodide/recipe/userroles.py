"""The session's roles and permissions, as claims: see ``supertokens_pyodide.claims``."""

from __future__ import annotations

from .._core.flow.effects import UserContext
from ..claims import PrimitiveArrayClaim

__all__ = ["PermissionClaim", "UserRoleClaim"]


def _refresh(user_context: UserContext) -> None:
    """Do nothing: the roles in a session are those that the backend last fetched."""


UserRoleClaim = PrimitiveArrayClaim[str]("st-role", _refresh)
"""The user's roles in the session's tenant."""

PermissionClaim = PrimitiveArrayClaim[str]("st-perm", _refresh)
"""The permissions of the user's roles."""
