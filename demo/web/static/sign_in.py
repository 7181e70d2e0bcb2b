"""The demo's page /sign-in: all sign-in methods of a tenant, and the steps after them."""

# mypy: allow-untyped-decorators

import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import factors  # type: ignore[import-not-found]  # files of the page
import supertokens_pyodide as supertokens
from page import (  # type: ignore[import-not-found]
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
from steps import show, value  # type: ignore[import-not-found]
from supertokens_pyodide.recipe import (
    emailpassword,
    emailverification,
    multifactorauth,
    multitenancy,
    passwordless,
    thirdparty,
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

    #: What the link is for with which the page was opened.
    follow_link: Callable[[], Awaitable[Any]]


state = State()


# ---- which step is next --------------------------------------------------------------------------


async def is_signed_in() -> bool:
    exists = await supertokens.does_session_exist()
    show_status("signed-in" if exists else "signed-out")
    return exists


async def next_step() -> None:
    """Show the sign-in methods, or the next step that the backend requires, or the panel."""
    if not await is_signed_in():
        attempt = passwordless.login_attempt()
        await offer_methods(None if attempt and attempt.second_factor else attempt)
        return
    response = await pyfetch("/api/needs-all")
    match await supertokens.get_invalid_claims_from_response(response):
        case [{"id": EmailVerificationClaim.id}, *_]:
            await ask_to_verify()
        case [{"id": MultiFactorAuthClaim.id}, *_]:
            await factors.ask_for_factor()
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


@on("click", "#resend, #resend-factor")
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


@on("submit", "#totp-form")
async def enter_totp(_event: Any) -> None:
    await go_on(await factors.enter_totp(value("totp")))


@on("submit", "#factor-form")
async def enter_factor_code(_event: Any) -> None:
    await go_on(await factors.enter_code(value("factor-code")))


@on("click", "[data-require]")
async def require_factor(event: Any) -> None:
    """Have the backend ask for a second factor from now on."""
    body = json.dumps({"factor": event.target.dataset.require})
    headers = {"content-type": "application/json"}
    response = await pyfetch("/api/require-factor", method="POST", headers=headers, body=body)
    response.raise_for_status()
    await multifactorauth.info()  # the session learns of it
    await next_step()


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
