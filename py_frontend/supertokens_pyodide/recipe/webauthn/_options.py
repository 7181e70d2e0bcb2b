"""The backend's options for prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from .._body import Body


@dataclass(frozen=True, slots=True)
class RegisterOptions:
    """The backend's options for a new passkey.

    ``public_key`` has them in the browser's format, with binary values as base64url.
    ``expires_at`` is in milliseconds since the epoch, by the page's clock.
    """

    status: ClassVar[Literal["OK"]] = "OK"
    options_id: str
    rp_id: str
    lifetime: float
    public_key: Mapping[str, Any] = field(repr=False)
    expires_at: float = 0

    @classmethod
    def read(cls, body: Body) -> RegisterOptions:
        """Read it from a response."""
        names = ("rp", "user", "challenge", "timeout", "attestation", "pubKeyCredParams")
        more = ("authenticatorSelection", "excludeCredentials")
        public_key = {name: body.raw(name) for name in (*names, *more) if name in body}
        body.text("challenge")
        body.part("user").text("id")
        id, lifetime = _timed(body)
        return cls(id, body.part("rp").text("id"), lifetime, public_key)


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """The backend's options for a sign-in; the fields are those of RegisterOptions."""

    status: ClassVar[Literal["OK"]] = "OK"
    options_id: str
    rp_id: str
    lifetime: float
    public_key: Mapping[str, Any] = field(repr=False)
    expires_at: float = 0

    @classmethod
    def read(cls, body: Body) -> SignInOptions:
        """Read it from a response."""
        names = ("rpId", "challenge", "timeout", "userVerification")
        public_key = {name: body.raw(name) for name in names if name in body}
        body.text("challenge")
        id, lifetime = _timed(body)
        return cls(id, body.text("rpId"), lifetime, public_key)


def _timed(body: Body) -> tuple[str, float]:
    """The options' id, and how many seconds they are valid."""
    lifetime = (body.number("expiresAt") - body.number("createdAt")) / 1000
    return body.text("webauthnGeneratedOptionsId"), lifetime
