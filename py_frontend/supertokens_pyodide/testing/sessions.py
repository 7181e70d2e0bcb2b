"""The sessions of a backend for tests: tokens, refresh and sign-out, without a SuperTokens core."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

import jwt

from .._core.config.options import Config
from .._core.state.tokens import write_front_token
from .network import BackendSession, Reply, Request

#: The headers of a backend's response when a session has ended.
ENDED = {"front-token": "remove", "anti-csrf": "", "st-access-token": "", "st-refresh-token": ""}
_COOKIES = ("sAccessToken", "sRefreshToken")
_FORGET = tuple(f"{name}=; Path=/; Max-Age=0" for name in _COOKIES)


class Sessions(Protocol):
    """Creates and ends sessions, and answers the SDK's own calls."""

    def new(
        self, user_id: str, tenant_id: str, claims: Mapping[str, Any], config: Config, now: float
    ) -> Reply:
        """A response that starts a session."""

    def session_of(self, request: Request, now: float) -> BackendSession | None:
        """The session that a request carries."""

    def answer(self, request: Request, config: Config, now: float) -> Reply | None:
        """The response to one of the SDK's own calls; None leaves it to the backend."""

    def end_all(self) -> None:
        """End all sessions, as an administrator does."""


@dataclass(slots=True)
class _Live:
    session: BackendSession
    refresh_token: str = ""


class OwnSessions:
    """Sessions without a core, for backends that have none or cannot reach theirs."""

    def __init__(self, lifetime: float, expose_access_token: bool) -> None:
        self._lifetime = lifetime
        self._exposes = expose_access_token
        self._live: dict[str, _Live] = {}

    def new(
        self, user_id: str, tenant_id: str, claims: Mapping[str, Any], config: Config, now: float
    ) -> Reply:
        """A response that starts a session."""
        session = BackendSession(user_id, tenant_id, dict(claims), str(uuid.uuid4()))
        live = self._live[session.handle] = _Live(session)
        return self._tokens(live, config.token_transfer_method, config, now)

    def session_of(self, request: Request, now: float) -> BackendSession | None:
        """The session that a request carries."""
        token = _bearer(request) or _cookie(request, "sAccessToken")
        try:
            payload = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})
        except jwt.InvalidTokenError:
            return None
        live = self._live.get(payload.get("sessionHandle", ""))
        return live.session if live and now < payload["exp"] * 1000 else None

    def answer(self, request: Request, config: Config, now: float) -> Reply | None:
        """The response to one of the SDK's own calls; None leaves it to the backend."""
        paths = (config.refresh_url, config.sign_out_url, config.jwks_url)
        refresh, sign_out, jwks = (urlsplit(url).path for url in paths)
        match request.method, request.path:
            case "POST", path if path == refresh:
                return self._refresh(request, config, now)
            case "POST", path if path == sign_out:
                session = self.session_of(request, now)
                if session is None:
                    return Reply(401)
                del self._live[session.handle]
                response = Reply.of_json({"status": "OK"})
                return Reply(200, {**response.headers, **ENDED}, response.text, set_cookies=_FORGET)
            case "GET", path if path == jwks:
                return Reply.of_json({"keys": [_signer().public] if _signer().public else []})
        return None

    def end_all(self) -> None:
        """End all sessions, as an administrator does."""
        self._live.clear()

    def _refresh(self, request: Request, config: Config, now: float) -> Reply:
        bearer = _bearer(request)
        token = bearer or _cookie(request, "sRefreshToken")
        for live in self._live.values():
            if token and token == live.refresh_token:
                return self._tokens(live, "header" if bearer else "cookie", config, now)
        return Reply(401, dict(ENDED), set_cookies=_FORGET)

    def _tokens(self, live: _Live, mode: str, config: Config, now: float) -> Reply:
        session, issued = live.session, int(now // 1000)
        payload = {
            "sub": session.user_id,
            "rsub": session.user_id,
            "tId": session.tenant_id,
            "sessionHandle": session.handle,
            "iss": f"{config.api_domain}{config.api_base_path}",
            "iat": issued,
            "exp": int(issued + self._lifetime),
            **session.claims,
        }
        access = _signer().sign(payload)
        refresh = live.refresh_token = f"refresh-{uuid.uuid4().hex}"
        headers = {
            "front-token": write_front_token(session.user_id, payload["exp"] * 1000, payload)
        }
        if mode == "header":
            return Reply(200, {**headers, "st-access-token": access, "st-refresh-token": refresh})
        if self._exposes:
            headers["st-access-token"] = access
        return Reply(200, headers, set_cookies=in_cookies(access, refresh))


def in_cookies(access_token: str, refresh_token: str) -> tuple[str, ...]:
    """The Set-Cookie headers of a session in cookies."""
    tokens = zip(_COOKIES, (access_token, refresh_token), strict=True)
    return tuple(f"{name}={token}; Path=/; HttpOnly" for name, token in tokens)


class _Signer:
    """Signs as a backend does, if the package cryptography is installed."""

    def __init__(self) -> None:
        self._key: Any = "a key that says nothing, for tests only"
        self._algorithm = "HS256"
        self.public: dict[str, Any] | None = None
        try:
            from cryptography.hazmat.primitives.asymmetric import rsa
            from jwt.algorithms import RSAAlgorithm
        except ImportError:
            return
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._algorithm = "RS256"
        numbers = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self.public = {**numbers, "kid": "test", "alg": "RS256", "use": "sig"}

    def sign(self, payload: dict[str, Any]) -> str:
        return jwt.encode(payload, self._key, self._algorithm, headers={"kid": "test"})


@cache
def _signer() -> _Signer:
    return _Signer()


def _bearer(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def _cookie(request: Request, name: str) -> str:
    for pair in request.headers.get("cookie", "").split("; "):
        key, _, value = pair.partition("=")
        if key == name:
            return value
    return ""
