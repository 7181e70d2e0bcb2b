"""Reading tokens: the front token that every session shows, and the access token where exposed."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from .clock import is_time

Payload = dict[str, Any]


class MalformedToken(ValueError):
    """The text is no token of its kind; the message never quotes it."""


@dataclass(frozen=True, slots=True)
class FrontToken:
    """What the backend tells the page of its session, in the front-token header.

    ``expires_at`` is the access token's expiry in milliseconds since the epoch (``ate``),
    ``payload`` the access token's payload (``up``).
    """

    user_id: str
    expires_at: float
    payload: Payload = field(repr=False)

    @property
    def lifetime(self) -> float:
        """From issue (``iat``) to expiry, in milliseconds; 0 where the token does not say."""
        issued_at = self.payload.get("iat")
        return max(0, self.expires_at - issued_at * 1000) if is_time(issued_at) else 0


def read_front_token(text: str) -> FrontToken:
    """Decode a front token: base64 of the UTF-8 JSON ``{uid, ate, up}``; raises MalformedToken."""
    try:
        compact = "".join(text.split())
        data = json.loads(base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True))
    except (ValueError, RecursionError):
        # "from None": the cause would carry pieces of the token.
        raise MalformedToken("The front token is not base64 of JSON.") from None
    if not isinstance(data, dict):
        raise MalformedToken("The front token holds no JSON object.")
    user_id, expires_at, payload = data.get("uid"), data.get("ate"), data.get("up")
    if not (isinstance(user_id, str) and is_time(expires_at) and isinstance(payload, dict)):
        raise MalformedToken("The front token lacks uid, ate or up.")
    return FrontToken(user_id, expires_at, payload)


def session_handle(token: FrontToken) -> str | None:
    """Which session a front token belongs to, where it says so."""
    handle = token.payload.get("sessionHandle")
    return handle if isinstance(handle, str) else None


def write_front_token(user_id: str, expires_at: float, payload: Payload) -> str:
    """Encode a front token as a backend does; for tests and tools."""
    data = {"uid": user_id, "ate": expires_at, "up": payload}
    return base64.b64encode(json.dumps(data).encode()).decode()


def same_payload(old: Payload, new: Payload) -> bool:
    """Whether two payloads are equal as JSON (in Python alone, ``1 == True`` and ``1 == 1.0``)."""
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


def read_access_token(text: str) -> Payload:
    """The payload of an access token, its signature not checked; raises MalformedToken."""
    # PyJWT takes a quarter of a second to import in WebAssembly, so only those who need it pay.
    import jwt

    try:
        payload: Payload = jwt.decode(text, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise MalformedToken("The access token is no JSON web token.") from None
    return payload
