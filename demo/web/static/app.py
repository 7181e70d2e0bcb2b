"""The demo app in Python. app.js is the same in JavaScript."""

# mypy: allow-untyped-decorators

import asyncio
import base64
import json
import time
from typing import Any, Literal

import supertokens_pyodide as supertokens
from logs import log_event, watch_requests  # type: ignore[import-not-found]  # a file of the page
from page import (  # type: ignore[import-not-found]  # a file of the page
    Json,
    by_id,
    in_background,
    on,
    report,
    set_ready,
    show_boot_failure,
    show_claims,
    show_countdown,
    show_form_errors,
    show_mode,
    show_notice,
    show_result,
    show_session_payload,
    show_sessions,
    show_status,
    show_user,
)
from pyodide.http import pyfetch
from pyscript import window
from supertokens_pyodide.claims import BooleanClaim

query = window.URLSearchParams.new(window.location.search)
mode: Literal["cookie", "header"] = "header" if query.get("mode") == "header" else "cookie"


async def nothing_to_fetch(_user_context: Json) -> None:
    """Only the user can accept the terms."""


terms = BooleanClaim("terms", nothing_to_fetch)

# ---- the session ---------------------------------------------------------------------------------


class State:
    """What the page remembers between two events."""

    claims: Json | None = None
    shown_session: str | None = None
    refreshes = 0
    outdated = False
    showing: asyncio.Task[None] | None = None


state = State()


def on_session_event(event: Json) -> None:
    log_event(event)
    if event["action"] == "REFRESH_SESSION" and "other_tab" not in event:
        state.refreshes += 1
    if event["action"] != "API_INVALID_CLAIM":
        in_background(show_session())


async def show_session() -> None:
    """Show the session; one call at a time, and once more if called meanwhile."""
    state.outdated = True
    if state.showing is None:
        state.showing = asyncio.create_task(_show_until_current())
    await state.showing


async def _show_until_current() -> None:
    try:
        while state.outdated:
            state.outdated = False
            try:
                await _show_session_once()
            except Exception:
                # A session that ends meanwhile leaves a half-shown page; the next round puts it
                # right.
                if not state.outdated:
                    raise
    finally:
        state.showing = None


async def _show_session_once() -> None:
    if not await supertokens.does_session_exist():
        status = await supertokens.get_session_status()
        state.claims = state.shown_session = None
        unknown = status.status == "UNKNOWN"
        show_status("unknown" if unknown else "signed-out")
        show_notice(f"The state of the session is unknown: {status.reason}" if unknown else "")
        return
    show_user(await supertokens.get_user_id(), await supertokens.get_tenant_id())
    token = await supertokens.get_access_token()
    claims = decode(token) if token else await supertokens.get_access_token_payload()
    state.claims = claims
    show_claims(claims)
    show_countdown(claims)
    show_notice("")
    if claims["sessionHandle"] != state.shown_session:
        state.shown_session = claims["sessionHandle"]
        # Before the rest is shown, so that nothing jumps.
        await report(load_sessions())
    show_status("signed-in")


def decode(token: str) -> Json:
    """The claims of a JWT, without verification: the backend verifies it."""
    payload = token.split(".")[1]
    claims: Json = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


# ---- sign in, up and out -------------------------------------------------------------------------


async def authenticate(endpoint: str) -> None:
    show_form_errors([])
    tenant = by_id("tenant").value
    base = "/auth" if tenant == "public" else f"/auth/{tenant}"
    fields = [{"id": name, "value": by_id(name).value} for name in ("email", "password")]
    _, answer = await post(f"{base}/{endpoint}", {"formFields": fields})
    show_form_errors(errors_in(answer))
    if answer.get("status") != "OK":
        return
    by_id("password").value = ""
    await show_session()


def errors_in(answer: Json) -> list[Json]:
    match answer:
        case {"status": "OK"}:
            return []
        case {"status": "FIELD_ERROR", "formFields": [*errors]}:
            return errors
        case {"status": "WRONG_CREDENTIALS_ERROR"}:
            return [{"error": "The e-mail or the password is wrong."}]
        case {"reason": text} | {"message": text} | {"status": text}:
            return [{"error": text}]
        case _:
            return [{"error": "The response of the backend is invalid."}]


# ---- calls to the API ----------------------------------------------------------------------------


async def request(path: str, **options: Any) -> tuple[int, Json]:
    response = await pyfetch(path, **options)
    text = await response.text()
    try:
        return response.status, json.loads(text)
    except ValueError:
        return response.status, {"message": text}


