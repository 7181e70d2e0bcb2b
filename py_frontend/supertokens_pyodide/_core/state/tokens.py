"""Reading tokens: the front token of every session, and the access token if it is exposed."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, NamedTuple

from ...errors import UnsupportedPlatform
from ..environment.clock import is_time
from ..foreign import LONGEST, read_json

Payload = dict[str, Any]


class MalformedToken(ValueError):
    """The text is not a valid token of its kind; the message never quotes it."""


class FrontToken(NamedTuple):
    """The session's data that the backend sends to the page in the front-token header.

    ``expires_at`` is the access token's expiry in milliseconds since the epoch (``ate``),
    ``payload`` the access token's payload (``up``).
    """

    user_id: str
    expires_at: float
    payload: Payload

    def __repr__(self) -> str:
        return "FrontToken(...)"

    @property
    def issued_at(self) -> float | None:
        """When it was issued (``iat``), in seconds since the epoch, if the token contains it."""
        issued_at = self.payload.get("iat")
        return issued_at if is_time(issued_at) else None

    @property
    def handle(self) -> str | None:
        """Which session it belongs to (``sessionHandle``), if the token contains it."""
        handle = self.payload.get("sessionHandle")
        return handle if isinstance(handle, str) else None

    @property
    def lifetime(self) -> float:
        """From issue to expiry, in milliseconds; 0 if the token has no time of issue."""
        issued_at = self.issued_at
        return 0 if issued_at is None else max(0, self.expires_at - issued_at * 1000)


def read_front_token(text: str) -> FrontToken:
    """Decode a front token: base64 of the UTF-8 JSON ``{uid, ate, up}``; raises MalformedToken."""
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        compact = "".join(text.split())
        data = read_json(base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True))
    except ValueError:
        # "from None": the cause would contain parts of the token.
        raise MalformedToken("The front token is not base64 of JSON.") from None
    if not isinstance(data, dict):
        raise MalformedToken("The front token holds no JSON object.")
    user_id, expires_at, payload = data.get("uid"), data.get("ate"), data.get("up")
    if not (isinstance(user_id, str) and is_time(expires_at) and isinstance(payload, dict)):
        raise MalformedToken("The front token lacks uid, ate or up.")
    return FrontToken(user_id, expires_at, payload)


def read_front_token_or_none(text: str | None) -> FrontToken | None:
    """Decode a front token; None if there is none or if it cannot be read."""
    try:
        return None if text is None else read_front_token(text)
    except MalformedToken:
        return None


def write_front_token(user_id: str, expires_at: float, payload: Payload) -> str:
    """Encode a front token as a backend does; for tests and tools."""
    data = {"uid": user_id, "ate": expires_at, "up": payload}
    return base64.b64encode(json.dumps(data).encode()).decode()


def same_payload(old: Payload, new: Payload) -> bool:
    """Whether two payloads are equal as JSON (in Python alone, ``1 == True`` and ``1 == 1.0``)."""
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)


def read_access_token(text: str) -> Payload:
    """The payload of an access token, without checking the signature; raises MalformedToken."""
    return read_jwt(text)[1]


def read_jwt(text: str) -> tuple[dict[str, Any], Payload]:
    """The header and the payload of a JSON web token (RFC 7519), not verified.

    Raises MalformedToken.
    """
    # Importing PyJWT takes a quarter of a second in WebAssembly, so only this function does it.
    try:
        import jwt
    except ModuleNotFoundError as missing:
        # Before Pyodide 314, ssl is a package of its own, which PyJWT imports.
        found = re.search(r"'(\w+)'", str(missing))
        package = "PyJWT" if not found or found[1] == "jwt" else found[1]
        raise UnsupportedPlatform(
            f"The Python package {package} is not installed, and this call needs it.",
            hint="Install it too. micropip installs PyJWT by itself; for loadPyodide() or "
            "loadPackage(), add its name, or the address of its wheel.",
        ) from None

    try:
        for part in text.split(".")[:2]:  # PyJWT does not limit what it parses
            read_json(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        token = jwt.decode_complete(text, options={"verify_signature": False})
    except (ValueError, jwt.InvalidTokenError):
        raise MalformedToken("The text is not a JSON web token.") from None
    return token["header"], token["payload"]
