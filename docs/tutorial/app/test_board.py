# --8<-- [start:step6-test]
"""Tests of the notice board without a browser: real sign-ins at the real backend."""

import asyncio
import time
import uuid
from collections.abc import Iterator

import pytest
import supertokens_pyodide as supertokens
from pyotp.totp import TOTP
from supertokens_pyodide import testing

import board
from backend import app
from give_role import give_role

ORIGIN = "http://localhost:8000"
PASSWORD = "correct-horse-7"


@pytest.fixture
def email() -> Iterator[str]:
    """The address of somebody who has just opened the page."""
    with testing.signed_out(backend=app, page_url=ORIGIN):
        supertokens.init(api_domain=ORIGIN)
        yield f"{uuid.uuid4().hex}@example.com"


def test_a_wrong_password_is_refused(email: str) -> None:
    async def visit() -> str:
        assert await board.sign_up(email, PASSWORD) == ""
        await supertokens.sign_out()
        return await board.sign_in(email, "wrong-horse-8")

    assert asyncio.run(visit()) == "The address or the password is wrong."


def test_only_editors_post_notices(email: str) -> None:
    async def visit() -> None:
        await board.sign_up(email, PASSWORD)
        assert await board.post("Tea at five") == "Only editors may post notices."
        assert "Tea at five" not in await board.notices()
        await give_role(email, "editor")
        assert await board.post("Tea at five") == ""
        assert "Tea at five" in await board.notices()

    asyncio.run(visit())


def test_a_protected_account_needs_a_code(email: str) -> None:
    async def visit() -> None:
        await board.sign_up(email, PASSWORD)
        await board.protect()
        device = await board.new_device()
        assert device is not None
        authenticator = TOTP(device.secret)
        assert await board.enter_code(authenticator.now()) == ""
        assert not await board.needs_second_factor()

        await supertokens.sign_out()
        await board.sign_in(email, PASSWORD)
        assert await board.needs_second_factor()
        with pytest.raises(OSError, match="403"):
            await board.notices()
        # A code counts once, so this is the next one.
        assert await board.enter_code(authenticator.at(int(time.time()) + 30)) == ""
        assert await board.notices()

    asyncio.run(visit())
# --8<-- [end:step6-test]
