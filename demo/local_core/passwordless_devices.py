"""Attempts to log in without a password, which the interface calls devices, and their codes."""

import base64
import binascii
import hashlib
import hmac
import secrets
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any

from demo.local_core.core import Core
from demo.local_core.errors import BadRequest, Refusal, RestartFlow
from demo.local_core.hashing import sha256
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction


@dataclass(frozen=True)
class Device:
    """An attempt, known by the hash of a secret that only its browser has."""

    device_hash: str
    email: str | None
    phone_number: str | None
    failed_attempts: int

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows an attempt."""
        response: dict[str, Any] = {
            "preAuthSessionId": self.device_hash,
            "failedCodeInputAttemptCount": self.failed_attempts,
        }
        if self.email is not None:
            response["email"] = self.email
        if self.phone_number is not None:
            response["phoneNumber"] = self.phone_number
        return response


def hash_of_device(device_id: str) -> str:
    """What the interface calls preAuthSessionId."""
    digest = hashlib.sha256(_decode(device_id, "deviceId")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def link_code_of(device_id: str, user_input_code: str) -> str:
    """The code in a link that does what the code does that a user types."""
    key = _decode(device_id, "deviceId")
    digest = hmac.digest(key, user_input_code.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of_link_code(link_code: str) -> str:
    """What is kept of a code."""
    _decode(link_code, "linkCode")
    return sha256(link_code.rstrip("="))


def create_device(
    core: Core,
    tx: Transaction,
    ref: TenantRef,
    *,
    email: str | None,
    phone_number: str | None,
    user_input_code: str | None,
) -> dict[str, Any]:
    """Begin an attempt with its first code; returns what the code's message needs."""
    device_id = base64.b64encode(secrets.token_bytes(32)).decode()
    tx.run(
        "INSERT INTO passwordless_devices VALUES (?, ?, ?, ?, ?, 0)",
        ref.app,
        ref.tenant,
        hash_of_device(device_id),
        email,
        phone_number,
    )
    return add_code(core, tx, ref, device_id, user_input_code)


def add_code(
    core: Core, tx: Transaction, ref: TenantRef, device_id: str, user_input_code: str | None
) -> dict[str, Any]:
    """Make one more code of an attempt; its others stay valid."""
    device_hash = hash_of_device(device_id)
    if find_device(tx, ref, device_hash) is None:
        raise RestartFlow
    code = user_input_code or f"{secrets.randbelow(10**6):06}"
    link_code, code_id, now = link_code_of(device_id, code), str(uuid.uuid4()), core.now()
    try:
        tx.run(
            "INSERT INTO passwordless_codes VALUES (?, ?, ?, ?, ?, ?)",
            ref.app,
            ref.tenant,
            code_id,
            device_hash,
            hash_of_link_code(link_code),
            now,
        )
    except sqlite3.IntegrityError:
        if user_input_code is None:
            return add_code(core, tx, ref, device_id, None)
        raise Refusal("USER_INPUT_CODE_ALREADY_USED_ERROR") from None
    return {
        "preAuthSessionId": device_hash,
        "codeId": code_id,
        "deviceId": device_id,
        "userInputCode": code,
        "linkCode": link_code,
        "timeCreated": now,
        "codeLifetime": core.config(tx, ref).passwordless_code_lifetime,
    }


def find_device(tx: Transaction, ref: TenantRef, device_hash: str) -> Device | None:
    """The attempt of that hash."""
    found = devices_by(tx, ref, "device_hash", device_hash)
    return found[0] if found else None


def devices_by(tx: Transaction, ref: TenantRef, column: str, value: str) -> list[Device]:
    """The attempts that have the value in the column, the oldest first."""
    rows = tx.rows(
        "SELECT * FROM passwordless_devices"
        f" WHERE app_id = ? AND tenant_id = ? AND {column} = ? ORDER BY rowid",
        ref.app,
        ref.tenant,
        value,
    )
    names = ("device_hash", "email", "phone_number", "failed_attempts")
    return [Device(**{name: row[name] for name in names}) for row in rows]


def codes_of(core: Core, tx: Transaction, ref: TenantRef, device: Device) -> list[dict[str, Any]]:
    """The codes of an attempt as the interface shows them."""
    lifetime = core.config(tx, ref).passwordless_code_lifetime
    rows = tx.rows(
        "SELECT code_id, created_at FROM passwordless_codes"
        " WHERE app_id = ? AND tenant_id = ? AND device_hash = ? ORDER BY rowid",
        ref.app,
        ref.tenant,
        device.device_hash,
    )
    return [
        {"codeId": row["code_id"], "timeCreated": row["created_at"], "codeLifetime": lifetime}
        for row in rows
    ]


def remove_devices(tx: Transaction, ref: TenantRef, column: str, value: str) -> None:
    """Make the codes of the attempts worthless that have the value in the column."""
    tx.run(
        f"DELETE FROM passwordless_devices WHERE app_id = ? AND tenant_id = ? AND {column} = ?",
        ref.app,
        ref.tenant,
        value,
    )


def remove_code(tx: Transaction, ref: TenantRef, code_id: str) -> None:
    """Make a code worthless, and end its attempt if it was the last."""
    tx.run(
        "DELETE FROM passwordless_codes WHERE app_id = ? AND tenant_id = ? AND code_id = ?",
        ref.app,
        ref.tenant,
        code_id,
    )
    tx.run(
        "DELETE FROM passwordless_devices WHERE app_id = ? AND tenant_id = ?"
        " AND device_hash NOT IN (SELECT device_hash FROM passwordless_codes"
        " WHERE app_id = ? AND tenant_id = ?)",
        *(ref.app, ref.tenant) * 2,
    )


def _decode(text: str, name: str) -> bytes:
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"Input encoding error in {name}") from None
