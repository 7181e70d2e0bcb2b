"""Verifying access tokens: the claims here, the signature by the browser."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeGuard

from ...errors import TokenFault, TokenInvalid, UnsupportedPlatform
from ..environment.clock import is_time
from ..flow.effects import Get, Verify, get, verify
from ..flow.flows import Flow, Flows
from ..foreign import read_json
from ..state.tokens import MalformedToken, Payload, read_jwt

# The one algorithm of SuperTokens' access tokens, and how WebCrypto calls it.
ALGORITHM = "RS256"
_WEB_CRYPTO = {"name": "RSASSA-PKCS1-v1_5", "hash": "SHA-256"}

# Keys that no key set has named are asked for again, but not for every token that somebody made up.
_PAUSE = 10_000

# In milliseconds: how long a key set counts whose response does not say so, and how long one may
# count at most. A key that the backend has removed must not be trusted for as long as a page lives.
_USUAL_LIFE = 300_000
_LONGEST_LIFE = 3_600_000
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d+)", re.ASCII | re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:store|cache)\b", re.ASCII | re.IGNORECASE)

# Signed by the same keys are tokens of other kinds (OAuth2); the claim says so.
_ACCESS_TOKEN_TYPE = 0

# A public key as JWK (RFC 7517), with no more than its numbers.
Key = dict[str, str]


@dataclass(frozen=True, slots=True)
class _KeySet:
    """Keys by their ids, and when they were fetched; by the client's clock, in milliseconds."""

    keys: dict[str, Key]
    since: float
    life: float

    def counts(self, now: float) -> bool:
        # A clock that was set back does not make it younger.
        return 0 <= now - self.since < self.life


class Verifier:
    """Verifies tokens with the key sets that it has fetched."""

    def __init__(self, flows: Flows, timeout: int) -> None:
        self._flows = flows
        self._timeout = timeout
        self._key_sets: dict[str, _KeySet] = {}
        # When a key set was last fetched past the browser's cache.
        self._renewed: dict[str, float] = {}
        self._fetching: dict[str, Flow[dict[str, Key]]] = {}

    async def claims(
        self,
        token: object,
        jwks_url: str,
        leeway: float,
        issuer: object = None,
        audience: str | Sequence[str] | None = None,
    ) -> Payload:
        """The claims of a good access token; raises TokenInvalid, UnsupportedPlatform.

        ``issuer`` and ``audience`` are what ``iss`` and ``aud`` must name, if given.
        """
        header, payload = _read(token)
        if header.get("alg") != ALGORITHM:
            raise _invalid("algorithm_not_allowed", f"The token is not signed with {ALGORITHM}.")
        key = await self._key(jwks_url, header.get("kid"))
        data, _, signature = str(token).rpartition(".")
        fits = await verify(Verify(key, _WEB_CRYPTO, data, signature))
        if fits is None:
            raise UnsupportedPlatform(
                "This page has no WebCrypto to verify a signature with.",
                hint="Serve the page over https, or from localhost.",
            )
        if not fits:
            raise _invalid("bad_signature", "The signature does not fit the token.")
        self._check_time(payload, leeway)
        _check_kind(payload)
        _check_parties(payload, issuer, audience)
        return payload

    def _check_time(self, payload: Payload, leeway: float) -> None:
        now = self._flows.clock.now() / 1000
        expires, begins = payload.get("exp"), payload.get("nbf")
        if not _is_number(expires):
            raise _invalid("malformed", "The token does not say when it expires.")
        if not now < expires + leeway:
            raise _invalid("expired", "The token has expired.")
        if begins is None:
            return
        if not _is_number(begins):
            raise _invalid("malformed", "The token does not say from when on it is valid.")
        if not begins - leeway <= now:
            raise _invalid("not_yet_valid", "The token is not valid yet.")

    async def _key(self, url: str, key_id: object) -> Key:
        if not isinstance(key_id, str):
            raise _invalid("malformed", "The token does not name its key.")
        known = self._key_sets.get(url)
        if known is None or not known.counts(self._flows.clock.client_now):
            # What the browser's cache has is as old as what has gone out of date here.
            keys = await self._fetched(url, fresh=known is not None)
        else:
            keys = known.keys
        if key_id not in keys and self._may_renew(url):
            keys = await self._fetched(url, fresh=True)
        if key_id not in keys:
            raise _invalid("unknown_key", "The token is signed with a key that is not published.")
        return keys[key_id]

    def _may_renew(self, url: str) -> bool:
        if url in self._fetching and not self._fetching[url].ended:
            return True  # what is on its way may have it
        return abs(self._flows.clock.client_now - self._renewed.get(url, -math.inf)) >= _PAUSE

    async def _fetched(self, url: str, *, fresh: bool) -> dict[str, Key]:
        """The key set, fetched once for all who wait for it."""
        running = self._fetching.get(url)
        if running is None or running.ended:
            self._fetching[url] = running = self._flows.spawn(self._fetch(url, fresh))
        return await self._flows.join(running)

    async def _fetch(self, url: str, fresh: bool) -> dict[str, Key]:
        if fresh:
            self._renewed[url] = self._flows.clock.client_now
        since = self._flows.clock.client_now
        document = await get(Get(url, self._timeout, fresh))
        if document.status != 200:
            told = f"was answered with {document.status}" if document.status else "got no response"
            raise _keys_unavailable(f"The request for {url} {told}.")
        keys = _read_key_set(document.text, url)
        self._key_sets[url] = _KeySet(keys, since, _life(document.cache_control))
        return keys


