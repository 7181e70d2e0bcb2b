"""The errors of supertokens-pyodide: each says what happened, why, and what to do.

    SuperTokensError
    ├── ConfigError            an option of ``init()`` is missing or wrong
    ├── NotInitialised         a function was called before ``init()`` or after ``close()``
    ├── AlreadyInitialised     ``init()`` was called again with other options
    ├── UnsupportedPlatform    no browser here, or another session SDK is active on the page
    ├── BootFailed             Python did not start on the page, so the session core is missing
    ├── InterpreterDied        a fatal error has ended the page's Python
    ├── Closed                 ``close()`` ended the call while it was waiting
    ├── NoSession              the call needs a session and there is none
    │   └── SessionExpired     there was one, and the backend ended it
    ├── RefreshUnavailable     the session may be fine, but could not be refreshed just now
    │   └── FrontTokenMissing  the refresh call was answered with success, but without a front token
    ├── RefreshLimitReached    an endpoint refused the token after every refresh
    ├── CookieWriteBlocked     the browser did not keep the session's cookies
    ├── HandlerFailed          a handler given to ``init()`` fails or does not answer in time
    ├── StorageUnavailable     the store of the session cannot be read at the moment
    ├── SignOutFailed          the backend did not confirm the sign-out
    ├── ClaimValidatorFailed   a claim validator raised an error or returned no result
    ├── InvalidMaxAge          a claim's max age is not a number, or too small
    ├── AccessTokenHidden      the backend does not expose the access token to the page
    ├── TokenInvalid           a token could not be verified
    ├── RequestFailed          a recipe's call got no response, or one not defined by the API
    └── GeneralError           the backend refused, with a message for the user

No error contains a token: messages, hints and reprs are safe to log and to show.
"""

from __future__ import annotations

from typing import Any, Literal

from . import _error
from ._error import SuperTokensError as SuperTokensError


class ConfigError(SuperTokensError):
    """An option of ``init()`` is missing, wrong or contradicts another; ``option`` is its name."""

    code = "CONFIG_INVALID"
    hint = "Correct the option as the documentation of init() describes it."
    option: str = ""

    def __init__(self, option: str, problem: str, *, hint: str) -> None:
        super().__init__(f"Option {option!r} {problem}.", hint=hint)
        self.option = option


class NotInitialised(SuperTokensError):
    """A session function was called before ``init()``, or after ``close()``."""

    code = "NOT_INITIALISED"
    _usual = "The session SDK has not been initialised."
    hint = "Call supertokens_pyodide.init(api_domain=...) once, before the first session call."


class AlreadyInitialised(SuperTokensError):
    """``init()`` was called a second time with other options."""

    code = "ALREADY_INITIALISED"
    _usual = "The session SDK was already initialised, with other options."
    hint = "Call init() once per page. To change options, call close() first."


class UnsupportedPlatform(SuperTokensError):
    """The session SDK cannot run on this page or in this interpreter."""

    code = "UNSUPPORTED_PLATFORM"
    hint = "Call init() in a web page, by one session SDK and one Python interpreter of that page."


class BootFailed(SuperTokensError):
    """Python did not start on the page, so no call of the session can be answered."""

    code = "BOOT_FAILED"
    hint = (
        "Look at the error's cause. Usually indexURL or a wheel's URL is wrong, or the CSP lacks "
        "'wasm-unsafe-eval'."
    )


class InterpreterDied(SuperTokensError):
    """A fatal error has ended the page's Python. Raised in JavaScript; the session is kept."""

    code = "INTERPRETER_DIED"
    hint = (
        "Reload the page. The console shows Pyodide's fatal error; often a computation ran out of "
        "stack or memory."
    )


class Closed(SuperTokensError):
    """``close()`` ended this call while it was waiting."""

    code = "CLOSED"
    _usual = "The session SDK was closed."
    hint = "Call init() again before using the session."


class NoSession(SuperTokensError):
    """The call needs a session, and no user is signed in."""

    code = "NO_SESSION"
    hint = "Check does_session_exist() first, or send the user to sign in."


class SessionExpired(NoSession):
    """The session was there, and the backend ended it (expired, revoked or signed out)."""

    code = "SESSION_EXPIRED"
    hint = "Send the user to sign in again."


class RefreshUnavailable(_error.CallFailed):
    """The access token has expired and could not be refreshed; the session is kept.

    ``status`` is the HTTP status of the refresh call, or None without a response; ``response`` is
    that response.
    """

    code = "REFRESH_UNAVAILABLE"
    call = "REFRESH_SESSION"
    hint = (
        "The session is kept: try again when the network or the backend works again. If it never "
        "works, check that api_domain and api_base_path are those of the backend and that CORS "
        "allows this page."
    )


