"""The result of ``get_session_status()``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """Whether there is a session: ACTIVE, NONE, or UNKNOWN with the reason."""

    status: Literal["ACTIVE", "NONE", "UNKNOWN"]
    reason: str | None = None
