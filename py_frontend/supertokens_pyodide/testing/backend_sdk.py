"""Sessions made by supertokens-python in this process, with the core that it uses."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from .._core.config.options import Config
from .network import BackendSession, Reply, Request
from .sessions import in_cookies


def is_initialised() -> bool:
    """Whether supertokens-python is initialised in this process, with its recipe for sessions."""
    if "supertokens_python" not in sys.modules:
        return False
    from supertokens_python.recipe.session.recipe import SessionRecipe

    try:
        SessionRecipe.get_instance()
    except Exception:
        return False
    return True


class BackendSdkSessions:
    """Real sessions: the application's middleware answers the calls about them."""

    def __init__(self) -> None:
        self._handles: list[str] = []

    def new(
        self, user_id: str, tenant_id: str, claims: Mapping[str, Any], config: Config, now: float
    ) -> Reply:
        """A response that starts a session."""
        from supertokens_python.recipe.session.asyncio import (
            create_new_session_without_request_response as create,
        )
        from supertokens_python.recipe.session.recipe import SessionRecipe
        from supertokens_python.types import RecipeUserId

        session: Any = _run(lambda: create(tenant_id, RecipeUserId(user_id), dict(claims)))
        self._handles.append(session.get_handle())
        tokens = session.get_all_session_tokens_dangerously()
        access, refresh = tokens["accessToken"], tokens["refreshToken"]
        headers = {"front-token": tokens["frontToken"]}
        if config.token_transfer_method == "header":
            return Reply(200, {**headers, "st-access-token": access, "st-refresh-token": refresh})
        if tokens["antiCsrfToken"]:
            headers["anti-csrf"] = tokens["antiCsrfToken"]
        settings: Any = SessionRecipe.get_instance().config
        if settings.expose_access_token_to_frontend_in_cookie_based_auth:
            headers["st-access-token"] = access
        return Reply(200, headers, set_cookies=in_cookies(access, refresh))

    def session_of(self, request: Request, now: float) -> BackendSession | None:
        """Leave it to ``verify_session``."""
        return None

    def answer(self, request: Request, config: Config, now: float) -> Reply | None:
        """Leave it to the application's middleware."""
        return None

    def end_all(self) -> None:
        """End all sessions made here, as an administrator does."""
        from supertokens_python.recipe.session.asyncio import revoke_multiple_sessions

        handles, self._handles = self._handles, []
        _run(lambda: revoke_multiple_sessions(handles))


def _run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine to its end, also if an event loop runs in this thread."""
    results: list[Any] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(asyncio.run(work()))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="supertokens_pyodide.testing")
    thread.start()
    thread.join()
    if errors:
        raise RuntimeError(
            "supertokens-python could not make or end a session: is its core running?"
        ) from errors[0]
    return results[0]
