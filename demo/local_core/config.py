"""The settings that an operator or an app can choose, and a few that a tenant can."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from demo.local_core.errors import BadRequest
from demo.local_core.scope import TenantRef
from demo.local_core.settings import BASE_ONLY, KINDS, KNOWN, SAME_IN_APP
from demo.local_core.storage import Transaction

_LONGEST_ACCESS_TOKEN = 86400000
_POSITIVE = (
    "passwordless_code_lifetime",
    "passwordless_max_code_input_attempts",
    "totp_max_attempts",
    "totp_rate_limit_cooldown_sec",
    "webauthn_recover_account_token_lifetime",
)


@dataclass(frozen=True)
class Config:
    """Settings in force; times are in milliseconds throughout."""

    access_token_validity: int
    refresh_token_validity: int
    signing_key_update_interval: int
    password_reset_token_lifetime: int
    email_verification_token_lifetime: int
    passwordless_max_code_input_attempts: int
    passwordless_code_lifetime: int
    totp_max_attempts: int
    totp_rate_limit_cooldown: int
    webauthn_recover_account_token_lifetime: int


def effective_config(tx: Transaction, defaults: Mapping[str, float], ref: TenantRef) -> Config:
    """What holds for a tenant: its own choice, else its app's, else the operator's."""
    values = _layered(defaults, _own(tx, ref.public()), _own(tx, ref))
    return Config(
        access_token_validity=int(values["access_token_validity"] * 1000),
        refresh_token_validity=int(values["refresh_token_validity"] * 60 * 1000),
        signing_key_update_interval=int(
            values["access_token_dynamic_signing_key_update_interval"] * 3600 * 1000
        ),
        password_reset_token_lifetime=int(values["password_reset_token_lifetime"]),
        email_verification_token_lifetime=int(values["email_verification_token_lifetime"]),
        passwordless_max_code_input_attempts=int(values["passwordless_max_code_input_attempts"]),
        passwordless_code_lifetime=int(values["passwordless_code_lifetime"]),
        totp_max_attempts=int(values["totp_max_attempts"]),
        totp_rate_limit_cooldown=int(values["totp_rate_limit_cooldown_sec"] * 1000),
        webauthn_recover_account_token_lifetime=int(
            values["webauthn_recover_account_token_lifetime"]
        ),
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
    for name in ("password_reset_token_lifetime", "email_verification_token_lifetime"):
        if values[name] <= 0:
            raise ValueError(f"'{name}' must be >= 0")
    for name in _POSITIVE:
        if values[name] <= 0:
            raise ValueError(f"'{name}' must be > 0")


def check_names(names: Iterable[str]) -> None:
    """Refuse settings that the core does not have."""
    for name in names:
        if name not in KNOWN:
            raise BadRequest(f"Invalid core config: Invalid config key: {name}")


def check_config(
    tx: Transaction, defaults: Mapping[str, float], ref: TenantRef, own: Mapping[str, Any]
) -> None:
    """Refuse the settings of an app or a tenant if the core cannot work with them."""
    try:
        for name, value in own.items():
            _check_type(name, value)
        app = own if ref.is_public else _own(tx, ref.public())
        of_app = _layered(defaults, app)
        check_values(_layered(of_app, own))
        tenants = dict(_tenants_of(tx, ref.app)) | {ref.tenant: own}
        for tenant in tenants.values():
            # The app's own values may have changed, and with them what its tenants inherit.
            check_values(_layered(of_app, tenant))
            _require_same_in_app(of_app, tenant)
        for name in own:
            if name in BASE_ONLY:
                raise ValueError(f"{name} can only be set via the core's base config setting")
    except ValueError as error:
        raise BadRequest(f"Invalid core config: {error}") from None


def _require_same_in_app(app: Mapping[str, Any], tenant: Mapping[str, Any]) -> None:
    for name, default in SAME_IN_APP.items():
        if name in tenant and tenant[name] != app.get(name, default):
            raise ValueError(f"You cannot set different values for {name} for the same appId")


def _layered(*layers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for layer in layers for name, value in layer.items()}


def _own(tx: Transaction, ref: TenantRef) -> Mapping[str, Any]:
    row = tx.row(
        "SELECT core_config FROM tenants WHERE app_id = ? AND tenant_id = ?", ref.app, ref.tenant
    )
    return {} if row is None else json.loads(row["core_config"])


def _tenants_of(tx: Transaction, app: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    for row in tx.rows("SELECT tenant_id, core_config FROM tenants WHERE app_id = ?", app):
        yield row["tenant_id"], json.loads(row["core_config"])


def _check_type(name: str, value: object) -> None:
    kind = KINDS.get(name)
    match kind, value:
        case (None, _) | ("boolean", bool()):
            return
        # bool is an int in Python.
        case (_, bool()) | ("boolean", _):
            pass
        # 64 bits are what the core's long has.
        case (_, int(number)) | ("double", float(number)) if abs(number) < 2**53:
            return
    raise ValueError(f"'{name}' must be of type {kind}")
