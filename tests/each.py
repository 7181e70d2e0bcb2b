"""One test for all rows of a table: a test of pytest's takes milliseconds, a row microseconds."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest


def each(
    argument: str, values: Iterable[Any], name: Callable[[Any], str] = str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Call a test for each value; it fails with all failures, each with its value's name.

    The values share the fixtures, so a test must change nothing there.
    """
    values = list(values)
    assert values

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(check)
        def run(**fixtures: Any) -> None:
            failures: list[BaseException] = []
            for value in values:
                try:
                    check(**fixtures, **{argument: value})
                except (Exception, pytest.fail.Exception) as error:
                    error.add_note(f"{argument}: {name(value)}")
                    failures.append(error)
            if failures:
                message = f"{len(failures)} of {len(values)} fail"
                raise BaseExceptionGroup(message, failures)

        signature = inspect.signature(check)
        others = [one for one in signature.parameters.values() if one.name != argument]
        run.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return run

    return decorate
