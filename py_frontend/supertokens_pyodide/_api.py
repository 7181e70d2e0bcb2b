"""The module-level functions, which work on the current client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from . import _current
from ._client import Handler
from ._core.config.options import SEAMS, require_function
from ._core.diagnose.report import DiagnosticReport
from ._core.flow.effects import UserContext
from ._core.session.session import SessionStatus
from .errors import AlreadyInitialised
from .events import Action, ClaimValidationError

if TYPE_CHECKING:
    from typing import Unpack

    from .claims import SessionClaim, SessionClaimValidator
    from .options import InitOptions

    OverrideValidators = Callable[
        [list[SessionClaimValidator], UserContext], Iterable[SessionClaimValidator]
    ]

T = TypeVar("T")


def init(api_domain: str | None = None, **options: Unpack[InitOptions]) -> None:
    """Start the session SDK: from now on the page's requests to the API carry the session.

    The options are those of supertokens-website in snake_case; ``refresh_timeout`` is in seconds.
    ``supertokens_pyodide.options`` lists them with their types.
    ``api_domain`` may be left out where JavaScript's ``supertokens.init()`` has given the options.
    Calling it again takes the same options only. Functions among them replace the earlier ones;
    ``cookie_handler``, ``window_handler``, ``date_provider`` and a ``lock_factory`` that is new
    cannot be replaced. Raises ConfigError, AlreadyInitialised or UnsupportedPlatform.
    """
    every: dict[str, Any] = {"api_domain": api_domain, **options}
    given = {name: value for name, value in every.items() if value is not None}
    on_handle_event = given.pop("on_handle_event", None)
    from ._browser import attach

    client = _current.bound()
    if client is not None:
        functions = {name: value for name, value in given.items() if name in SEAMS}
        for name, function in functions.items():
            require_function(name, function)
        data = given.keys() - functions.keys()
        if data and not client.agrees(attach.read_options(given)):
            raise AlreadyInitialised
        client.renew(functions)
        client.handle_events(on_handle_event)
        return
    attach.start(given).handle_events(on_handle_event)


def close() -> None:
    """Undo everything that ``init()`` did, patches included; calls that wait raise Closed."""
    _current.close()


def _ask(name: str, user_context: UserContext | None, **more: Any) -> Awaitable[Any]:
    """Call a function that can be overridden."""
    function = _current.current().recipe[name]
    return cast(
        "Awaitable[Any]",
        function(user_context={} if user_context is None else user_context, **more),
    )


async def does_session_exist(*, user_context: UserContext | None = None) -> bool:
    """Whether a valid session is there; an expired access token is refreshed to find out.

    False also when nobody can tell: ``get_session_status`` knows the difference.
    """
    return cast(bool, await _ask("does_session_exist", user_context))


async def get_session_status() -> SessionStatus:
    """Whether a session is there: ACTIVE, NONE, or UNKNOWN with the reason (an outage, say)."""
    return cast(SessionStatus, await _current.current().call("get_session_status"))


async def get_user_id(*, user_context: UserContext | None = None) -> str:
    """The signed-in user's id; raises NoSession, or RefreshUnavailable if nobody can tell."""
    return cast(str, await _ask("get_user_id", user_context))


async def get_access_token(min_validity: float | None = None) -> str | None:
    """A valid access token (a JWT), or None without a session.

    In cookie mode it is there only where the backend sets
    ``exposeAccessTokenToFrontendInCookieBasedAuth``; otherwise None. With ``min_validity``
    (seconds) it is as fresh as ``ensure_fresh`` makes it, and that is what may be raised.
    """
    token = await _current.current().call("get_access_token", min_validity=min_validity)
    return cast("str | None", token)


async def get_access_token_payload(*, user_context: UserContext | None = None) -> dict[str, Any]:
    """The payload of a valid access token.

    Raises NoSession, SessionExpired or RefreshUnavailable.
    """
    return cast("dict[str, Any]", await _ask("get_access_token_payload", user_context))


async def get_tenant_id() -> str:
    """The id of the tenant that the session belongs to, from the ``tId`` claim.

    It is read from the front token's payload, else from the access token where exposed; a token
    that names none belongs to ``public``. Raises NoSession, SessionExpired or RefreshUnavailable.
    """
    return cast(str, await _current.current().call("get_tenant_id"))


async def ensure_fresh(min_validity: float = 30) -> bool:
    """Refresh the session if its access token lives for less than ``min_validity`` seconds.

    False when there is no session. Where the backend makes tokens for less than that, one is fresh
    for the first half of its life. Raises RefreshUnavailable when the token is not fresh and could
    not be refreshed.
    """
    return cast(bool, await _current.current().call("ensure_fresh", min_validity=min_validity))


