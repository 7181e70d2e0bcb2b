"""The SDK's own calls to the backend (FDI: POST /session/refresh, POST /signout)."""

from __future__ import annotations

from ..config.options import Config
from ..flow.effects import Post, UserContext
from ..state.local_state import LocalState

SUPPORTED_FDI = "1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0,4.1,4.2"


def refresh_call(config: Config, state: LocalState) -> Post:
    """Refresh the current session."""
    headers = _headers(config, state.anti_csrf())
    refresh_token = state.refresh_token()
    if refresh_token is not None:
        headers["authorization"] = f"Bearer {refresh_token}"
    timeout, credentials = config.refresh_milliseconds, config.credentials
    return Post(config.refresh_url, headers, timeout, "REFRESH_SESSION", {}, credentials)


def sign_out_call(config: Config, session: dict[str, str], user_context: UserContext) -> Post:
    """Sign out; ``session`` has the headers that carry the session."""
    headers = {"rid": "session", "fdi-version": SUPPORTED_FDI, **session}
    timeout, credentials = config.refresh_milliseconds, config.credentials
    return Post(config.sign_out_url, headers, timeout, "SIGN_OUT", user_context, credentials)


def sign_cookies_out_call(config: Config, anti_csrf: str | None) -> Post:
    """Sign out the session that only the httpOnly cookies still hold."""
    return sign_out_call(config, _headers(config, anti_csrf), {})


def _headers(config: Config, anti_csrf: str | None) -> dict[str, str]:
    headers = {
        "rid": "session",
        "fdi-version": SUPPORTED_FDI,
        "st-auth-mode": config.token_transfer_method,
    }
    if anti_csrf is not None:
        headers["anti-csrf"] = anti_csrf
    return headers
