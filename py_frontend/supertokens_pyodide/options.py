"""The options of ``init()``, for type checkers and for functions that pass them on.

    from typing import Unpack
    from supertokens_pyodide.options import InitOptions

    def start(**options: Unpack[InitOptions]) -> None:
        supertokens.init("https://api.example.com", **options)

The names and meanings are those of supertokens-website, in snake_case. None means "not given".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, TypedDict

from .events import Event

__all__ = ["Handler", "Hook", "InitOptions"]

#: Handles an event; may be async.
Handler = Callable[[Event], Awaitable[object] | object]

#: Called before or after a call of the SDK to the backend.
Hook = Callable[[dict[str, Any]], Any]


class InitOptions(TypedDict, total=False):
    """Every option of ``init()`` but its first, ``api_domain``."""

    api_base_path: str | None
    session_token_frontend_domain: str | None
    session_token_backend_domain: str | None
    session_expired_status_code: int | None
    invalid_claim_status_code: int | None
    auto_add_credentials: bool | None
    is_in_iframe: bool | None
    max_retry_attempts_for_session_refresh: int | None
    token_transfer_method: Literal["cookie", "header"] | None
    token_store: Literal["cookies", "indexedDB"] | None
    #: In seconds.
    refresh_timeout: float | None
    enable_debug_logs: bool | None
    on_handle_event: Handler | None
    pre_api_hook: Hook | None
    post_api_hook: Hook | None
    override: Mapping[str, Any] | None
    cookie_handler: Callable[[Any], Any] | None
    window_handler: Callable[[Any], Any] | None
    lock_factory: Callable[[], Any] | None
    date_provider: Callable[[], Any] | None
