"""The page: it shows what board.py returns, and calls it when the user does something."""

# --8<-- [start:step2-awaitable]
from collections.abc import Awaitable
# --8<-- [end:step2-awaitable]
from typing import Any

import supertokens_pyodide as supertokens
from pyscript import document, when, window
# --8<-- [start:step2-import]

import board
# --8<-- [end:step2-import]

supertokens.init(api_domain=window.location.origin)


def by_id(name: str) -> Any:
    return document.getElementById(name)


def say(text: str) -> None:
    by_id("message").textContent = text


say("Python has started.")
# --8<-- [start:step2-show]


def show(view: str) -> None:
    """Show one view, and hide the others."""
    for element in document.querySelectorAll(".view"):
        element.hidden = element.id != view
    for form in document.forms:
        form.reset()


async def show_page() -> None:
    """Show the view that fits the session."""
    if not await supertokens.does_session_exist():
        show("sign-in")
        return
    # --8<-- [start:step5-ask]
    if await board.needs_second_factor():
        await show_second_factor()
        return
    # --8<-- [end:step5-ask]
    by_id("user").textContent = await supertokens.get_user_id()
    # --8<-- [start:step3-list]
    by_id("notices").replaceChildren(*map(list_item, await board.notices()))
    # --8<-- [end:step3-list]
    show("board")


async def attempt(work: Awaitable[str] | None = None) -> None:
    """Do what the user wants; show the problem, or the view that fits then."""
    problem = ""
    try:
        if work:
            problem = await work
        if not problem:
            await show_page()
    except (supertokens.SuperTokensError, OSError) as error:
        problem = str(error)
    say(problem)
# --8<-- [end:step2-show]
# --8<-- [start:step2-submit]


@when("submit", "#sign-in")
async def sign_in(event: Any) -> None:
    fields = event.target.elements
    email, password = fields.email.value, fields.password.value
    if event.submitter.value == "sign-up":
        await attempt(board.sign_up(email, password))
    else:
        await attempt(board.sign_in(email, password))
# --8<-- [end:step2-submit]
# --8<-- [start:step3-item]


def list_item(text: str) -> Any:
    item = document.createElement("li")
    item.textContent = text
    return item
# --8<-- [end:step3-item]
# --8<-- [start:step4-post]


@when("submit", "#post")
async def post(event: Any) -> None:
    await attempt(board.post(event.target.elements.text.value))
# --8<-- [end:step4-post]
# --8<-- [start:step5-protect]


@when("click", "#protect")
async def protect(_event: Any) -> None:
    await attempt(board.protect())
# --8<-- [end:step5-protect]
# --8<-- [start:step5-show]


async def show_second_factor() -> None:
    """Ask for a code, and show how to set up an app if the user has none."""
    device = await board.new_device()
    by_id("device").hidden = device is None
    if device:
        by_id("qr-code").innerHTML = device.qr_code_svg()
        by_id("secret").textContent = device.secret_in_groups
    show("second-factor")


@when("submit", "#second-factor")
async def enter_code(event: Any) -> None:
    await attempt(board.enter_code(event.target.elements.code.value))
# --8<-- [end:step5-show]
# --8<-- [start:step6-sign-out]


@when("click", "#sign-out")
async def sign_out(_event: Any) -> None:
    await supertokens.sign_out()


async def session_ended(_event: supertokens.Event) -> None:
    await attempt()


supertokens.on("SIGN_OUT", session_ended)
supertokens.on("UNAUTHORISED", session_ended)
# --8<-- [end:step6-sign-out]
# --8<-- [start:step2-start]


await attempt()
# --8<-- [end:step2-start]