def _read(token: object) -> tuple[dict[str, Any], Payload]:
    if isinstance(token, str):
        with suppress(MalformedToken):
            return read_jwt(token)
    raise _invalid("malformed", "The text is no JSON web token.") from None


def _read_key_set(text: str, url: str) -> dict[str, Key]:
    try:
        keys = read_json(text)["keys"]
        return {
            key["kid"]: {name: key[name] for name in ("kty", "n", "e")}
            for key in keys
            if _is_usable(key)
        }
    except (ValueError, TypeError, LookupError):
        raise _keys_unavailable(f"What {url} answers is no key set.") from None


def _life(cache_control: str) -> float:
    """How long a key set counts whose response had this header, in milliseconds."""
    if _NOT_KEPT.search(cache_control):
        return 0
    told = _MAX_AGE.search(cache_control)
    return min(int(told[1][:9]) * 1000, _LONGEST_LIFE) if told else _USUAL_LIFE


def _is_usable(key: Any) -> bool:
    return (
        isinstance(key, dict)
        and key.get("kty") == "RSA"
        and key.get("use", "sig") == "sig"
        and key.get("alg", ALGORITHM) == ALGORITHM
        and all(isinstance(key.get(name), str) for name in ("kid", "n", "e"))
    )


def _check_kind(payload: Payload) -> None:
    named = all(isinstance(payload.get(name), str) for name in ("sub", "sessionHandle"))
    kind = payload.get("stt", _ACCESS_TOKEN_TYPE)
    if not named or isinstance(kind, bool) or kind != _ACCESS_TOKEN_TYPE:
        raise _invalid("not_an_access_token", "The token is good, but not a session's.")


def _check_parties(payload: Payload, issuer: object, audience: str | Sequence[str] | None) -> None:
    if issuer is not None and payload.get("iss") != issuer:
        raise _invalid("wrong_issuer", "The token is of another issuer.")
    if audience is None:
        return
    named = payload.get("aud")
    meant = named if isinstance(named, list) else [named]
    wanted = audience if isinstance(audience, (list, tuple)) else [audience]
    if not any(each in meant for each in wanted):
        raise _invalid("wrong_audience", "The token is meant for somebody else.")


def _invalid(reason: TokenFault, message: str) -> TokenInvalid:
    return TokenInvalid(message, reason=reason)


def _keys_unavailable(message: str) -> TokenInvalid:
    return TokenInvalid(
        message,
        reason="keys_unavailable",
        hint="Nobody can tell whether the token is good: try again when the backend answers. If it "
        "never works, check jwks_url and that CORS lets this page read it.",
    )


def _is_number(value: object) -> TypeGuard[float]:
    # NaN is one too, but no comparison lets it pass.
    return is_time(value) or (isinstance(value, float) and math.isnan(value))
