"""The functions of a session that a page may override with the option ``override``.

    def functions(original):
        async def get_user_id(*, user_context):
            return (await original["get_user_id"](user_context=user_context)).upper()

        return {"get_user_id": get_user_id}

    supertokens.init(api_domain=..., override={"functions": functions})

To combine two overrides, call one in the other. Functions that are not returned stay as they are.
Python's overrides apply to Python's callers. Two functions are called by the SDK itself
(``should_do_interception_based_on_url``, ``calculate_clock_skew_in_millis``): overrides of these
apply to the whole page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ._core.flow.effects import UserContext
from ._core.session.session import Session
from .errors import ConfigError

if TYPE_CHECKING:
    from .claims import SessionClaimValidator
    from .events import ClaimValidationError

log = logging.getLogger("supertokens_pyodide")

Recipe = Mapping[str, Callable[..., Any]]

MATCH_URL = "should_do_interception_based_on_url"
CALCULATE_SKEW = "calculate_clock_skew_in_millis"


# Whether a request to a URL carries the session, by the domains of the API and of the backend.
Covers = Callable[[str, str, "str | None"], bool]


def original_functions(
    call: Callable[..., Any], session: Callable[[], Session], covers: Covers
) -> Recipe:
    """The default behaviour of the functions.

    ``call`` runs a call of the session, which need not exist yet.
    """
    return {
        "does_session_exist": lambda *, user_context: call("does_session_exist"),
        "get_user_id": lambda *, user_context: call("get_user_id"),
        "get_access_token_payload": lambda *, user_context: call("get_access_token_payload"),
        "sign_out": lambda *, user_context, local_on_error=False: call(
            "sign_out", user_context=user_context, local_on_error=local_on_error
        ),
        "get_global_claim_validators": _global_claim_validators,
        "validate_claims": lambda *, claim_validators, user_context: call(
            "validate_claims", validators=claim_validators, user_context=user_context
        ),
        "get_invalid_claims_from_response": _invalid_claims_from_response,
        MATCH_URL: lambda url, api_domain, session_token_backend_domain: covers(
            url, api_domain, session_token_backend_domain
        ),
        CALCULATE_SKEW: lambda *, access_token_payload, response_headers: (
            session().flows.clock.skew_of(access_token_payload)
        ),
    }


def _global_claim_validators(
    *,
    claim_validators_added_by_other_recipes: list[SessionClaimValidator],
    user_context: UserContext,
) -> list[SessionClaimValidator]:
    return claim_validators_added_by_other_recipes


async def _invalid_claims_from_response(
    *, response: object, user_context: UserContext
) -> list[ClaimValidationError]:
    from ._invalid_claims import invalid_claims_of

    return await invalid_claims_of(response)


def override(original: Recipe, options: Mapping[str, Any]) -> Recipe:
    """The functions after the page's override; raises ConfigError."""
    functions = given_functions(options)
    if not callable(functions):
        return original  # read_config reports what is wrong with it, if anything
    own = dict(functions(dict(original)))
    unknown = sorted(own.keys() - original.keys())
    if unknown:
        raise ConfigError(
            "override",
            f"replaces {unknown[0]!r}, which is not a function of the session",
            hint=f"It may replace: {', '.join(sorted(original))}.",
        )
    return {**original, **own}


def given_functions(options: Mapping[str, Any]) -> Any:
    """The function of the option ``override``, if there is one."""
    given = options.get("override")
    return given.get("functions") if isinstance(given, Mapping) else None


def is_overridden(recipe: Recipe, name: str) -> bool:
    """Whether a page has overridden a function."""
    return getattr(recipe[name], "__module__", None) != __name__


def reported(function: Callable[..., Any], name: str, instead: Callable[..., Any]) -> Any:
    """A user's function; if it fails, ``instead`` is called."""

    def call(*args: Any, **more: Any) -> Any:
        try:
            return function(*args, **more)
        except Exception:
            log.exception("%s failed", name)
            return instead(*args, **more)

    return call
