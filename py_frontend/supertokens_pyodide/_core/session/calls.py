"""The functions of a session that a driver may begin by name: each is marked by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_KIND = "_kind_of_call"


def call(flow: F) -> F:
    """Let drivers begin this flow by its name, with JSON values as arguments."""
    setattr(flow, _KIND, "call")
    return flow


def read(flow: F) -> F:
    """Let drivers begin this flow, which only reads.

    If there is a session, and without arguments, the result depends only on the cookies.
    """
    setattr(flow, _KIND, "read")
    return flow


def calls_of(kind: type) -> frozenset[str]:
    """The names of the flows that drivers may begin."""
    return frozenset(name for name, value in vars(kind).items() if hasattr(value, _KIND))


def reads_of(kind: type) -> frozenset[str]:
    """The names of the flows that only read."""
    return frozenset(
        name for name, value in vars(kind).items() if getattr(value, _KIND, "") == "read"
    )
