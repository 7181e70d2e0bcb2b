"""A small honest backend that the unit tests' scripted browsers talk to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
from supertokens_pyodide.testing import Reply, Request, write_front_token

API = "https://api.example.com"
SIGN_IN = "/auth/signin"
SIGN_OUT = "/auth/signout"
REFRESH = "/auth/session/refresh"
PUBLIC = "/public"

START = 1_700_000_000_000
KEY = "a key for tests that is long enough for HS256"

# What a test puts in place of the honest answer: a response, what goes wrong, or a function.
Answer = Reply | Exception | Callable[[Request], Reply]

REMOVED = {"front-token": "remove", "st-access-token": "", "st-refresh-token": "", "anti-csrf": ""}


@dataclass
class BackendSession:
    """A session as the backend knows it."""

    user: str
    refresh_token: str = ""
    anti_csrf: str = ""
    alive: bool = True
    used: set[str] = field(default_factory=set)


class Backend:
    """Keeps the sessions of one browser, as a backend SDK and its core do.

    Refresh tokens rotate: one that comes a second time is theft and ends the session. A session
    continues in the mode that it was made in; a token in a header counts before one in a cookie. In
    cookie mode ``jar`` plays the browser's httpOnly cookies. ``answers`` and ``always`` replace the
    honest answer of a path, once per entry or for good. Every path but the known ones is a
    protected API.
    """

    def __init__(self) -> None:
        self.now: float = START
        self.lifetime = 60_000
        self.exposes_access_token = True
        self.uses_anti_csrf = True
        self.claims: dict[str, Any] = {"tId": "acme"}
        self.jar: dict[str, str] = {}
        self.sessions: list[BackendSession] = []
        self.thefts = 0
        self.answers: dict[str, list[Answer]] = {}
        self.always: dict[str, Answer] = {}
        #: Every token ever given out: none of them may show anywhere.
        self.secrets: list[str] = []
        self._access_tokens: dict[str, tuple[BackendSession, float]] = {}

    def __call__(self, request: Request) -> Reply:
        planned = self.answers.get(request.path)
        answer = planned.pop(0) if planned else self.always.get(request.path, self.honest)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else answer(request)

    def honest(self, request: Request) -> Reply:
        """The answer of a backend where nothing is wrong."""
        match request.path:
            case "/auth/signin":
                return self._sign_in(request)
            case "/auth/signout":
                return self._sign_out(request)
            case "/auth/session/refresh":
                return self._refresh(request)
            case "/public":
                return Reply(200, text="for everybody")
            case _:
                return self._protected(request)

    def refuse_access_tokens(self) -> None:
        """Take every access token for expired, though no page can know."""
        for token, (session, _) in self._access_tokens.items():
            self._access_tokens[token] = (session, 0)

    def revoke_all(self) -> None:
        """End every session, as an administrator does."""
        for session in self.sessions:
            session.alive = False

    def tokens(self, session: BackendSession, mode: str) -> dict[str, str]:
        """Mint the session's next tokens; returns the headers that show them to the page."""
        serial = len(self.secrets)
        issued, expires = int(self.now // 1000), self.now + self.lifetime
        payload = {
            "sub": session.user,
            "iat": issued,
            "exp": int(expires // 1000),
            "serial": serial,
            "sessionHandle": f"handle-{self.sessions.index(session)}",
            **self.claims,
        }
        access_token = jwt.encode(payload, KEY)
        session.refresh_token = f"refresh-token-{serial:020}-of-{session.user}"
        session.anti_csrf = f"anti-csrf-token-{serial:020}" if self.uses_anti_csrf else ""
        self._access_tokens[access_token] = (session, expires)
        headers = {"front-token": write_front_token(session.user, expires, payload)}
        self.secrets += [access_token, session.refresh_token, headers["front-token"]]
        if mode == "header":
            headers |= {"st-access-token": access_token, "st-refresh-token": session.refresh_token}
            return headers
        self.jar = {"access": access_token, "refresh": session.refresh_token}
        if self.exposes_access_token:
            headers["st-access-token"] = access_token
        if self.uses_anti_csrf:
            headers["anti-csrf"] = session.anti_csrf
            self.secrets.append(session.anti_csrf)
        return headers

    def _sign_in(self, request: Request) -> Reply:
        _, _, user = request.url.partition("?user=")
        session = BackendSession(user or "alice")
        self.sessions.append(session)
        mode = request.headers["st-auth-mode"]
        headers = {}
        if mode == "cookie" and _bearer(request):
            headers = {"st-access-token": "", "st-refresh-token": ""}
        elif mode == "header":
            self.jar = {}
        return Reply(200, {**headers, **self.tokens(session, mode)})

    def _sign_out(self, request: Request) -> Reply:
        session = self._session_of(request)
        if session is None:
            return Reply(401)
        session.alive = False
        self.jar = {}
        return Reply(200, REMOVED, '{"status":"OK"}')

    def _protected(self, request: Request) -> Reply:
        session = self._session_of(request)
        return Reply(401) if session is None else Reply(200, text=session.user)

    def _session_of(self, request: Request) -> BackendSession | None:
        found = self._access_tokens.get(_bearer(request) or self.jar.get("access", ""))
        return found[0] if found and found[1] >= self.now else None

    def _refresh(self, request: Request) -> Reply:
        token = _bearer(request) or self.jar.get("refresh", "")
        mode = "header" if _bearer(request) else "cookie"
        for session in self.sessions:
            if token in session.used:
                self.thefts += 1
                session.alive = False
            elif session.alive and token == session.refresh_token:
                if mode == "cookie" and request.headers.get("anti-csrf", "") != session.anti_csrf:
                    continue
                session.used.add(token)
                return Reply(200, self.tokens(session, mode))
        self.jar = {}
        return Reply(401, REMOVED)


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")
