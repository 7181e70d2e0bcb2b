"""The demo's page /sign-in: all sign-in methods of a tenant, and the steps after them."""

# mypy: allow-untyped-decorators

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import pyodide_js
import supertokens_pyodide as supertokens
from page import (  # type: ignore[import-not-found]  # a file of the page
    Json,
    by_id,
    in_background,
    on,
    report,
    root,
    show_notice,
    show_status,
    show_user,
)
from problems import problem_of  # type: ignore[import-not-found]
from pyodide.http import pyfetch
from pyscript import document, window
from supertokens_pyodide.recipe import (
    emailpassword,
    emailverification,
    multifactorauth,
    multitenancy,
    passwordless,
    thirdparty,
    totp,
    webauthn,
)
from supertokens_pyodide.recipe.emailverification import EmailVerificationClaim
from supertokens_pyodide.recipe.multifactorauth import MultiFactorAuthClaim
from supertokens_pyodide.recipe.userroles import PermissionClaim, UserRoleClaim

PAGE = "/sign-in"
# Functions that read a link take the tenant out of the address, too.
tenant = window.URLSearchParams.new(window.location.search).get("tenantId") or "public"


class State:
    """What the page remembers between two events."""

    #: What may happen in this step without a click.
    meanwhile: asyncio.Task[None] | None = None
    #: What the link is for with which the page was opened.
    follow_link: Callable[[], Awaitable[Any]]
    #: The authenticator app that is being set up.
    device: totp.NewDevice | None = None


state = State()


def value(name: str) -> str:
    return str(by_id(name).value).strip()


def show(step: str, meanwhile: Coroutine[Any, Any, None] | None = None) -> None:
    """Show one step, and run something until the next step."""
    for form in document.forms:
        form.reset()
    for section in document.querySelectorAll("[data-step]"):
        section.hidden = section.dataset.step != step
    by_id(f"{step}-title").focus()
    if state.meanwhile and state.meanwhile is not asyncio.current_task():
        state.meanwhile.cancel()
    state.meanwhile = in_background(meanwhile) if meanwhile else None


# ---- which step is next --------------------------------------------------------------------------


async def is_signed_in() -> bool:
    exists = await supertokens.does_session_exist()
    show_status("signed-in" if exists else "signed-out")
    return exists


async def next_step() -> None:
    """Show the sign-in methods, or the next step that the backend requires, or the panel."""
    if not await is_signed_in():
        await offer_methods(passwordless.login_attempt())
        return
    response = await pyfetch("/api/needs-all")
    match await supertokens.get_invalid_claims_from_response(response):
        case [{"id": EmailVerificationClaim.id}, *_]:
            await ask_to_verify()
        case [{"id": MultiFactorAuthClaim.id}, *_]:
            await ask_for_factor(await multifactorauth.info())
        case [{"id": UserRoleClaim.id | PermissionClaim.id}, *_]:
            show("role")
        case _:
            response.raise_for_status()
            show_user(await supertokens.get_user_id(), await supertokens.get_tenant_id())
            show("panel")


async def go_on(result: Any) -> None:
    """Show the problem of a result; continue unless the user can try again in this step."""
    problem = problem_of(result)
    show_notice(problem)
    match result:
        case (
            emailpassword.InvalidToken()
            | emailverification.InvalidToken()
            | webauthn.InvalidToken()
            | passwordless.RestartFlow()
        ):
            await next_step()
        case _ if not problem:
            await next_step()


# ---- first factors -------------------------------------------------------------------------------


async def offer_methods(attempt: passwordless.LoginAttempt | None) -> None:
    """Ask for the code of an attempt, or show all methods of the tenant."""
    methods = await multitenancy.login_methods()
    for part in document.querySelectorAll("[data-method]"):
        part.hidden = not getattr(methods, part.dataset.method)
    by_id("providers").replaceChildren(*map(button_for, methods.providers))
    if attempt:
        by_id("code-contact").textContent = attempt.email or attempt.phone_number
        show("code")
    else:
        show("methods", offer_passkeys() if methods.webauthn else None)


def button_for(provider: multitenancy.Provider) -> Any:
    button = document.createElement("button")
    button.type, button.textContent = "button", f"Continue with {provider.name}"
    button.dataset.provider = provider.id
    return button


async def offer_passkeys() -> None:
    """Let the browser offer passkeys in the field for the address."""
    async with webauthn.autofill_sign_in() as offer:
        result = await offer.result()
    if not isinstance(result, webauthn.NotSupported | webauthn.Dismissed):
        await go_on(result)


@on("change", "#tenant")
async def choose_tenant(_event: Any) -> None:
    window.location.assign(f"{PAGE}?tenantId={value('tenant')}")


@on("click", "#providers")
async def visit_provider(event: Any) -> None:
    if provider := getattr(event.target.dataset, "provider", None):
        callback = f"{window.location.origin}{PAGE}/callback?tenantId={tenant}"
        await thirdparty.redirect_to(third_party_id=provider, redirect_uri=callback)


@on("submit", "#password-form")
async def sign_in(_event: Any) -> None:
    email, password = value("contact"), by_id("password").value
    await go_on(await emailpassword.sign_in(email=email, password=password))


@on("click", "#sign-up")
async def sign_up(_event: Any) -> None:
    email, password = value("contact"), by_id("password").value
    await go_on(await emailpassword.sign_up(email=email, password=password))


