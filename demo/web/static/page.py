"""The elements of the page. This module shows values, and contains no session logic."""

# mypy: allow-untyped-decorators

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any

from js import Date
from pyscript import document, when

# Claims by name, or any other JSON object.
Json = dict[str, Any]

root = document.documentElement

MEANINGS = {
    "sub": "user id",
    "tId": "tenant",
    "iat": "issued",
    "exp": "expires",
    "iss": "issuer",
    "sessionHandle": "",
    "rsub": "user id within the recipe",
}


def by_id(name: str) -> Any:
    return document.getElementById(name)


def copy_of(template: str) -> Any:
    return by_id(template).content.firstElementChild.cloneNode(True)


def local_time(milliseconds: float) -> str:
    # The browser knows how its user writes a date.
    return str(Date.new(milliseconds).toLocaleString())


def set_ready() -> None:
    by_id("account-fields").disabled = False
    by_id("api-fields").disabled = False
    root.dataset.ready = "true"


def show_boot_failure(error: BaseException) -> None:
    root.dataset.ready = "failed"
    by_id("boot-text").textContent = f"Python could not start. {error}"


def show_status(status: str) -> None:
    root.dataset.session = "signed-in" if status == "signed-in" else "signed-out"
    by_id("status").textContent = status


def show_notice(text: str) -> None:
    by_id("notice").textContent = text
    by_id("notice").hidden = not text


def show_form_errors(errors: Sequence[Json]) -> None:
    """Show the errors of the form, with id and error; those with a field's id mark the field."""
    items = []
    for error in errors:
        item = document.createElement("li")
        item.textContent = error["error"]
        items.append(item)
    by_id("form-error").replaceChildren(*items)
    for name in ("email", "password"):
        invalid = any(error.get("id") == name for error in errors)
        by_id(name).setAttribute("aria-invalid", json.dumps(invalid))


def show_mode(mode: str) -> None:
    by_id(f"mode-{mode}").checked = True
    by_id("mode").textContent = "headers" if mode == "header" else "cookies"


def show_user(user_id: str, tenant_id: str) -> None:
    by_id("user-id").textContent = user_id
    by_id("tenant-id").textContent = tenant_id


def meaning_of(name: str, value: Any) -> str:
    meaning = MEANINGS.get(name, "")
    return f"{meaning} {local_time(value * 1000)}" if name in ("iat", "exp") else meaning


def show_claims(claims: Json) -> None:
    # Those that mean something to us come first, in the order in which they are explained.
    explained = [name for name in MEANINGS if name in claims]
    others = [name for name in claims if name not in MEANINGS]
    rows = []
    for name in explained + others:
        value = claims[name]
        row = copy_of("claim-row")
        row.dataset.claim = name
        row.querySelector("th").textContent = name
        row.querySelector("code").textContent = (
            value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        )
        row.querySelector(".meaning").textContent = meaning_of(name, value)
        rows.append(row)
    by_id("token-claims").replaceChildren(*rows)


def show_countdown(claims: Json) -> None:
    """Show the seconds left of a token's life, as a number and as a ring."""
    left = max(0.0, claims["exp"] - time.time())
    by_id("countdown").textContent = f"{math.ceil(left)} s" if left > 0 else "expired"
    share = min(1.0, left / (claims["exp"] - claims["iat"]))
    by_id("ring").style.setProperty("--left", str(share))


def show_sessions(sessions: Sequence[Json]) -> None:
    """Show a list of sessions, as /api/sessions returns it."""
    rows = []
    for session in sessions:
        row = copy_of("session-row")
        row.dataset.handle = session["handle"]
        row.querySelector(".handle").textContent = session["handle"]
        row.querySelector(".tenant").textContent = session["tenantId"]
        row.querySelector(".current").hidden = not session["current"]
        row.querySelector(".created").textContent = local_time(session["created"])
        row.querySelector(".expiry").textContent = local_time(session["expiry"])
        rows.append(row)
    by_id("sessions").replaceChildren(*rows)


def show_session_payload(row: Any, payload: Json | None) -> None:
    """Show the payload of a session in its row; without one, hide it."""
    row.querySelector(".payload").hidden = payload is None
    row.querySelector("pre").textContent = "" if payload is None else json.dumps(payload, indent=2)


def show_result(name: str, text: str) -> None:
    by_id(name).textContent = text


# ---- what the page does --------------------------------------------------------------------------

Handler = Callable[[Any], Awaitable[None]]


async def report(work: Awaitable[None]) -> None:
    """Await something, and show an error on the page."""
    try:
        await work
    except Exception as error:
        show_notice(f"{type(error).__name__}: {error}")


background: set[asyncio.Task[None]] = set()


def in_background(work: Awaitable[None]) -> asyncio.Task[None]:
    """Run something in the background."""
    # The event loop itself keeps no task alive.
    task = asyncio.create_task(report(work))
    background.add(task)
    task.add_done_callback(background.discard)
    return task


def on(event_type: str, selector: str) -> Callable[[Handler], Handler]:
    """Like PyScript's `when`, but errors are shown on the page."""

    def attach(handler: Handler) -> Handler:
        @when(event_type, selector)
        @wraps(handler)
        async def reported(event: Any) -> None:
            show_notice("")
            await report(handler(event))

        return handler

    return attach
