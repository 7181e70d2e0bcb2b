"""Reading the fields of a request, with the core's own words for what is wrong with them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from demo.local_core.errors import BadRequest

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_INT = range(-(2**31), 2**31)
_LONG = range(-(2**63), 2**63)

Kind = TypeVar("Kind")


def parse_body(raw: bytes) -> Body:
    """Read a request body, which has to be a JSON object."""
    try:
        value = json.loads(raw, parse_constant=_refuse, parse_float=_finite)
        # Half a surrogate pair is fine in JSON, but neither in the database nor in a response.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise BadRequest("Invalid Json Input") from None
    if not isinstance(value, dict):
        raise BadRequest("Invalid Json Input")
    return Body(value)


class Body:
    """The fields of a JSON body. A field that may be missing must still not be null."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    def text(self, name: str) -> str:
        """A string."""
        value = self.optional_text(name)
        if value is None:
            self._invalid(name)
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None if it is missing."""
        return self._optional(name, str)

    def filled_text(self, name: str) -> str:
        """A string without the blanks around it, of which something has to be left."""
        value = self.text(name).strip()
        if not value:
            raise BadRequest(f"Field name '{name}' cannot be an empty String")
        return value

    def flag(self, name: str) -> bool:
        """A boolean."""
        value = self.optional_flag(name)
        if value is None:
            self._invalid(name)
        return value

    def optional_flag(self, name: str) -> bool | None:
        """A boolean, or None if it is missing."""
        return self._optional(name, bool)

    def nullable_text(self, name: str) -> str | None:
        """A string, or None if it is null."""
        return None if self.fields[name] is None else self.text(name)

    def integer(self, name: str) -> int:
        """A whole number of 32 bits."""
        value = self.long(name)
        if value not in _INT:
            self._invalid(name)
        return value

    def optional_long(self, name: str) -> int | None:
        """A whole number of 64 bits, or None if it is missing."""
        return self.long(name) if name in self.fields else None

    def long(self, name: str) -> int:
        """A whole number of 64 bits."""
        value = self.fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value not in _LONG:
            self._invalid(name)
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """A JSON object."""
        value = self.optional_mapping(name)
        if value is None:
            self._invalid(name)
        return value

    def optional_mapping(self, name: str) -> dict[str, Any] | None:
        """A JSON object, or None if it is missing."""
        return self._optional(name, dict)

    def mappings(self, name: str) -> list[dict[str, Any]]:
        """An array of JSON objects."""
        values = self._optional(name, list)
        if values is None or not all(isinstance(value, dict) for value in values):
            self._invalid(name)
        return values

    def optional_texts(self, name: str) -> list[str] | None:
        """An array of strings, or None if it is missing."""
        values = self._optional(name, list)
        if values is not None and not all(isinstance(value, str) for value in values):
            self._invalid(name)
        return values

    def _optional(self, name: str, kind: type[Kind]) -> Kind | None:
        if name not in self.fields:
            return None
        value = self.fields[name]
        if not isinstance(value, kind):
            self._invalid(name)
        return value

    def _invalid(self, name: str) -> NoReturn:
        raise BadRequest(f"Field name '{name}' is invalid in JSON input")


class Query:
    """The parameters in a URL."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters

    def text(self, name: str) -> str:
        """A string."""
        value = self.optional_text(name)
        if value is None:
            raise BadRequest(f"Field name '{name}' is missing in GET request")
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None if it is missing."""
        return self._parameters.get(name)

    def filled_text(self, name: str) -> str:
        """A string without the blanks around it, of which something has to be left."""
        value = self.text(name).strip()
        if not value:
            raise BadRequest(f"Field name '{name}' cannot be an empty String")
        return value

    def optional_integer(self, name: str) -> int | None:
        """A whole number, or None if it is missing."""
        value = self.optional_text(name)
        if value is None:
            return None
        if not _INTEGER.fullmatch(value):
            raise BadRequest(f"Field name '{name}' must be an int in the GET request")
        return int(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """A boolean: every other value is false."""
        value = self.optional_text(name)
        return default if value is None else value.lower() == "true"

    def optional_list(self, name: str) -> list[str] | None:
        """Strings between commas, or None if the parameter is missing."""
        value = self.optional_text(name)
        if value is None:
            return None
        return [part.strip() for part in value.split(",") if part.strip()]


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
