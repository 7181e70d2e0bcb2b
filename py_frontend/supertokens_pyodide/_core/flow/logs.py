"""Debug lines: each flow's effects, step by step, without any token, header or body."""

from __future__ import annotations

from typing import Any

from .effects import Effect, Head, Lock, Post


def describe_result(result: Any) -> str:
    """The result of an effect."""
    match result:
        case None:
            return "runs"
        case Head(status, _, None):
            return f"got a response with status {status}"
        case Head(_, _, failure):
            return f"got no response ({failure})"
        case bool():
            return "succeeded" if result else "did not succeed"
        case _:
            return "continues"


def describe_effect(effect: Effect | None) -> str:
    """The next effect of a flow."""
    match effect:
        case None:
            return "ends"
        case Post(url):
            return f"posts to {url}"
        case Lock(name):
            return f"takes the lock {name}"
        case _:
            return f"does {type(effect).__name__}"


def describe(name: str, flow_id: int, result: Any, effect: Effect | None) -> str:
    """One debug line."""
    return f"{name.lstrip('_')} {flow_id}: {describe_result(result)}, {describe_effect(effect)}"
