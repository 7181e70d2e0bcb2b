"""The authenticators that make a user's one-time passwords."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyotp

from demo.local_core.errors import Refusal
from demo.local_core.storage import Transaction

_UNKNOWN = "UNKNOWN_DEVICE_ERROR"
_EXISTS = "DEVICE_ALREADY_EXISTS_ERROR"


@dataclass(frozen=True)
class Device:
    """An authenticator, which counts only once it has shown a right code."""

    name: str
    secret: str
    # Seconds for which a code is shown, and how many of these before and after are accepted.
    period: int
    skew: int
    verified: bool

    @property
    def code_lifetime(self) -> int:
        """How many seconds a code is accepted."""
        return self.period * (2 * self.skew + 1)

    def accepts(self, code: str, now: int) -> bool:
        """Whether the code is right at this time, which is in milliseconds."""
        if len(code) != 6 or not code.isascii():
            return False
        generator = pyotp.TOTP(self.secret, interval=self.period)
        return generator.verify(code, for_time=now // 1000, valid_window=self.skew)

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows a device."""
        return {
            "name": self.name,
            "period": self.period,
            "skew": self.skew,
            "verified": self.verified,
        }


def devices_of(tx: Transaction, app: str, user_id: str) -> list[Device]:
    """A user's authenticators, the oldest first."""
    rows = tx.rows(
        "SELECT * FROM totp_devices WHERE app_id = ? AND user_id = ? ORDER BY rowid", app, user_id
    )
    return [
        Device(row["name"], row["secret"], row["period"], row["skew"], bool(row["verified"]))
        for row in rows
    ]


def find_device(devices: Sequence[Device], name: str) -> Device:
    """The authenticator of that name."""
    found = next((device for device in devices if device.name == name), None)
    if found is None:
        raise Refusal(_UNKNOWN)
    return found


def create_device(
    tx: Transaction, app: str, user_id: str, name: str | None, *, period: int, skew: int
) -> Device:
    """Make an authenticator; replaces one of that name that has never shown a right code."""
    devices = devices_of(tx, app, user_id)
    taken = {device.name for device in devices if device.verified}
    if name is None:
        numbers = itertools.count(len(taken))
        names = (f"TOTP Device {number}" for number in numbers)
        name = next(one for one in names if one not in taken)
    if name in taken:
        raise Refusal(_EXISTS)
    remove_device(tx, app, user_id, name)
    device = Device(name, pyotp.random_base32(), period, skew, verified=False)
    tx.run(
        "INSERT INTO totp_devices VALUES (?, ?, ?, ?, ?, ?, 0)",
        app,
        user_id,
        name,
        device.secret,
        period,
        skew,
    )
    return device


def rename_device(tx: Transaction, app: str, user_id: str, old: str, new: str) -> None:
    """Give an authenticator another name."""
    devices = devices_of(tx, app, user_id)
    find_device(devices, old)
    if old != new and any(device.name == new for device in devices):
        raise Refusal(_EXISTS)
    tx.run(
        "UPDATE totp_devices SET name = ? WHERE app_id = ? AND user_id = ? AND name = ?",
        new,
        app,
        user_id,
        old,
    )


def mark_device_verified(tx: Transaction, app: str, user_id: str, name: str) -> None:
    """Remember that an authenticator has shown a right code."""
    tx.run(
        "UPDATE totp_devices SET verified = 1 WHERE app_id = ? AND user_id = ? AND name = ?",
        app,
        user_id,
        name,
    )


def remove_device(tx: Transaction, app: str, user_id: str, name: str) -> bool:
    """Forget an authenticator; returns whether there was one."""
    removed = tx.run(
        "DELETE FROM totp_devices WHERE app_id = ? AND user_id = ? AND name = ?",
        app,
        user_id,
        name,
    )
    return removed > 0