class FrontTokenMissing(RefreshUnavailable):
    """The refresh call got a successful response without a usable front-token header."""

    code = "FRONT_TOKEN_MISSING"
    hint = (
        "If a captive portal or a proxy has answered instead of the backend, try again later. "
        "Otherwise a proxy strips the header, or 'front-token' is missing from "
        "access-control-expose-headers ('*' does not count for requests with credentials): "
        "add get_all_cors_headers() of the backend SDK to the CORS settings."
    )


class RefreshLimitReached(SuperTokensError):
    """A request was refused as often as ``max_retry_attempts_for_session_refresh`` allows."""

    code = "REFRESH_LIMIT_REACHED"
    hint = (
        "The endpoint answers with the session-expired status although the session is fresh. Let "
        "it answer with another status. Or remove max_retry_attempts_for_session_refresh: then "
        "the caller gets the endpoint's response after one refresh."
    )


class CookieWriteBlocked(SuperTokensError):
    """The browser did not keep the session's cookies after a successful refresh."""

    code = "COOKIE_WRITE_BLOCKED"
    hint = (
        "Cookies are blocked or full for this site, or session_token_frontend_domain is not a "
        "parent of the page's host. In an iframe set is_in_iframe=True and use https."
    )


class HandlerFailed(SuperTokensError):
    """A handler given to ``init()`` fails, or does not answer in time.

    The message names the handler. It is unknown whether a session exists; nothing was changed.
    """

    code = "HANDLER_FAILED"
    hint = "Correct the handler that init() was given. Its own error, if any, is the error's cause."


class StorageUnavailable(SuperTokensError):
    """The session's store (``token_store``) cannot be read at the moment; the session is kept."""

    code = "STORAGE_UNAVAILABLE"
    hint = (
        "The session is kept: try again. If it never works, storage is blocked or damaged in this "
        "browser."
    )


class SignOutFailed(_error.CallFailed):
    """The backend did not confirm the sign-out; the session is kept.

    ``status`` is the HTTP status of the response, or None without one; ``response`` is that
    response.
    """

    code = "SIGN_OUT_FAILED"
    call = "SIGN_OUT"
    hint = "The user is still signed in: try again when the backend answers."


class ClaimValidatorFailed(SuperTokensError):
    """A claim validator raised an error, which is the cause of this one, or returned no result."""

    code = "CLAIM_VALIDATOR_FAILED"
    hint = (
        "Look at the error's cause. If a claim is not valid, a validator must return that result "
        "and not raise."
    )


class InvalidMaxAge(SuperTokensError):
    """A claim's max age is not a number, or is below what its clock can measure."""

    code = "MAX_AGE_INVALID"
    hint = "Give a number of seconds that is not below the clock's threshold, which is usually 7."


class AccessTokenHidden(SuperTokensError):
    """The session exists, but its access token is only in an httpOnly cookie."""

    code = "ACCESS_TOKEN_HIDDEN"
    hint = (
        "Set exposeAccessTokenToFrontendInCookieBasedAuth in the backend SDK's session recipe "
        "(Python: expose_access_token_to_frontend_in_cookie_based_auth)."
    )


TokenFault = Literal[
    "malformed",
    "algorithm_not_allowed",
    "unknown_key",
    "bad_signature",
    "expired",
    "not_yet_valid",
    "not_an_access_token",
    "wrong_issuer",
    "wrong_audience",
    "keys_unavailable",
]


class TokenInvalid(SuperTokensError):
    """A token could not be verified; ``reason`` says why.

    With ``keys_unavailable`` the result is unknown; with any other reason do not trust the token.
    """

    code = "TOKEN_INVALID"
    hint = "Do not trust the token. Get another one with get_access_token()."
    reason: TokenFault = "malformed"

    def __init__(
        self, message: str, *, reason: TokenFault = "malformed", hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class RequestFailed(_error.CallFailed):
    """A recipe's call to the backend got no response, or one that the API does not define.

    ``status`` is the HTTP status, or None without a response; ``response`` is the response, whose
    body can be read unless the status is 200. ``retry_after`` is in seconds, if the backend says
    when to try again.
    """

    code = "REQUEST_FAILED"
    hint = (
        "Without a status, try again when the network works again: the backend may have carried "
        "out the call already. 404 means that the backend has not initialised the recipe, or that "
        "the tenant's id is wrong; 500 often means that there is no such tenant."
    )
    retry_after: float | None = None

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        response: Any = None,
        retry_after: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, status=status, hint=hint)
        self.response = response
        self.retry_after = retry_after


class GeneralError(SuperTokensError):
    """The backend refused with a message for the user (FDI status GENERAL_ERROR)."""

    code = "GENERAL_ERROR"
    hint = "Show the message to the user."

    def __str__(self) -> str:
        return self.message  # the message is for the user, the hint is not
