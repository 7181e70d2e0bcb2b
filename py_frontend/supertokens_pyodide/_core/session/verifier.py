"""Verifying access tokens: the claims in Python, the signature in the browser."""

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

# The only algorithm of SuperTokens' access tokens, and its name in WebCrypto.
ALGORITHM = "RS256"
_WEB_CRYPTO = {"name": "RSASSA-PKCS1-v1_5", "hash": "SHA-256"}

# Unknown keys are fetched again, but not for every token with an invented key.
_PAUSE = 10_000

# In milliseconds: how long a key set without a max-age is cached, and the longest time for any key
# set. A key that the backend has removed must not be trusted for as long as a page lives.
_USUAL_LIFE = 300_000
_LONGEST_LIFE = 3_600_000
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d+)", re.ASCII | re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:store|cache)\b", re.ASCII | re.IGNORECASE)

# The same keys sign other kinds of tokens (OAuth2), which this claim identifies.
_ACCESS_TOKEN_TYPE = 0

# The numbers of a public key in a JWK (RFC 7517); nothing else is used.
Key = dict[str, str]


@dataclass(frozen=True, slots=True)
class _KeySet:
    """Keys by their ids, and when they were fetched, by the client's clock in milliseconds."""

    keys: dict[str, Key]
    since: float
    life: float

    def counts(self, now: float) -> bool:
        # If the clock is set back, the key set does not become younger.
        return 0 <= now - self.since < self.life


class Verifier:
    """Verifies tokens with cached key sets."""

    def __init__(self, flows: Flows, timeout: int) -> None:
        self._flows = flows
        self._timeout = timeout
        self._key_sets: dict[str, _KeySet] = {}
        # When a key set was last fetched without the browser's cache.
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
        """The claims of a valid access token; raises TokenInvalid, UnsupportedPlatform.

        ``issuer`` and ``audience`` are the required ``iss`` and ``aud``, if given.
        """
        header, payload = _read(token)
        if header.get("alg") != ALGORITHM:
            raise _invalid("algorithm_not_allowed", f"The token is not signed with {ALGORITHM}.")
        key = await self._key(jwks_url, header.get("kid"))
        data, _, signature = str(token).rpartition(".")
        fits = await verify(Verify(key, _WEB_CRYPTO, data, signature))
        if fits is None:
            raise UnsupportedPlatform(
                "This page has no WebCrypto, which is needed to verify a signature.",
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
            raise _invalid("malformed", "The token does not say since when it is valid.")
        if not begins - leeway <= now:
            raise _invalid("not_yet_valid", "The token is not valid yet.")

    async def _key(self, url: str, key_id: object) -> Key:
        if not isinstance(key_id, str):
            raise _invalid("malformed", "The token does not name its key.")
        known = self._key_sets.get(url)
        if known is None or not known.counts(self._flows.clock.client_now):
            # The copy in the browser's cache is as old as the key set that has expired here.
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
            return True  # the fetch that is running may have it
        return abs(self._flows.clock.client_now - self._renewed.get(url, -math.inf)) >= _PAUSE

    async def _fetched(self, url: str, *, fresh: bool) -> dict[str, Key]:
        """The key set, fetched once for all callers that wait for it."""
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
    raise _invalid("malformed", "The text is not a JSON web token.") from None


def _read_key_set(text: str, url: str) -> dict[str, Key]:
    try:
        keys = read_json(text)["keys"]
        return {
            key["kid"]: {name: key[name] for name in ("kty", "n", "e")}
            for key in keys
            if _is_usable(key)
        }
    except (ValueError, TypeError, LookupError):
        raise _keys_unavailable(f"The response of {url} is not a key set.") from None


def _life(cache_control: str) -> float:
    """How long to cache a key set whose response had this header, in milliseconds."""
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
        raise _invalid("not_an_access_token", "The token is valid, but not an access token.")


def _check_parties(payload: Payload, issuer: object, audience: str | Sequence[str] | None) -> None:
    if issuer is not None and payload.get("iss") != issuer:
        raise _invalid("wrong_issuer", "The token is from another issuer.")
    if audience is None:
        return
    named = payload.get("aud")
    meant = named if isinstance(named, list) else [named]
    wanted = audience if isinstance(audience, (list, tuple)) else [audience]
    if not any(each in meant for each in wanted):
        raise _invalid("wrong_audience", "The token is for another audience.")


def _invalid(reason: TokenFault, message: str) -> TokenInvalid:
    return TokenInvalid(message, reason=reason)


def _keys_unavailable(message: str) -> TokenInvalid:
    return TokenInvalid(
        message,
        reason="keys_unavailable",
        hint="It is unknown whether the token is valid: try again when the backend answers. If it "
        "never works, check jwks_url and that CORS lets this page read it.",
    )


def _is_number(value: object) -> TypeGuard[float]:
    # NaN is a float too, but every comparison with it is False.
    return is_time(value) or (isinstance(value, float) and math.isnan(value))
