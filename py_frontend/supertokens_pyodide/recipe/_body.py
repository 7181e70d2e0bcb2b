"""Reading bodies of responses, field by field; what the API does not define raises ValueError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Body:
    """A JSON object whose fields are checked when they are read.

    A field that may be missing is read with a default.
    """

    __slots__ = ("_data",)

    def __init__(self, data: object) -> None:
        if not isinstance(data, Mapping):
            raise ValueError("an object was expected")
        self._data: Mapping[str, Any] = data

    def __contains__(self, name: str) -> bool:
        return self._data.get(name) is not None

    def text(self, name: str, default: str | None = None) -> str:
        """A string."""
        value: str = self._of(str, name, default)
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """A number, without its fraction."""
        value = self._of((int, float), name, default)
        if isinstance(value, bool):
            raise ValueError(f"{name} is not a number")
        return int(value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value: bool = self._of(bool, name, default)
        return value

    def part(self, name: str) -> Body:
        """An object."""
        return Body(self._data.get(name))

    def parts(self, name: str) -> tuple[Body, ...]:
        """A list of objects; empty if it is missing."""
        return tuple(Body(each) for each in self._of(list, name, []))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; empty if it is missing."""
        return tuple(_checked(str, name, each) for each in self._of(list, name, []))

    def lists(self, name: str) -> dict[str, tuple[str, ...]]:
        """An object of lists of strings; empty if it is missing."""
        inner = Body(self._data.get(name) or {})
        return {key: inner.texts(key) for key in inner._data}

    def raw(self, name: str) -> Any:
        """A value of any kind; None if it is missing."""
        return self._data.get(name)

    def _of(self, kind: Any, name: str, default: Any) -> Any:
        value = self._data.get(name)
        return _checked(kind, name, default if value is None else value)


def _checked(kind: Any, name: str, value: Any) -> Any:
    if not isinstance(value, kind):
        raise ValueError(f"{name} is missing, or has another type")
    return value
