"""Logging in with a code or a link that is sent to an address or a phone number."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from demo.local_core.core import Core
from demo.local_core.errors import BadRequest, Refusal, RestartFlow
from demo.local_core.identities import (
    Identity,
    Kind,
    identities,
    login_method_by,
    other_primary_user,
    require_free,
)
from demo.local_core.passwordless_devices import (
    Device,
    find_device,
    hash_of_device,
    hash_of_link_code,
    link_code_of,
    remove_devices,
)
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.users import (
    PASSWORDLESS,
    LoginMethod,
    User,
    add_login_method,
    find_user,
    known_user,
    mark_verified,
)


@dataclass(frozen=True)
class Input:
    """What a user has typed, or followed as a link."""

    device_hash: str
    device_id: str | None = None
    user_input_code: str | None = None
    link_code: str | None = None


@dataclass(frozen=True)
class _Code:
    device_hash: str
    created_at: int

    def has_expired(self, core: Core, tx: Transaction, ref: TenantRef) -> bool:
        return self.created_at < core.now() - core.config(tx, ref).passwordless_code_lifetime


def check_code(core: Core, tx: Transaction, ref: TenantRef, given: Input) -> Device | Refusal:
    """The attempt to which a right code belongs. A refusal is returned, since it is to be counted.

    The code stays valid.
    """
    if given.link_code is not None:
        link_code_hash = hash_of_link_code(given.link_code)
        code = _find_code(tx, ref, link_code_hash)
        if code is None or code.has_expired(core, tx, ref):
            return RestartFlow()
        device_hash = code.device_hash
    else:
        device_id = given.device_id or ""
        device_hash = hash_of_device(device_id)
        if find_device(tx, ref, device_hash) is None:
            return RestartFlow()
        link_code_hash = hash_of_link_code(link_code_of(device_id, given.user_input_code or ""))
    if device_hash != given.device_hash.rstrip("="):
        raise BadRequest("preAuthSessionId and deviceId doesn't match")
    device = find_device(tx, ref, device_hash)
    assert device is not None
    limit = core.config(tx, ref).passwordless_max_code_input_attempts
    if device.failed_attempts >= limit:
        # The limit may have become lower meanwhile.
        remove_devices(tx, ref, "device_hash", device_hash)
        return RestartFlow()
    code = _find_code(tx, ref, link_code_hash)
    if code is not None and not code.has_expired(core, tx, ref):
        return device
    return _count_failure(tx, ref, device, limit, expired=code is not None)


def consume_code(
    core: Core, tx: Transaction, ref: TenantRef, device: Device
) -> tuple[User, str, bool]:
    """Log in the user with a right code; returns the user, the login method and if it is new."""
    if device.email is not None:
        identity = Identity.of_email(device.email)
        remove_devices(tx, ref, "email", device.email)
    else:
        identity = Identity.of_phone_number(device.phone_number or "")
        remove_devices(tx, ref, "phone_number", device.phone_number or "")
    found = login_method_by(tx, ref, PASSWORDLESS, identity)
    if found:
        recipe_user_id = found[1].recipe_user_id
    else:
        recipe_user_id = str(uuid.uuid4())
        method = LoginMethod(
            recipe_user_id,
            PASSWORDLESS,
            core.now(),
            email=device.email,
            phone_number=device.phone_number,
        )
        add_login_method(tx, ref, method)
    if device.email is not None:
        mark_verified(tx, ref.app, recipe_user_id, device.email)
    return known_user(tx, ref.app, recipe_user_id), recipe_user_id, not found


def update_user(
    tx: Transaction, ref: TenantRef, recipe_user_id: str, changes: Mapping[Kind, str | None]
) -> None:
    """Change the address or the phone number of a user, or take one of them away."""
    user = find_user(tx, ref.app, recipe_user_id)
    method = user.method(recipe_user_id, PASSWORDLESS) if user else None
    if user is None or method is None:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    changed = replace(
        method,
        email=changes.get(Kind.EMAIL, method.email),
        phone_number=changes.get(Kind.PHONE_NUMBER, method.phone_number),
    )
    if changed.email is None and changed.phone_number is None:
        raise BadRequest("You cannot clear both email and phone number of a user")
    for tenant in method.tenant_ids:
        require_free(tx, ref.sibling(tenant), changed)
    if user.is_primary:
        _require_no_rival(tx, ref.app, user, changed)
    tx.run(
        "UPDATE users SET email = ?, phone_number = ? WHERE app_id = ? AND recipe_user_id = ?",
        changed.email,
        changed.phone_number,
        ref.app,
        recipe_user_id,
    )
    # Codes that were sent to the old or the new one are worthless.
    for tenant in method.tenant_ids:
        for identity in {*identities(method), *identities(changed)}:
            if not (identity.is_of(method) and identity.is_of(changed)):
                column = "email" if identity.kind is Kind.EMAIL else "phone_number"
                remove_devices(tx, ref.sibling(tenant), column, identity.values[0])


def _require_no_rival(tx: Transaction, app: str, user: User, changed: LoginMethod) -> None:
    rival = other_primary_user(tx, app, identities(changed), user.tenant_ids, user.user_id)
    if rival is None:
        return
    _, identity = rival
    status = (
        f"{'EMAIL' if identity.kind is Kind.EMAIL else 'PHONE_NUMBER'}_CHANGE_NOT_ALLOWED_ERROR"
    )
    raise Refusal(
        status, reason=f"New {identity.kind.value.name} is associated with another primary user ID"
    )


def _count_failure(
    tx: Transaction, ref: TenantRef, device: Device, limit: int, *, expired: bool
) -> Refusal:
    failed = device.failed_attempts + 1
    if failed >= limit:
        remove_devices(tx, ref, "device_hash", device.device_hash)
        return RestartFlow()
    tx.run(
        "UPDATE passwordless_devices SET failed_attempts = ?"
        " WHERE app_id = ? AND tenant_id = ? AND device_hash = ?",
        failed,
        ref.app,
        ref.tenant,
        device.device_hash,
    )
    return Refusal(
        f"{'EXPIRED' if expired else 'INCORRECT'}_USER_INPUT_CODE_ERROR",
        failedCodeInputAttemptCount=failed,
        maximumCodeInputAttempts=limit,
    )


def _find_code(tx: Transaction, ref: TenantRef, link_code_hash: str) -> _Code | None:
    row = tx.row(
        "SELECT device_hash, created_at FROM passwordless_codes"
        " WHERE app_id = ? AND tenant_id = ? AND link_code_hash = ?",
        ref.app,
        ref.tenant,
        link_code_hash,
    )
    return None if row is None else _Code(row["device_hash"], row["created_at"])
