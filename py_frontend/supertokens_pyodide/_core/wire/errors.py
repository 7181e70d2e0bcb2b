"""Errors as data, for the way to JavaScript and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from ... import errors
from ...errors import SuperTokensError
from ..config.spelling import for_javascript

# Further attributes of some errors.
_FIELDS = ("status", "reason")


class ErrorTexts(TypedDict):
    """The text of an error."""

    message: str
    hint: str


class ErrorData(ErrorTexts):
    """An error; ``javascript`` has its texts with JavaScript's names, if they differ."""

    name: str
    code: str
    status: NotRequired[int]
    reason: NotRequired[str]
    #: The call to the backend whose response this error is about.
    call: NotRequired[str]
    javascript: NotRequired[ErrorTexts]


def write_error(error: SuperTokensError) -> ErrorData:
    """An error as data."""
    data: ErrorData = {
        "name": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
    }
    status, reason = (getattr(error, name, None) for name in _FIELDS)
    if status is not None:
        data["status"] = status
        if error.call is not None:
            data["call"] = error.call
    if reason is not None:
        data["reason"] = reason
    texts: ErrorTexts = {
        "message": for_javascript(error.message),
        "hint": for_javascript(error.hint),
    }
    if (texts["message"], texts["hint"]) != (error.message, error.hint):
        data["javascript"] = texts
    return data


def read_error(data: Mapping[str, Any]) -> SuperTokensError:
    """An error from the data that ``write_error`` made."""
    kind = getattr(errors, data["name"], None)
    if not (isinstance(kind, type) and issubclass(kind, SuperTokensError)):
        kind = SuperTokensError
    error = kind.__new__(kind)
    SuperTokensError.__init__(error, data["message"], hint=data["hint"])
    vars(error).update({name: data[name] for name in _FIELDS if data.get(name) is not None})
    return error
