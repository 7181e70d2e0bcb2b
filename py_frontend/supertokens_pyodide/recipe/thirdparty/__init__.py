"""Sign-in with another provider, such as Google, by OpenID Connect or OAuth 2.

    from supertokens_pyodide.recipe import thirdparty

    # on the page with the button
    await thirdparty.redirect_to("google", redirect_uri="https://app.example.com/callback")

    # on /callback
    result = await thirdparty.sign_in_and_up()

The data that the callback must match (a random state, PKCE's verifier) are stored in sessionStorage
for ten minutes, separately for each attempt. They are used once: a repeated callback is not sent
again.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..._core.flow.effects import UserContext
from ...errors import UnsupportedPlatform
from .._body import Body
from .._calls import Api
from .._functions import RecipeFunctions
from .._links import address, clean_address, with_parameters
from .._page import page_window
from .._results import NotAllowed, SignedIn
from .._tenant import page_tenant
from .._user import User
from ._attempts import LIFETIME, OAuthState, attempts, state_from_storage
from ._results import (
    CallbackAlreadyUsed,
    NoEmailGiven,
    ProviderRefused,
    SignInResult,
    StateExpired,
    StateMismatch,
    StateMissing,
)

__all__ = [
    "CallbackAlreadyUsed",
    "NoEmailGiven",
    "NotAllowed",
    "OAuthState",
    "ProviderRefused",
    "SignInResult",
    "SignedIn",
    "StateExpired",
    "StateMismatch",
    "StateMissing",
    "User",
    "authorisation_url",
    "redirect_to",
    "sign_in_and_up",
    "state_from_storage",
]

RECIPE = "thirdparty"

# Parameters that providers add to the callback's address.
_PARAMETERS = {
    *("code", "state", "error", "error_description", "error_uri", "iss", "scope", "session_state"),
    *("authuser", "prompt", "hd", "user", "id_token"),
}


@dataclass(frozen=True, slots=True)
class _Authorisation:
    url: str
    pkce_code_verifier: str | None = field(repr=False)

    @classmethod
    def read(cls, body: Body) -> _Authorisation:
        verifier = body.text("pkceCodeVerifier") if "pkceCodeVerifier" in body else None
        return cls(body.text("urlWithQueryParams"), verifier)


_URL: Api[_Authorisation] = Api(
    RECIPE,
    "GET_AUTHORISATION_URL",
    "GET",
    "/authorisationurl",
    {"OK": _Authorisation.read},
    of_tenant=True,
)
_SIGN_IN_UP: Api[SignInResult] = Api(
    RECIPE,
    "THIRD_PARTY_SIGN_IN_UP",
    "POST",
    "/signinup",
    {
        "OK": SignedIn.read,
        "NO_EMAIL_GIVEN_BY_PROVIDER": NoEmailGiven.read,
        "SIGN_IN_UP_NOT_ALLOWED": NotAllowed.read,
    },
    of_tenant=True,
    changes_session=True,
)

_function = RecipeFunctions(RECIPE)


@_function
async def authorisation_url(
    *,
    third_party_id: str,
    redirect_uri: str,
    redirect_uri_on_provider_dashboard: str | None = None,
    client_type: str | None = None,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> str:
    """The address to send the user to; stores the data that the callback must match.

    ``redirect_uri`` is your page that calls ``sign_in_and_up``. If the provider is registered with
    another address, such as the backend's for Apple's form post, give that as
    ``redirect_uri_on_provider_dashboard``.

    Raises NoSession if ``second_factor=True`` and no user is signed in. Raises UnsupportedPlatform
    if the page's storage is blocked, or in a worker without ``window_handler``, because the
    callback could not be checked. In both cases nothing is sent.
    """
    page_window("the page's sessionStorage", "Call it on the page.")
    tenant = tenant_id or await page_tenant(user_context)
    dashboard = redirect_uri_on_provider_dashboard or redirect_uri
    query = {"thirdPartyId": third_party_id, "redirectURIOnProviderDashboard": dashboard}
    if client_type is not None:
        query["clientType"] = client_type
    found = await _URL.send(
        query=query,
        tenant_id=tenant,
        second_factor=second_factor,
        user_context=user_context,
    )
    told = {"state": os.urandom(24).hex()}
    if dashboard != redirect_uri:
        told["frontendRedirectURI"] = redirect_uri  # the backend redirects the browser there
    state = b64encode(json.dumps(told).encode()).decode()
    OAuthState(
        state,
        third_party_id,
        tenant,
        dashboard,
        client_type,
        second_factor,
        found.pkce_code_verifier,
    ).keep()
    if attempts.is_in_memory():
        attempts.forget(state)
        raise UnsupportedPlatform(
            "The browser stores nothing for this page, so a callback could not be checked.",
            hint="Ask the user to allow storage for this site, or offer another way to sign in.",
        )
    return with_parameters(found.url, {"state": state})


@_function
async def redirect_to(
    *,
    third_party_id: str,
    redirect_uri: str,
    redirect_uri_on_provider_dashboard: str | None = None,
    client_type: str | None = None,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> None:
    """Send the user to the provider: the page goes to ``authorisation_url``."""
    url = await authorisation_url(
        third_party_id=third_party_id,
        redirect_uri=redirect_uri,
        redirect_uri_on_provider_dashboard=redirect_uri_on_provider_dashboard,
        client_type=client_type,
        second_factor=second_factor,
        tenant_id=tenant_id,
        user_context=user_context,
    )
    page_window("the page's address", "Use authorisation_url().").assign(url)


@_function
async def sign_in_and_up(
    *,
    url: str | None = None,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> SignInResult:
    """Sign in with the callback in the page's address, or in ``url``.

    Its secret parts are removed from the page's address. All results but the first three are
    decided here, before anything is sent. The tenant is ``tenant_id``, else the attempt's.
    """
    given = dict(parse_qsl(urlsplit(address(url)).query, keep_blank_values=True))
    if url is None:
        clean_address(_PARAMETERS)
    state = given.get("state", "")
    kept = attempts.get(state)
    attempt = None if kept is None else OAuthState.kept(state, kept)
    if attempt is None:
        return _without_attempt(given, state, kept is not None)
    attempts.keep(state, {"spent": True}, LIFETIME)
    if "error" in given or not given.get("code"):
        return ProviderRefused(given.get("error"), given.get("error_description"))
    redirect: dict[str, Any] = {
        "redirectURIOnProviderDashboard": attempt.redirect_uri_on_provider_dashboard,
        "redirectURIQueryParams": given,
    }
    if attempt.pkce_code_verifier is not None:
        redirect["pkceCodeVerifier"] = attempt.pkce_code_verifier
    body = {"thirdPartyId": attempt.third_party_id, "redirectURIInfo": redirect}
    if attempt.client_type is not None:
        body["clientType"] = attempt.client_type
    return await _SIGN_IN_UP.send(
        body,
        second_factor=attempt.second_factor,
        tenant_id=tenant_id or attempt.tenant_id,
        user_context=user_context,
    )


def _without_attempt(given: Mapping[str, str], state: str, is_spent: bool) -> SignInResult:
    """The result for a callback without an open attempt."""
    if is_spent:
        return CallbackAlreadyUsed()
    if attempts.has_expired(state):
        return StateExpired()
    if "error" in given:
        return ProviderRefused(given["error"], given.get("error_description"))
    if not state:
        # An address whose callback was removed has only this parameter left.
        is_again = "code" not in given and any("spent" in e for e in attempts.all().values())
        return CallbackAlreadyUsed() if is_again else StateMissing()
    return StateMismatch() if attempts.all() else StateMissing()