@on("click", "#forgot")
async def send_reset_mail(_event: Any) -> None:
    await show_if_sent(await emailpassword.send_password_reset_email(email=value("contact")))


@on("click", "#use-passkey")
async def use_passkey(_event: Any) -> None:
    await go_on(await webauthn.sign_in())


@on("click", "#new-passkey")
async def make_passkey(_event: Any) -> None:
    await go_on(await webauthn.register(email=value("contact")))


@on("click", "#lost-passkey")
async def send_recovery_mail(_event: Any) -> None:
    await show_if_sent(await webauthn.send_recovery_email(email=value("contact")))


async def show_if_sent(result: Any) -> None:
    if problem := problem_of(result):
        show_notice(problem)
    else:
        show("sent")


@on("click", "#send-code")
async def send_code(_event: Any) -> None:
    contact = value("contact")
    if "@" in contact:
        await go_on(await passwordless.create_code(email=contact))
    else:
        await go_on(await passwordless.create_code(phone_number=contact))


@on("click", "#resend")
async def resend_code(_event: Any) -> None:
    await go_on(await passwordless.resend_code())


@on("submit", "#code-form")
async def enter_code(_event: Any) -> None:
    await go_on(await passwordless.consume_code(code=value("code")))


@on("click", ".back")
async def go_back(_event: Any) -> None:
    await (next_step() if await is_signed_in() else offer_methods(None))


# ---- what comes after it -------------------------------------------------------------------------


async def ask_to_verify() -> None:
    if isinstance(await emailverification.send_verification_email(), emailverification.EmailSent):
        show("verify", go_on_when_verified())
    else:
        await next_step()


async def go_on_when_verified() -> None:
    await emailverification.wait_until_verified()
    await next_step()


@on("click", "#send-verification")
async def send_verification(_event: Any) -> None:
    await ask_to_verify()


async def ask_for_factor(info: multifactorauth.MfaInfo) -> None:
    if "totp" in info.usable:
        ask_for_totp(None)
    elif "totp" in info.to_set_up:
        await pyodide_js.loadPackage("segno")
        device = await totp.create_device()
        assert isinstance(device, totp.NewDevice)
        ask_for_totp(device)
    else:
        show_notice(f"This page cannot ask for {' or '.join(info.next)}.")


def ask_for_totp(device: totp.NewDevice | None) -> None:
    """Ask for a code of an app. Set the app up first if it is new."""
    state.device = device
    by_id("new-device").hidden = device is None
    by_id("qr-code").innerHTML = device.qr_code_svg() if device else ""
    by_id("secret").textContent = device.secret_in_groups if device else ""
    show("totp")


@on("submit", "#totp-form")
async def enter_totp(_event: Any) -> None:
    code = value("totp")
    if state.device:
        await go_on(await totp.verify_device(device_name=state.device.name, code=code))
    else:
        await go_on(await totp.verify_code(code=code))


@on("click", "[data-call]")
async def take_or_drop_role(event: Any) -> None:
    await pyfetch(event.target.dataset.call, method="POST")
    await next_step()


@on("click", ".sign-out")
async def sign_out(_event: Any) -> None:
    await supertokens.sign_out()


# ---- the start -----------------------------------------------------------------------------------


def offer_link(title: str, follow: Callable[[], Awaitable[Any]], *, password: bool = False) -> None:
    """Show a button for a link's purpose, because mail scanners open links too."""
    by_id("link-title").textContent = title
    by_id("new-password-part").hidden = not password
    state.follow_link = follow
    show("link")


@on("submit", "#link-form")
async def follow_link(_event: Any) -> None:
    await go_on(await state.follow_link())


async def set_password(token: emailpassword.TokenLink) -> emailpassword.SubmitResult:
    password = by_id("new-password").value
    return await emailpassword.submit_new_password(token=token, password=password)


async def first_step() -> None:
    """Start with the purpose of the page's address."""
    match window.location.pathname.removeprefix(PAGE):
        case "/verify-email" if token := emailverification.token_from_url():
            verify = partial(emailverification.verify_email, token=token)
            offer_link("Verify your e-mail address", verify)
        case "/reset-password" if token := emailpassword.reset_token_from_url():
            offer_link("Choose a new password", partial(set_password, token), password=True)
        case "/webauthn/recover" if token := webauthn.recovery_token_from_url():
            recover = partial(webauthn.recover_account, token=token)
            offer_link("Make a new passkey", recover)
        case "/verify" if link := passwordless.link_code_from_url():
            offer_link("Sign in with this link", partial(passwordless.consume_code, link=link))
        case "/callback":
            show_notice(problem_of(await thirdparty.sign_in_and_up()))
            await next_step()
        case _:
            await next_step()


def on_session_event(event: Json) -> None:
    match event:
        case {"action": "SIGN_OUT" | "UNAUTHORISED"} | {
            "action": "SESSION_CREATED",
            "other_tab": True,
        }:
            in_background(next_step())


def tenants(_original: Json) -> Json:
    async def get_tenant_id(*, user_context: Json) -> str:
        return str(tenant)

    return {"get_tenant_id": get_tenant_id}


async def start() -> None:
    by_id("tenant").value = tenant
    supertokens.init(
        api_domain=window.location.origin,
        api_base_path="/auth",
        override={"multitenancy": tenants},
    )
    supertokens.on("*", on_session_event)
    await is_signed_in()
    await report(first_step())
    root.dataset.ready = "true"


in_background(start())
