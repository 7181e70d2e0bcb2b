"""A backend that answers the recipes' calls as a test sets it, on a page without a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from supertokens_pyodide.testing import PageUnderTest, Reply, Request

T = TypeVar("T")

API = "https://api.example.com"
PAGE = "https://app.example.com/"
USER = {
    "id": "u1",
    "isPrimaryUser": True,
    "tenantIds": ["public"],
    "emails": ["ann@example.com"],
    "phoneNumbers": ["+441632960001"],
    "thirdParty": [{"id": "google", "userId": "g1"}],
    "webauthn": {"credentialIds": ["c1"]},
    "timeJoined": 1700000000000,
    "loginMethods": [
        {
            "recipeId": "emailpassword",
            "recipeUserId": "u1",
            "tenantIds": ["public"],
            "timeJoined": 1700000000000,
            "verified": True,
            "email": "ann@example.com",
        },
        {
            "recipeId": "thirdparty",
            "recipeUserId": "u2",
            "tenantIds": ["public"],
            "timeJoined": 1700000000001,
            "verified": False,
            "email": "ann@work.example",
            "phoneNumber": None,
            "thirdParty": {"id": "google", "userId": "g1"},
            "webauthn": {"credentialIds": ["c1"]},
        },
    ],
}

Answer = Reply | dict[str, Any] | Exception | Callable[[Request], Any]


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


class ScriptedApi:
    """Answers each call by its path below the base path; ``sent`` are the calls, in order."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.sent: list[Request] = []
        #: The page, once there is one: it makes sessions.
        self.page: PageUnderTest

    async def __call__(self, request: Request) -> Reply:
        self.sent.append(request)
        answer = self.answers[request.path.removeprefix("/auth")]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(request)
            if isinstance(answer, Coroutine):
                answer = await answer
        return answer if isinstance(answer, Reply) else Reply.of_json(answer)

    def signing_in(self, body: dict[str, Any], user_id: str = "u1") -> Callable[[Request], Reply]:
        """An answer with which a session begins."""

        def answer(request: Request) -> Reply:
            response = self.page.new_session(user_id)
            return replace(response, text=json.dumps(body))

        return answer

    @property
    def last(self) -> Any:
        """The body of the last call."""
        return self.sent[-1].json()
