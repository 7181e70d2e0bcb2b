"""Second factors: an authenticator app, or a code by e-mail or text message."""

from collections.abc import Mapping
from typing import Any

import pyodide_js
from page import by_id, show_notice  # type: ignore[import-not-found]  # files of the page
from problems import problem_of  # type: ignore[import-not-found]
from steps import show  # type: ignore[import-not-found]
from supertokens_pyodide.recipe import multifactorauth, passwordless, totp


class Asked:
    """What the user is asked for."""

    step: multifactorauth.NextStep | None = None
    #: The step that the user has done: if the backend asks for the same again, something is wrong.
    done: multifactorauth.NextStep | None = None
    #: The authenticator app that is being set up.
    device: totp.NewDevice | None = None


async def ask_for_factor() -> None:
    """Show the step for a factor that the backend requires."""
    Asked.step = await multifactorauth.next_step(after=Asked.done)
    Asked.done = None
    match Asked.step:
        case multifactorauth.CompleteFactor(factors) if "totp" in factors:
            ask_for_app(None)
        case multifactorauth.SetUpFactor(factors) if "totp" in factors:
            await pyodide_js.loadPackage("segno")
            device = await totp.create_device()
            assert isinstance(device, totp.NewDevice)
            ask_for_app(device)
        case multifactorauth.CompleteFactor(factors, info) | multifactorauth.SetUpFactor(
            factors, info
        ) if {"otp-email", "otp-phone"} & {*factors}:
            await send_code(factors, info)
        case _:
            show("stuck")


def ask_for_app(device: totp.NewDevice | None) -> None:
    """Ask for a code of an app. Set the app up first if it is new."""
    Asked.device = device
    by_id("new-device").hidden = device is None
    by_id("qr-code").innerHTML = device.qr_code_svg() if device else ""
    by_id("secret").textContent = device.secret_in_groups if device else ""
    show("totp")


async def send_code(factors: tuple[str, ...], info: multifactorauth.MfaInfo) -> None:
    """Send a code to an address or a number of the user, unless one is on its way."""
    email = first_of(info.emails, "otp-email", factors)
    number = None if email else first_of(info.phone_numbers, "otp-phone", factors)
    if not email and not number:
        show("stuck")
        return
    attempt = passwordless.login_attempt()
    sent_to = (attempt.email, attempt.phone_number) if attempt and attempt.second_factor else ()
    if sent_to != (email, number):
        sent = await passwordless.create_code(email=email, phone_number=number, second_factor=True)
        show_notice(problem_of(sent))
    by_id("factor-contact").textContent = email or number
    show("factor")


def first_of(
    contacts: Mapping[str, tuple[str, ...]], factor: str, factors: tuple[str, ...]
) -> str | None:
    return next(iter(contacts.get(factor, ())), None) if factor in factors else None


async def enter_totp(code: str) -> Any:
    """Complete the factor with a code of the app."""
    if Asked.device:
        return done(await totp.verify_device(device_name=Asked.device.name, code=code))
    return done(await totp.verify_code(code=code))


async def enter_code(code: str) -> Any:
    """Complete the factor with the code of a message."""
    return done(await passwordless.consume_code(code=code))


def done(result: Any) -> Any:
    Asked.done = None if problem_of(result) else Asked.step
    return result
