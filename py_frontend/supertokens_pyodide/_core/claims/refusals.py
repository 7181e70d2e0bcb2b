"""The bodies of responses that refuse a session for its claims (FDI: claimValidationErrors)."""

from __future__ import annotations

from collections.abc import Mapping

from ...events import ClaimValidationError
from ..foreign import read_json


def read_invalid_claims(text: str | bytes) -> list[ClaimValidationError] | None:
    """The backend's reasons in the text of a response; None for any other response."""
    try:
        return find_invalid_claims(read_json(text))
    except ValueError:
        return None


def find_invalid_claims(body: object) -> list[ClaimValidationError] | None:
    """The backend's reasons in the body of a response; None for any other response."""
    errors = body.get("claimValidationErrors") if isinstance(body, Mapping) else None
    return errors if isinstance(errors, list) else None
