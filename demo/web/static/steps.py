"""The steps of the page /sign-in: one is shown at a time."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from page import by_id, in_background  # type: ignore[import-not-found]  # a file of the page
from pyscript import document


class Meanwhile:
    """What may happen in this step without a click."""

    task: asyncio.Task[None] | None = None


def value(name: str) -> str:
    return str(by_id(name).value).strip()


def show(step: str, meanwhile: Coroutine[Any, Any, None] | None = None) -> None:
    """Show one step, and run something until the next step."""
    for form in document.forms:
        form.reset()
    for section in document.querySelectorAll("[data-step]"):
        section.hidden = section.dataset.step != step
    by_id(f"{step}-title").focus()
    if Meanwhile.task and Meanwhile.task is not asyncio.current_task():
        Meanwhile.task.cancel()
    Meanwhile.task = in_background(meanwhile) if meanwhile else None