async def validate_claims(
    override_global_claim_validators: OverrideValidators | None = None,
    *,
    user_context: UserContext | None = None,
) -> list[ClaimValidationError]:
    """What the session lacks of what a page requires: each validator's ``id`` and its reason.

    The function gets the validators that hold everywhere and the user context, and returns those to
    ask. Before any of them judges, those that need it refresh their claim, in one tab at a time.
    An empty list says that all is well.

    Raises NoSession, SessionExpired, RefreshUnavailable, InvalidMaxAge, or ClaimValidatorFailed
    with a validator's own error as its cause; a ``refresh`` that fails is only reported.
    """
    context = {} if user_context is None else user_context
    validators = _current.current().recipe["get_global_claim_validators"](
        claim_validators_added_by_other_recipes=[], user_context=context
    )
    if override_global_claim_validators is not None:
        validators = override_global_claim_validators(validators, context)
    return list(await _ask("validate_claims", context, claim_validators=list(validators)))


async def get_claim_value(
    claim: SessionClaim[T], *, user_context: UserContext | None = None
) -> T | None:
    """A claim's value in the session, or None; raises what ``get_access_token_payload`` raises."""
    context = {} if user_context is None else user_context
    payload = await get_access_token_payload(user_context=context)
    return claim.get_value_from_payload(payload, context)


async def get_invalid_claims_from_response(
    response: object, *, user_context: UserContext | None = None
) -> list[ClaimValidationError]:
    """Why the backend refused the session in a response of any HTTP client; empty if it did not.

    Takes a response of pyfetch, ``js.fetch``, requests or httpx, an object with a ``json`` method,
    or the body as text or as a dict. The response can still be read, unless its client has let go
    of the body.
    """
    found = await _ask("get_invalid_claims_from_response", user_context, response=response)
    return cast("list[ClaimValidationError]", found)


async def attempt_refresh(force: bool = True) -> bool:
    """Refresh the session now; False when there is none. Raises RefreshUnavailable.

    With ``force=False`` it is refreshed only when the access token has expired.
    """
    return cast(bool, await _current.current().call("attempt_refresh", force=force))


async def verify_access_token(
    token: str | None = None,
    *,
    jwks_url: str | None = None,
    leeway: float = 0,
    issuer: str | None = None,
    audience: str | Sequence[str] | None = None,
) -> dict[str, Any]:
    """Verify an access token, the session's own unless given; returns its claims.

    The signature must be RS256 by a key that the backend publishes (at ``{api_domain}
    {api_base_path}/jwt/jwks.json`` unless ``jwks_url`` is given), and the token must be of this
    moment, give or take ``leeway`` seconds. Its ``iss`` must be ``issuer``, which is the session's
    own unless given. With ``audience``, its ``aud`` must name that, or one of these. A key set
    counts for as long as the response that brought it may be cached, an hour at most. Raises
    TokenInvalid, whose ``reason`` says why; for the session's own token also NoSession,
    RefreshUnavailable and AccessTokenHidden.
    """
    arguments = {
        "token": token,
        "jwks_url": jwks_url,
        "leeway": leeway,
        "issuer": issuer,
        "audience": audience,
    }
    return cast("dict[str, Any]", await _current.current().call("verify_access_token", **arguments))


async def sign_out(
    local_on_error: bool = False, *, user_context: UserContext | None = None
) -> bool:
    """End the session, here and on the backend; True says that the backend has confirmed it.

    Raises SignOutFailed when it has not, and the session is kept; with ``local_on_error=True`` the
    session ends on this page and in this browser's other tabs all the same, and the result is
    False. In cookie mode the session's httpOnly cookies, which no page can remove, then remain
    until the backend answers a sign-out: requests still carry them, and whoever has them may still
    use the session. Raises GeneralError, in any case, with a message of the backend for the user.
    """
    return cast(bool, await _ask("sign_out", user_context, local_on_error=local_on_error))


async def diagnose(probe: bool = False) -> DiagnosticReport:
    """Look what is right and what is wrong with this page's set-up.

    With ``probe`` a refresh call is made to see how it goes: it refreshes the session, if one is
    there, and changes nothing otherwise.
    """
    return cast(DiagnosticReport, await _current.current().diagnose(probe))


def on(event: Action | Literal["*"], handler: Handler) -> Callable[[], None]:
    """Call ``handler`` with every event of this name, or with ``"*"`` of all.

    Returns the function that ends it.

    The handler may be async. One that fails is logged and breaks nothing.
    """
    return _current.current().on(event, handler)
