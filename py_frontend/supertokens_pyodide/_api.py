"""The module-level functions, which work on the current client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from . import _current
from ._core.config.options import SEAMS, require_function
from ._core.flow.effects import UserContext
from .errors import AlreadyInitialised
from .events import Action, ClaimValidationError

if TYPE_CHECKING:
    from typing import Unpack

    from ._client import Handler
    from ._core.diagnose.report import DiagnosticReport
    from ._core.session.status import SessionStatus
    from .claims import SessionClaim, SessionClaimValidator
    from .options import InitOptions

    OverrideValidators = Callable[
        [list[SessionClaimValidator], UserContext], Iterable[SessionClaimValidator]
    ]

T = TypeVar("T")


def init(api_domain: str | None = None, **options: Unpack[InitOptions]) -> None:
    """Start the session SDK. From now on the page's requests to the API carry the session.

    The options are those of supertokens-website in snake_case; ``refresh_timeout`` is in seconds.
    ``supertokens_pyodide.options`` lists them with their types.
    ``api_domain`` may be left out if JavaScript's ``supertokens.init()`` has given the options.
    A later call must give the same options. Functions among them replace the earlier ones, except
    ``cookie_handler``, ``window_handler``, ``date_provider`` and a new ``lock_factory``, which
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
    """Undo everything that ``init()`` did, patches included. Calls that wait raise Closed."""
    _current.close()


def _ask(name: str, user_context: UserContext | None, **more: Any) -> Awaitable[Any]:
    """Call a function that an override may replace."""
    function = _current.current().recipe[name]
    return cast(
        "Awaitable[Any]",
        function(user_context={} if user_context is None else user_context, **more),
    )


async def does_session_exist(*, user_context: UserContext | None = None) -> bool:
    """Whether there is a valid session; an expired access token is refreshed to find out.

    Also False if it is unknown: ``get_session_status`` reports the difference.
    """
    return cast(bool, await _ask("does_session_exist", user_context))


async def get_session_status() -> SessionStatus:
    """Whether there is a session: ACTIVE, NONE, or UNKNOWN with the reason (an outage, say)."""
    return cast("SessionStatus", await _current.current().call("get_session_status"))


async def get_user_id(*, user_context: UserContext | None = None) -> str:
    """The signed-in user's id; raises NoSession, or RefreshUnavailable if it is unknown."""
    return cast(str, await _ask("get_user_id", user_context))


async def get_access_token(min_validity: float | None = None) -> str | None:
    """A valid access token (a JWT), or None without a session.

    In cookie mode the result is None, unless the backend sets
    ``exposeAccessTokenToFrontendInCookieBasedAuth``. With ``min_validity`` (seconds) the token is
    as fresh as ``ensure_fresh`` makes it, and the same errors are raised.
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

    It is read from the front token's payload, or else from the access token if the page can see it.
    A token without a tenant belongs to ``public``. Raises NoSession, SessionExpired or
    RefreshUnavailable.
    """
    return cast(str, await _current.current().call("get_tenant_id"))


async def ensure_fresh(min_validity: float = 30) -> bool:
    """Refresh the session if its access token expires in less than ``min_validity`` seconds.

    False if there is no session. If the backend issues tokens with a shorter life than that, a
    token is fresh for the first half of its life. Raises RefreshUnavailable if the token is not
    fresh and cannot be refreshed.
    """
    return cast(bool, await _current.current().call("ensure_fresh", min_validity=min_validity))


async def validate_claims(
    override_global_claim_validators: OverrideValidators | None = None,
    *,
    user_context: UserContext | None = None,
) -> list[ClaimValidationError]:
    """Check the session's claims; returns the ``id`` and the reason of each validator that fails.

    ``override_global_claim_validators`` gets the global validators and the user context, and
    returns the validators to use. First, validators that need it refresh their claim, in one tab
    at a time. Then all validators judge. An empty list means that all claims are valid.

    Raises NoSession, SessionExpired, RefreshUnavailable, InvalidMaxAge, or ClaimValidatorFailed
    with the validator's own error as its cause. A ``refresh`` that fails is only logged.
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
    """A claim's value in the session, or None; raises as ``get_access_token_payload`` does."""
    context = {} if user_context is None else user_context
    payload = await get_access_token_payload(user_context=context)
    return claim.get_value_from_payload(payload, context)


async def get_invalid_claims_from_response(
    response: object, *, user_context: UserContext | None = None
) -> list[ClaimValidationError]:
    """Why the backend refused the session, from any HTTP client's response; empty if it did not.

    Takes a response of pyfetch, ``js.fetch``, requests or httpx, an object with a ``json`` method,
    or the body as text or as a dict. The response can still be read, unless its client has let go
    of the body.
    """
    found = await _ask("get_invalid_claims_from_response", user_context, response=response)
    return cast("list[ClaimValidationError]", found)


async def attempt_refresh(force: bool = True) -> bool:
    """Refresh the session now; False if there is none. Raises RefreshUnavailable.

    With ``force=False`` the session is refreshed only if the access token has expired.
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
    """Verify an access token and return its claims; the default is the session's own token.

    The signature must be RS256 by a key that the backend publishes (at ``{api_domain}
    {api_base_path}/jwt/jwks.json`` unless ``jwks_url`` is given). The token must be valid now, with
    ``leeway`` seconds of tolerance. Its ``iss`` must be ``issuer``, by default the issuer of the
    session's own token. If ``audience`` is given, its ``aud`` must contain that value or one of
    these values. A key set is cached for as long as its response allows, at most an hour. Raises
    TokenInvalid with a ``reason``; for the session's own token also NoSession, RefreshUnavailable
    and AccessTokenHidden.
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
    """End the session, here and on the backend; True means that the backend has confirmed it.

    If the backend has not confirmed it, the session is kept and SignOutFailed is raised. With
    ``local_on_error=True`` the session ends on this page and in this browser's other tabs instead,
    and the result is False. In cookie mode the session's httpOnly cookies then remain until the
    backend answers a sign-out, because no page can remove them: requests still carry them, and
    anybody who has them can use the session. If the backend has a message for the user,
    GeneralError is raised in any case.
    """
    return cast(bool, await _ask("sign_out", user_context, local_on_error=local_on_error))


async def diagnose(probe: bool = False) -> DiagnosticReport:
    """Check this page's set-up and report what is right and what is wrong.

    With ``probe`` the SDK also makes a refresh call and reports its result. The call refreshes the
    session if there is one, and changes nothing otherwise.
    """
    return cast("DiagnosticReport", await _current.current().diagnose(probe))


def on(event: Action | Literal["*"], handler: Handler) -> Callable[[], None]:
    """Call ``handler`` for every event with this name, or for every event with ``"*"``.

    Returns a function that removes the handler.

    The handler may be async. If it fails, the error is logged and other handlers still run.
    """
    return _current.current().on(event, handler)
