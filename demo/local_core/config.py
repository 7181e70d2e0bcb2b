"""The settings that an operator, an app or a tenant can choose."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo.local_core.errors import BadRequest
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction

# Names, units and defaults are those of the core's own configuration.
DEFAULTS: Mapping[str, float] = {
    "access_token_validity": 3600,  # seconds
    "refresh_token_validity": 60 * 2400,  # minutes
    "access_token_dynamic_signing_key_update_interval": 168,  # hours
    "password_reset_token_lifetime": 3600000,  # milliseconds
    "email_verification_token_lifetime": 24 * 3600 * 1000,  # milliseconds
}
# Of our settings, the only one whose type is not a whole number.
_FRACTIONAL = {"access_token_dynamic_signing_key_update_interval"}
_LONGEST_ACCESS_TOKEN = 86400000


@dataclass(frozen=True)
class Config:
    """Settings in force, in milliseconds throughout."""

    access_token_validity: int
    refresh_token_validity: int
    signing_key_update_interval: int
    password_reset_token_lifetime: int
    email_verification_token_lifetime: int


def effective_config(tx: Transaction, defaults: Mapping[str, float], ref: TenantRef) -> Config:
    """What holds for a tenant: its own choice, else its app's, else the public app's, else ours."""
    values = _layered(tx, defaults, ref)
    return Config(
        access_token_validity=int(values["access_token_validity"] * 1000),
        refresh_token_validity=int(values["refresh_token_validity"] * 60 * 1000),
        signing_key_update_interval=int(
            values["access_token_dynamic_signing_key_update_interval"] * 3600 * 1000
        ),
        password_reset_token_lifetime=int(values["password_reset_token_lifetime"]),
        email_verification_token_lifetime=int(values["email_verification_token_lifetime"]),
    )


def check_values(values: Mapping[str, Any]) -> None:
    """Raise ValueError if these settings make no sense together."""
    if not 1 <= values["access_token_validity"] <= _LONGEST_ACCESS_TOKEN:
        raise ValueError(
            f"'access_token_validity' must be between 1 and {_LONGEST_ACCESS_TOKEN} seconds"
            " inclusive."
        )
    if values["refresh_token_validity"] * 60 <= values["access_token_validity"]:
        raise ValueError(
            "'refresh_token_validity' must be strictly greater than 'access_token_validity'."
        )
    # Below it a new signing key would be due before the last one has signed anything.
    if values["access_token_dynamic_signing_key_update_interval"] < 1:
        raise ValueError(
            "'access_token_dynamic_signing_key_update_interval' must be greater than,"
            " equal to 1 hour."
        )
    for name in DEFAULTS:
        if values[name] <= 0:
            raise ValueError(f"'{name}' must be greater than 0")


def check_config(
    tx: Transaction, defaults: Mapping[str, float], ref: TenantRef, own: Mapping[str, Any]
) -> None:
    """Refuse a tenant's own settings if they, with what the tenant inherits, make no sense."""
    try:
        for name, value in own.items():
            if name in DEFAULTS:
                _check_type(name, value)
        check_values({**_layered(tx, defaults, ref, without_own=True), **own})
    except ValueError as error:
        raise BadRequest(f"Invalid core config: {error}") from None


def _layered(
    tx: Transaction, defaults: Mapping[str, float], ref: TenantRef, *, without_own: bool = False
) -> dict[str, Any]:
    layers = [TenantRef(), ref.public(), ref]
    values: dict[str, Any] = dict(defaults)
    for layer in dict.fromkeys(layers):
        if without_own and layer == ref:
            break
        row = tx.row(
            "SELECT core_config FROM tenants WHERE app_id = ? AND tenant_id = ?",
            layer.app,
            layer.tenant,
        )
        if row is not None:
            values.update(json.loads(row["core_config"]))
    return values


def _check_type(name: str, value: object) -> None:
    wanted, kind = ((int, float), "double") if name in _FRACTIONAL else ((int,), "long")
    # bool is an int in Python, and 64 bits are what the core's long has.
    if isinstance(value, bool) or not isinstance(value, wanted) or abs(value) >= 2**53:
        raise ValueError(f"'{name}' must be of type {kind}")
