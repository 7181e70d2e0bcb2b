"""Options of passkey ceremonies: what a browser must answer, and until when."""

import base64
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from demo.local_core.core import Core
from demo.local_core.errors import Refusal
from demo.local_core.identities import Identity, users_by
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction

ALGORITHMS = (-8, -7, -257)
_ATTESTATIONS = ("none", "indirect", "direct", "enterprise")
_PREFERENCES = ("required", "preferred", "discouraged")


@dataclass(frozen=True)
class Options:
    """What is kept of the options that a browser was given."""

    options_id: str
    email: str | None
    relying_party_id: str
    relying_party_name: str
    origin: str
    challenge: str
    timeout: int
    user_verification: str
    user_presence: bool
    created_at: int

    @property
    def expires_at(self) -> int:
        """The time after which they are of no use."""
        return self.created_at + self.timeout

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows them."""
        return {
            "webauthnGeneratedOptionsId": self.options_id,
            "relyingPartyId": self.relying_party_id,
            "relyingPartyName": self.relying_party_name,
            "challenge": self.challenge,
            "timeout": self.timeout,
            "origin": self.origin,
            "email": self.email,
            "createdAt": self.created_at,
            "expiresAt": self.expires_at,
            "userVerification": self.user_verification,
            "userPresence": self.user_presence,
        }


@dataclass(frozen=True)
class Wanted:
    """What a backend wants of a ceremony."""

    relying_party_id: str
    relying_party_name: str
    origin: str
    timeout: int
    user_verification: str
    user_presence: bool
    email: str | None = None
    display_name: str | None = None
    attestation: str = "none"
    resident_key: str = "required"
    algorithms: Sequence[int] = ALGORITHMS


def register_options(core: Core, tx: Transaction, ref: TenantRef, wanted: Wanted) -> dict[str, Any]:
    """Options by which a new passkey is made."""
    _check(wanted)
    options = _save(core, tx, ref, wanted)
    email = wanted.email or ""
    primary = [user for user in users_by(tx, ref, Identity.of_email(email)) if user.is_primary]
    user_id = primary[0].user_id if primary else options.options_id
    return {
        "webauthnGeneratedOptionsId": options.options_id,
        "rp": {"id": wanted.relying_party_id, "name": wanted.relying_party_name},
        "user": {
            "id": base64url(user_id.encode()),
            "name": email,
            "displayName": wanted.display_name or email,
        },
        "email": email,
        "timeout": wanted.timeout,
        "challenge": options.challenge,
        "attestation": wanted.attestation,
        "createdAt": options.created_at,
        "expiresAt": options.expires_at,
        "pubKeyCredParams": [{"alg": one, "type": "public-key"} for one in wanted.algorithms],
        "excludeCredentials": [],
        "authenticatorSelection": {
            "requireResidentKey": wanted.resident_key == "required",
            "residentKey": wanted.resident_key,
            "userVerification": wanted.user_verification,
        },
    }


def sign_in_options(core: Core, tx: Transaction, ref: TenantRef, wanted: Wanted) -> dict[str, Any]:
    """Options by which a passkey logs in."""
    _check(wanted)
    response = _save(core, tx, ref, wanted).as_json()
    return {
        name: value
        for name, value in response.items()
        if name not in ("relyingPartyName", "origin", "email")
    }


def find_options(tx: Transaction, ref: TenantRef, options_id: str) -> Options:
    """The options of that id, even if they have expired."""
    row = tx.row(
        "SELECT * FROM webauthn_options WHERE app_id = ? AND tenant_id = ? AND options_id = ?",
        ref.app,
        ref.tenant,
        options_id,
    )
    if row is None:
        raise Refusal("OPTIONS_NOT_FOUND_ERROR")
    fields = {name: row[name] for name in Options.__dataclass_fields__}
    return Options(**{**fields, "user_presence": bool(row["user_presence"])})


def remove_options(tx: Transaction, ref: TenantRef, options_id: str) -> None:
    """Make options worthless."""
    removed = tx.run(
        "DELETE FROM webauthn_options WHERE app_id = ? AND tenant_id = ? AND options_id = ?",
        ref.app,
        ref.tenant,
        options_id,
    )
    if not removed:
        raise Refusal("OPTIONS_NOT_FOUND_ERROR")


def base64url(data: bytes) -> str:
    """The text by which WebAuthn writes bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _save(core: Core, tx: Transaction, ref: TenantRef, wanted: Wanted) -> Options:
    options = Options(
        options_id=str(uuid.uuid4()),
        email=wanted.email,
        relying_party_id=wanted.relying_party_id,
        relying_party_name=wanted.relying_party_name,
        origin=wanted.origin,
        challenge=base64url(secrets.token_bytes(32)),
        timeout=wanted.timeout,
        user_verification=wanted.user_verification,
        user_presence=wanted.user_presence,
        created_at=core.now(),
    )
    tx.run(
        "INSERT INTO webauthn_options VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ref.app,
        ref.tenant,
        options.options_id,
        options.email,
        options.relying_party_id,
        options.relying_party_name,
        options.origin,
        options.challenge,
        options.timeout,
        options.user_verification,
        options.user_presence,
        options.created_at,
    )
    return options


def _check(wanted: Wanted) -> None:
    host, relying_party = _host(wanted.origin), wanted.relying_party_id
    if not relying_party or not (host == relying_party or host.endswith("." + relying_party)):
        _refuse("Origin does not match RelyingParty Id")
    if not 0 <= wanted.timeout < 2**53:
        _refuse("Timeout must be a positive long value")
    for name, value, allowed in (
        ("userVerification", wanted.user_verification, _PREFERENCES),
        ("attestation", wanted.attestation, _ATTESTATIONS),
        ("residentKey", wanted.resident_key, _PREFERENCES),
    ):
        if value not in allowed:
            _refuse(f"Invalid value {value} for {name}")


def _host(origin: str) -> str:
    try:
        parts = urlsplit(origin)
        host = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        host = None
    if host is None:
        _refuse("Origin and rpId have to be valid urls!")
    return host


def _refuse(reason: str) -> NoReturn:
    raise Refusal("INVALID_OPTIONS_ERROR", reason=reason)
