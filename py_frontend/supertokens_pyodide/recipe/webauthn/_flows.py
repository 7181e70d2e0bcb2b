"""Registration, sign-in and more in one call each: fetch options, prompt, send the answer."""

from __future__ import annotations

from typing import overload

from ... import _current
from ..._core.flow.effects import UserContext
from .._calls import require_session
from .._links import TokenLink, take_token
from .._results import SignedIn
from . import _routes
from ._handles import is_known, remember, signal_accepted
from ._options import RegisterOptions, SignInOptions
from ._prompt import Passkeys, passkeys_for
from ._results import (
    AddResult,
    Credential,
    CredentialAdded,
    CredentialRemoved,
    NeedsLinking,
    PromptFailure,
    RecoverResult,
    RegisterOptionsResult,
    RegisterResult,
    RemoveResult,
    SignInOptionsResult,
    SignInResult,
)
from ._steps import (
    create_credential,
    function,
    get_credential,
    is_over,
    list_credentials,
    recovery_options,
    register_options,
    sign_in_options,
    sign_in_with,
    sign_up,
)


@overload
async def prepare(
    *, email: None = None, tenant_id: str | None = None, user_context: UserContext | None = None
) -> SignInOptionsResult: ...


@overload
async def prepare(
    *, email: str, tenant_id: str | None = None, user_context: UserContext | None = None
) -> RegisterOptionsResult: ...


async def prepare(
    *,
    email: str | None = None,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> SignInOptionsResult | RegisterOptionsResult:
    """Fetch options before the user clicks: to register an address, or without one to sign in.

    Some browsers show a prompt only during a click, and not after a request. Pass the result to
    ``register`` or ``sign_in`` as ``options``; these fetch new options if they have expired.
    """
    if email is None:
        return await sign_in_options(tenant_id=tenant_id, user_context=user_context)
    return await register_options(email=email, tenant_id=tenant_id, user_context=user_context)


@function
async def register(
    *,
    email: str,
    options: RegisterOptions | None = None,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> RegisterResult:
    """Create a passkey for an address, and a user that signs in with it.

    With ``second_factor=True`` the passkey is added to the session's user; without a session that
    raises NoSession before the prompt.
    """
    if second_factor:
        await require_session(_current.current())
    if (failure := _unusable(options)) is not None:
        return failure
    if options is None or is_over(options):
        found = await register_options(email=email, tenant_id=tenant_id, user_context=user_context)
        if not isinstance(found, RegisterOptions):
            return found
        options = found
    credential = await create_credential(options=options, user_context=user_context)
    if not isinstance(credential, Credential):
        return credential
    return await sign_up(
        options=options,
        credential=credential,
        second_factor=second_factor,
        tenant_id=tenant_id,
        user_context=user_context,
    )


@function
async def sign_in(
    *,
    options: SignInOptions | None = None,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> SignInResult:
    """Ask for a passkey and sign in with it.

    With ``second_factor=True`` the call completes a factor of the current session. Without a
    session it raises NoSession before the prompt.
    """
    if second_factor:
        await require_session(_current.current())
    if (failure := _unusable(options)) is not None:
        return failure
    if options is None or is_over(options):
        found = await sign_in_options(tenant_id=tenant_id, user_context=user_context)
        if not isinstance(found, SignInOptions):
            return found
        options = found
    credential = await get_credential(options=options, user_context=user_context)
    if not isinstance(credential, Credential):
        return credential
    return await sign_in_with(
        options=options,
        credential=credential,
        second_factor=second_factor,
        tenant_id=tenant_id,
        user_context=user_context,
    )


@function
async def add_credential(
    *,
    email: str,
    options: RegisterOptions | None = None,
    link: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> AddResult:
    """Create a passkey for the session's user, whose address is ``email``; raises NoSession.

    If the user has signed in with a passkey, this adds another one. Otherwise a passkey is a new
    login method: the result is NeedsLinking, and ``link=True`` creates it and links it to the user.
    """
    if (failure := _unusable(options)) is not None:
        return failure
    passkeys = await list_credentials(user_context=user_context)
    payload = await _current.current().call("get_access_token_payload")
    has_passkeys = payload.get("rsub") in {one.recipe_user_id for one in passkeys}
    if not has_passkeys and not link:
        return NeedsLinking()
    if options is None or is_over(options):
        found = await register_options(email=email, tenant_id=tenant_id, user_context=user_context)
        if not isinstance(found, RegisterOptions):
            return found
        options = found
    known = [one.credential_id for one in passkeys if one.relying_party_id == options.rp_id]
    credential = await create_credential(options=options, exclude=known, user_context=user_context)
    if not isinstance(credential, Credential):
        return credential
    if has_passkeys:
        added = await _routes.ADD.send(
            {"webauthnGeneratedOptionsId": options.options_id, "credential": credential.data},
            tenant_id=tenant_id,
            user_context=user_context,
        )
        if isinstance(added, CredentialAdded):
            remember(credential, options.rp_id, options.public_key["user"]["id"])
        return added
    linked = await sign_up(
        options=options,
        credential=credential,
        second_factor=True,
        tenant_id=tenant_id,
        user_context=user_context,
    )
    return CredentialAdded() if isinstance(linked, SignedIn) else linked


@function
async def remove_credential(
    *, credential_id: str, user_context: UserContext | None = None
) -> RemoveResult:
    """Remove a passkey of the session's user; raises NoSession.

    Sessions that began with it continue. If this browser made or used the passkey, and supports it,
    the SDK reports the removal to the browser, which then no longer offers the passkey.
    """
    result = await _routes.REMOVE.send(
        {"webauthnCredentialId": credential_id}, user_context=user_context
    )
    if isinstance(result, CredentialRemoved) and is_known(credential_id):
        left = await list_credentials(user_context=user_context)
        await signal_accepted(credential_id, [one.credential_id for one in left])
    return result


@function
async def recover_account(
    *,
    token: TokenLink | str,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> RecoverResult:
    """Create a new passkey with the token of a link: see ``recovery_token_from_url``.

    The tenant is ``tenant_id``, else the link's, else the page's.
    """
    link = TokenLink.of(token)
    tenant = tenant_id or link.tenant_id
    if (failure := _unusable(None)) is not None:
        return failure
    options = await recovery_options(token=link, tenant_id=tenant, user_context=user_context)
    if not isinstance(options, RegisterOptions):
        return options
    credential = await create_credential(options=options, user_context=user_context)
    if not isinstance(credential, Credential):
        return credential
    return await _routes.RECOVER.send(
        {
            "token": link.token,
            "webauthnGeneratedOptionsId": options.options_id,
            "credential": credential.data,
        },
        tenant_id=tenant,
        user_context=user_context,
    )


def recovery_token_from_url(url: str | None = None, *, clear: bool = True) -> TokenLink | None:
    """The token of the link in the page's address, or in ``url``; None if there is none.

    The token is removed from the page's address unless ``clear`` is False; nothing is sent. In a
    worker without ``window_handler`` give the URL, or UnsupportedPlatform is raised.
    """
    return take_token(url, clear=clear)


def _unusable(options: RegisterOptions | SignInOptions | None) -> PromptFailure | None:
    """The reason if no prompt can be shown; it is checked before any request."""
    found: Passkeys | PromptFailure = passkeys_for(options.rp_id if options else None)
    return found if isinstance(found, PromptFailure) else None
