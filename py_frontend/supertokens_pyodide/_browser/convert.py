"""Errors across the bridge: what the shim throws, as this package's own classes."""

from __future__ import annotations

from typing import Any

from .._core.messages import read_error
from ..errors import SuperTokensError


def python_error(thrown: Any) -> SuperTokensError:
    """A JavaScript error of the shim as the Python class of the same name."""
    hint = str(getattr(thrown, "hint", None) or "")
    return read_error(
        {
            "name": str(thrown.name),
            "message": str(thrown.message).removesuffix(hint).rstrip(),
            "hint": hint,
            "status": getattr(thrown, "status", None),
        }
    )
