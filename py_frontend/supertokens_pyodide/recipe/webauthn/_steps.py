"""The steps of registration and sign-in: options, prompts, and the requests with the answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ... import _current
from ..._core.flow.effects import UserContext
from .._functions import RecipeFunctions
from .._links import TokenLink
from .._results import SignedIn
from . import _routes
from ._handles import remember
from ._options import RegisterOptions, SignInOptions
from ._prompt import passkeys_for, prompts_of
from ._results import (
    Credential,
    NotSupported,
    Passkey,
    PromptFailure,
    PromptResult,
    RecoveryOptionsResult,
    RegisterOptionsResult,
    SendRecoveryResult,
    SignInOptionsResult,
    SignInWithResult,
    SignUpResult,
    Supported,
)

function = RecipeFunctions(_routes.RECIPE)


@function
async def is_supported(*, user_context: UserContext | None = None) -> Supported | NotSupported:
    """Whether passkeys can be used here, and if not, why; in a worker they cannot."""
    await _current.current().reached()
    passkeys = passkeys_for(None)
    if isinstance(passkeys, NotSupported):
        return passkeys
    platform = await passkeys.has_platform_authenticator()
    return Supported(platform, await passkeys.has_autofill())


@function
async def register_options(
    *, email: str, tenant_id: str | None = None, user_context: UserContext | None = None
) -> RegisterOptionsResult:
    """Fetch the backend's options for a new passkey of this address."""
    result = await _routes.REGISTER_OPTIONS.send(
        {"email": email}, tenant_id=tenant_id, user_context=user_context
    )
    return _dated(result) if isinstance(result, RegisterOptions) else result


@function
async def recovery_options(
    *,
    token: TokenLink | str,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> RecoveryOptionsResult:
    """Fetch the backend's options for a passkey that recovers an account."""
    link = TokenLink.of(token)
    result = await _routes.RECOVERY_OPTIONS.send(
        {"recoverAccountToken": link.token},
        tenant_id=tenant_id or link.tenant_id,
        user_context=user_context,
    )
    return _dated(result) if isinstance(result, RegisterOptions) else result


@function
async def sign_in_options(
    *, tenant_id: str | None = None, user_context: UserContext | None = None
) -> SignInOptionsResult:
    """Fetch the backend's options for a sign-in."""
    result = await _routes.SIGN_IN_OPTIONS.send(tenant_id=tenant_id, user_context=user_context)
    if isinstance(result, SignInOptions):
        return replace(result, expires_at=_now() + result.lifetime * 1000)
    return result


@function
async def create_credential(
    *,
    options: RegisterOptions,
    exclude: Iterable[str] = (),
    user_context: UserContext | None = None,
) -> PromptResult:
    """Let the browser create a passkey; ``exclude`` are ids of passkeys that the user has.

    A device that has one of these creates no other (AlreadyRegistered); without ``exclude`` it
    would replace the old one.
    """
    passkeys = passkeys_for(options.rp_id)
    if isinstance(passkeys, PromptFailure):
        return passkeys
    known = [*options.public_key.get("excludeCredentials", ())]
    known += [{"id": id, "type": "public-key"} for id in exclude]
    public_key = {**options.public_key, "excludeCredentials": known}
    prompts = prompts_of(_current.current())
    return await prompts.show(
        passkeys, lambda control: passkeys.create(public_key, control), options.rp_id
    )


@function
async def get_credential(
    *, options: SignInOptions, user_context: UserContext | None = None
) -> PromptResult:
    """Let the browser ask for a passkey."""
    passkeys = passkeys_for(options.rp_id)
    if isinstance(passkeys, PromptFailure):
        return passkeys
    prompts = prompts_of(_current.current())
    return await prompts.show(
        passkeys, lambda control: passkeys.get(options.public_key, control), options.rp_id
    )


@function
async def sign_up(
    *,
    options: RegisterOptions,
    credential: Credential,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> SignUpResult:
    """Create a user with this passkey, and sign it in.

    With ``second_factor=True`` the passkey is added to the session's user; without a session
    that raises NoSession.
    """
    result = await _routes.SIGN_UP.send(
        {"webauthnGeneratedOptionsId": options.options_id, "credential": credential.data},
        second_factor=second_factor,
        tenant_id=tenant_id,
        user_context=user_context,
    )
    if isinstance(result, SignedIn):
        remember(credential, options.rp_id, options.public_key["user"]["id"])
    return result


@function
async def sign_in_with(
    *,
    options: SignInOptions,
    credential: Credential,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> SignInWithResult:
    """Sign in with the result of ``get_credential``; a second factor needs a session."""
    result = await _routes.SIGN_IN.send(
        {"webauthnGeneratedOptionsId": options.options_id, "credential": credential.data},
        second_factor=second_factor,
        tenant_id=tenant_id,
        user_context=user_context,
    )
    if isinstance(result, SignedIn):
        remember(credential, options.rp_id, credential.data["response"].get("userHandle"))
    return result


@function
async def does_email_exist(
    *, email: str, tenant_id: str | None = None, user_context: UserContext | None = None
) -> bool:
    """Whether a user of the tenant signs in with this address and a passkey.

    Anybody may call this API, so it reveals who has an account; a backend can disable it.
    """
    return await _routes.EMAIL_EXISTS.send(
        query={"email": email}, tenant_id=tenant_id, user_context=user_context
    )


@function
async def list_credentials(*, user_context: UserContext | None = None) -> tuple[Passkey, ...]:
    """The passkeys of the session's user; raises NoSession."""
    return await _routes.LIST.send(user_context=user_context)


@function
async def send_recovery_email(
    *, email: str, tenant_id: str | None = None, user_context: UserContext | None = None
) -> SendRecoveryResult:
    """Send a link with which a new passkey can be created, if the address is known."""
    return await _routes.SEND_RECOVERY.send(
        {"email": email}, tenant_id=tenant_id, user_context=user_context
    )


def is_over(options: RegisterOptions | SignInOptions) -> bool:
    """Whether these options have expired, or will in a moment."""
    return _now() > options.expires_at - 1000


def _dated(options: RegisterOptions) -> RegisterOptions:
    return replace(options, expires_at=_now() + options.lifetime * 1000)


def _now() -> float:
    host = _current.current().host
    return host.now() if host else 0
