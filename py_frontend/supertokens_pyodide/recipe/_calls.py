"""Calls to the backend's API: declared as tables, and sent like every request of the page.

_VERIFY: Api[Verified | InvalidToken] = Api(
    "emailverification", "VERIFY_EMAIL", "POST", "/user/email/verify",
    {"OK": Verified.read, "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR": InvalidToken.read},
)
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar, cast
from urllib.parse import urlencode

from .. import _current
from .._browser.fetch import fetch
from .._client import Client
from .._core.flow.effects import UserContext
from .._core.foreign import read_json
from .._core.refresh.backend_calls import SUPPORTED_FDI
from ..errors import GeneralError, NoSession, RequestFailed, SuperTokensError
from ._body import Body
from ._results import SessionOutcome
from ._tenant import checked_tenant, page_tenant

T = TypeVar("T")

# Seconds. Before it answers, a backend may send an e-mail and hash a password.
TIMEOUT = 60
# The timeout of a page's hook after a call.
HOOK_TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class Api(Generic[T]):
    """One route of the API (FDI), with a reader for the result of each status.

    ``action`` is the route's name for hooks, as in supertokens-web-js.
    """

    recipe: str
    action: str
    method: Literal["GET", "POST", "PUT"]
    path: str
    results: Mapping[str, Callable[[Body], T]]
    of_tenant: bool = False
    needs_session: bool = False
    #: Whether its results are SessionOutcomes.
    changes_session: bool = False

    async def send(
        self,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        tenant_id: str | None = None,
        second_factor: bool | None = None,
        user_context: UserContext | None = None,
    ) -> T:
        """Make the call; raises RequestFailed and GeneralError, and NoSession before sending.

        ``second_factor`` is None for routes without second factors. With True there must be a
        session, and the call is for its user.
        """
        client = _current.current()
        await client.reached()
        if self.needs_session or second_factor:
            await require_session(client)
        sent = None if self.method == "GET" else dict(body or {})
        if sent is not None and second_factor is not None:
            sent["shouldTryLinkingWithSessionUser"] = second_factor
        tenant = await self._tenant(tenant_id, user_context)
        before = await identity(client) if self.changes_session else None
        url = self._url(client, tenant, query)
        data = await _answer(client, self, url, sent, user_context or {})
        result = self.read(data)
        if isinstance(result, SessionOutcome):
            now = await identity(client)
            return cast(T, replace(result, **_changes(before, now)))
        return result

    def read(self, data: object) -> T:
        """The result for a response's body; raises RequestFailed and GeneralError."""
        try:
            body = Body(data)
            status = body.text("status")
            if status == "GENERAL_ERROR":
                raise GeneralError(body.text("message", "No error message was given."))
            if status in self.results:
                return self.results[status](body)
            problem = f"its status {status!r} is unknown"
        except ValueError as error:
            problem = str(error)
        raise RequestFailed(
            f"The response to {self.action} is not as the API defines it: {problem}.",
            status=200,
            hint="Compare the versions of the backend SDK and of this package.",
        )

    async def _tenant(self, tenant_id: str | None, user_context: UserContext | None) -> str:
        if not self.of_tenant:
            return "public"
        return checked_tenant(tenant_id or await page_tenant(user_context))

    def _url(self, client: Client, tenant: str, query: Mapping[str, str] | None) -> str:
        config = client.config
        base = f"{config.api_domain}{config.api_base_path}"
        segment = "" if tenant == "public" else f"/{tenant}"
        return f"{base}{segment}{self.path}{'?' + urlencode(query) if query else ''}"


async def _answer(
    client: Client, api: Api[Any], url: str, body: object, user_context: UserContext
) -> object:
    """The body of a response of the API."""
    host = await client.reached()
    headers = {"rid": api.recipe, "fdi-version": SUPPORTED_FDI}
    if body is not None:
        headers["content-type"] = "application/json"
    init: dict[str, Any] = {
        "method": api.method,
        "credentials": client.config.credentials,
        "headers": headers,
    }
    # Hooks get no body, because it contains passwords, codes and tokens.
    call = await host.before(
        {"action": api.action, "url": url, "request_init": init, "user_context": user_context}
    )
    options = dict(call["request_init"])
    if body is not None:
        options.setdefault("body", json.dumps(body))
    try:
        async with asyncio.timeout(TIMEOUT):
            response = await fetch(call["url"], **options)
    except SuperTokensError:
        raise
    except OSError as error:
        raise RequestFailed(f"{api.action} got no response from the backend.") from error
    if not 200 <= response.status < 300:
        raise _refused(api, response)
    try:
        async with asyncio.timeout(HOOK_TIMEOUT):
            await host.after(call, response)
    except TimeoutError:
        pass
    try:
        return read_json(await response.text())
    except ValueError:
        return None
    except OSError as error:
        raise RequestFailed(
            f"The response to {api.action} was cut off.", status=response.status
        ) from error


def _refused(api: Api[Any], response: Any) -> RequestFailed:
    status = response.status
    return RequestFailed(
        f"{api.action} was answered with {status}.",
        status=status,
        response=response,
        retry_after=_seconds(response.headers.get("retry-after")),
        hint=_HINTS.get(status),
    )


_HINTS = {
    401: "The backend requires a session, or this factor is not a first factor: sign in.",
    403: "The session lacks what the backend requires: "
    "get_invalid_claims_from_response(error.response) says which claims.",
    429: "Try again later; retry_after says when, if the backend does.",
}


def _seconds(text: str | None) -> float | None:
    """The header Retry-After, in seconds from now."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    import time
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


# ---- the session before and after ----------------------------------------------------------------

Identity = tuple[str, str]


async def identity(client: Client) -> Identity | None:
    """The user and the handle of the current session, or None."""
    try:
        payload = await client.call("get_access_token_payload")
        user = await client.call("get_user_id")
    except SuperTokensError:
        return None
    return user, str(payload.get("sessionHandle", ""))


def _changes(before: Identity | None, now: Identity | None) -> dict[str, bool]:
    return {
        "session_changed": now is not None and now != before,
        "user_changed": now is not None and before is not None and now[0] != before[0],
    }


async def require_session(client: Client) -> None:
    """Raise NoSession without a session, or RefreshUnavailable if it is unknown."""
    try:
        await client.call("get_user_id")
    except NoSession as error:
        raise type(error)(
            "This call needs a session, and there is none.",
            hint="Sign in first: with a first factor, if this is the second.",
        ) from None