async def post(path: str, body: Json) -> tuple[int, Json]:
    return await request(
        path,
        method="POST",
        headers={"Content-Type": "application/json"},
        body=json.dumps(body),
    )


async def call(method: str, path: str) -> None:
    status, answer = await (post(path, {}) if method == "POST" else request(path))
    if "token" in answer:
        # A raw token has no place on a screen.
        answer["token"] = f"a JWT of {len(answer['token'])} characters"
    show_result("protected-result", f"{status} {path}\n{json.dumps(answer, indent=2)}")


def protected_path() -> str:
    checked = by_id("check-database").checked
    return "/api/protected?check_database=true" if checked else "/api/protected"


async def check_terms() -> None:
    errors = await supertokens.validate_claims(lambda *_: [terms.validators.is_true()])
    found = (
        f"not valid: {json.dumps(errors[0], indent=2)}" if errors else "valid, without a request"
    )
    show_result("protected-result", found)


# ---- the user's sessions -------------------------------------------------------------------------


async def load_sessions() -> None:
    tenant = by_id("sessions-tenant").value
    _, answer = await request(f"/api/sessions?tenant={tenant}" if tenant else "/api/sessions")
    show_sessions(answer.get("sessions", []))


def session_path(row: Any, action: str) -> str:
    return f"/api/sessions/{row.dataset.handle}/{action}"


async def toggle_payload(row: Any) -> None:
    if not row.querySelector(".payload").hidden:
        show_session_payload(row, None)
        return
    _, answer = await request(session_path(row, "payload"))
    show_session_payload(row, answer.get("payload"))


async def revoke(row: Any) -> None:
    await post(session_path(row, "revoke"), {})
    await load_sessions()


# ---- wiring --------------------------------------------------------------------------------------


@on("submit", "#account")
async def sign_in(_event: Any) -> None:
    await authenticate("signin")


@on("click", "#sign-up")
async def sign_up(_event: Any) -> None:
    await authenticate("signup")


@on("click", "#sign-out")
async def sign_out(_event: Any) -> None:
    await supertokens.sign_out()


@on("click", "#refresh-now")
async def refresh_now(_event: Any) -> None:
    await supertokens.attempt_refresh()


@on("click", "#call-protected")
async def call_protected(_event: Any) -> None:
    await call("GET", protected_path())


@on("click", "#ten-calls")
async def ten_calls(_event: Any) -> None:
    before, start = state.refreshes, time.perf_counter()
    answers = await asyncio.gather(*(request(protected_path()) for _ in range(10)))
    good = sum(status == 200 for status, _ in answers)
    took = round((time.perf_counter() - start) * 1000)
    refreshed = state.refreshes - before
    word = "refresh" if refreshed == 1 else "refreshes"
    show_result("ten-result", f"{good} of 10 answered 200 · {refreshed} {word} · {took} ms")


@on("click", "#more-calls")
async def more_calls(event: Any) -> None:
    if wanted := getattr(event.target.dataset, "call", None):
        await call(*wanted.split(" "))


@on("click", "#check-terms")
async def check_claim(_event: Any) -> None:
    await check_terms()


@on("submit", "#payload-form")
async def change_payload(_event: Any) -> None:
    await post("/api/payload", {"note": by_id("payload-note").value})


@on("click", "#refresh-sessions")
async def reload_sessions(_event: Any) -> None:
    await load_sessions()


@on("change", "#sessions-tenant")
async def choose_sessions(_event: Any) -> None:
    await load_sessions()


@on("click", "#sessions")
async def act_on_session(event: Any) -> None:
    row = event.target.closest(".session")
    match getattr(event.target.dataset, "action", None):
        case "read":
            await toggle_payload(row)
        case "revoke":
            await revoke(row)


@on("submit", "#sessions")
async def change_session_payload(event: Any) -> None:
    row = event.target.closest(".session")
    note = row.querySelector("[name=note]").value
    _, answer = await post(session_path(row, "payload"), {"note": note})
    show_session_payload(row, answer.get("payload"))


@on("change", "[name=mode]")
async def choose_mode(event: Any) -> None:
    window.location.assign(f"?mode={event.target.value}")


async def count_down() -> None:
    while True:
        if state.claims:
            show_countdown(state.claims)
        await asyncio.sleep(0.25)


async def start() -> None:
    show_mode(mode)
    watch_requests()
    in_background(count_down())
    try:
        supertokens.init(
            api_domain=window.location.origin, api_base_path="/auth", token_transfer_method=mode
        )
        supertokens.on("*", on_session_event)
    except Exception as error:
        show_boot_failure(error)
        return
    await report(show_session())
    set_ready()


in_background(start())
