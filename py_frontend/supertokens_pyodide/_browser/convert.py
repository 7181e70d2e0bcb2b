"""Errors across the bridge: what the shim throws, as this package's own classes."""

from __future__ import annotations

from typing import Any

from .. import errors


def python_error(thrown: Any) -> errors.SuperTokensError:
    """A JavaScript error of the shim as the Python class of the same name."""
    kind = getattr(errors, str(thrown.name), None)
    hint = str(getattr(thrown, "hint", "") or "")
    message = str(thrown.message).removesuffix(hint).rstrip()
    if not (isinstance(kind, type) and issubclass(kind, errors.SuperTokensError)):
        kind = errors.SuperTokensError
    error = kind.__new__(kind)
    errors.SuperTokensError.__init__(error, message, hint=hint)
    return error
