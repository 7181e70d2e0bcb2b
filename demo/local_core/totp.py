"""Checking one-time passwords, and how many wrong ones are allowed."""

from collections.abc import Sequence

from demo.local_core.core import Core
from demo.local_core.errors import Refusal
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.totp_devices import Device, devices_of, find_device, mark_device_verified

# A longer code is wrong, but no attempt.
_LONGEST_CODE = 8


def verify_device(
    core: Core, tx: Transaction, ref: TenantRef, user_id: str, name: str, code: str
) -> bool | Refusal:
    """Whether a device was verified before; else it is now, if the code is right.

    A refusal is returned, since a wrong code is to be counted.
    """
    device = find_device(devices_of(tx, ref.app, user_id), name)
    if device.verified:
        return True
    refusal = _check(core, tx, ref, user_id, [device], code)
    if refusal:
        return refusal
    mark_device_verified(tx, ref.app, user_id, name)
    return False


def verify_code(
    core: Core, tx: Transaction, ref: TenantRef, user_id: str, code: str
) -> Refusal | None:
    """Check a code of any verified device. A refusal is returned, since it is to be counted."""
    devices = devices_of(tx, ref.app, user_id)
    if not devices:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    verified = [device for device in devices if device.verified]
    return _check(core, tx, ref, user_id, verified, code)


def _check(
    core: Core, tx: Transaction, ref: TenantRef, user_id: str, devices: Sequence[Device], code: str
) -> Refusal | None:
    config, now = core.config(tx, ref), core.now()
    limit, cooldown = config.totp_max_attempts, config.totp_rate_limit_cooldown
    failures = _latest_failures(tx, ref, user_id, limit)
    # Those count that are no older than the newest by more than the cooldown.
    failed = sum(1 for at in failures if at > failures[0] - cooldown)
    if failed == limit:
        if now - failures[0] < cooldown:
            return Refusal(
                "LIMIT_REACHED_ERROR",
                retryAfterMs=cooldown - (now - failures[0]),
                currentNumberOfFailedAttempts=failed,
                maxNumberOfFailedAttempts=limit,
            )
        failed = 0
    wrong = Refusal(
        "INVALID_TOTP_ERROR",
        currentNumberOfFailedAttempts=failed + 1,
        maxNumberOfFailedAttempts=limit,
    )
    if len(code) > _LONGEST_CODE:
        return wrong
    matching = next((device for device in devices if device.accepts(code, now)), None)
    right = matching is not None and not _was_used(tx, ref, user_id, code, now)
    lifetime = max((device.code_lifetime for device in devices), default=0)
    if matching is not None:
        lifetime = matching.code_lifetime
    tx.run(
        "INSERT INTO totp_used_codes VALUES (?, ?, ?, ?, ?, ?, ?)",
        ref.app,
        ref.tenant,
        user_id,
        code,
        right,
        now,
        now + 1000 * lifetime,
    )
    return None if right else wrong


def _latest_failures(tx: Transaction, ref: TenantRef, user_id: str, limit: int) -> list[int]:
    """When the newest codes were tried that are wrong without a right one between them."""
    rows = tx.rows(
        "SELECT valid, created_at FROM totp_used_codes"
        " WHERE app_id = ? AND tenant_id = ? AND user_id = ? ORDER BY rowid DESC LIMIT ?",
        ref.app,
        ref.tenant,
        user_id,
        limit,
    )
    failures: list[int] = []
    for row in rows:
        if row["valid"]:
            break
        failures.append(row["created_at"])
    return failures


def _was_used(tx: Transaction, ref: TenantRef, user_id: str, code: str, now: int) -> bool:
    row = tx.row(
        "SELECT 1 FROM totp_used_codes WHERE app_id = ? AND tenant_id = ? AND user_id = ?"
        " AND code = ? AND valid AND expires_at > ?",
        ref.app,
        ref.tenant,
        user_id,
        code,
        now,
    )
    return row is not None
