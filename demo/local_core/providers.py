"""The third parties with whose accounts users may log in to a tenant."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from demo.local_core.errors import BadRequest
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction

_TEXTS = (
    "name",
    "authorizationEndpoint",
    "tokenEndpoint",
    "userInfoEndpoint",
    "jwksURI",
    "oidcDiscoveryEndpoint",
)
_MAPPINGS = (
    "authorizationEndpointQueryParams",
    "tokenEndpointBodyParams",
    "userInfoEndpointQueryParams",
    "userInfoEndpointHeaders",
    "userInfoMap",
)
# What some providers require for each client.
_ADDITIONAL = {
    "apple": ("keyId", "privateKey", "teamId"),
    "google-workspaces": ("hd",),
    "boxy-saml": ("boxyURL",),
}


def check_config(config: Mapping[str, Any]) -> None:
    """Refuse settings of a provider with which no login is possible."""
    third_party_id = config.get("thirdPartyId")
    if not isinstance(third_party_id, str) or not third_party_id:
        _refuse("thirdPartyId cannot be null or empty")
    for names, kind in ((_TEXTS, str), (_MAPPINGS, dict)):
        for name in names:
            if not isinstance(config.get(name, kind()), (kind, type(None))):
                _refuse(f"{name} has the wrong type")
    clients = config.get("clients")
    if not isinstance(clients, list) or not all(isinstance(one, dict) for one in clients):
        _refuse("clients array cannot be null")
    types: list[object] = []
    for client in clients:
        if not isinstance(client.get("clientId"), str) or not client["clientId"]:
            _refuse("clientId cannot be null or empty")
        scope = client.get("scope", [])
        if not isinstance(scope, list) or not all(isinstance(one, str) for one in scope):
            _refuse("scope array cannot contain a null")
        _check_additional(str(third_party_id), client)
        types.append(client.get("clientType"))
    if any(types.count(one) > 1 for one in types):
        _refuse("Duplicate clientType was specified in the clients list.")


def put_provider(tx: Transaction, ref: TenantRef, config: Mapping[str, Any]) -> bool:
    """Set what is known about a provider; returns whether it is a new one."""
    third_party_id = config["thirdPartyId"]
    created = _row(tx, ref, third_party_id) is None
    tx.run(
        "INSERT INTO third_party_providers VALUES (?, ?, ?, ?)"
        " ON CONFLICT (app_id, tenant_id, third_party_id) DO UPDATE SET config = excluded.config",
        ref.app,
        ref.tenant,
        third_party_id,
        json.dumps(config),
    )
    return created


def remove_provider(tx: Transaction, ref: TenantRef, third_party_id: str) -> bool:
    """Forget a provider; returns whether there was one."""
    removed = tx.run(
        "DELETE FROM third_party_providers"
        " WHERE app_id = ? AND tenant_id = ? AND third_party_id = ?",
        ref.app,
        ref.tenant,
        third_party_id,
    )
    return removed > 0


def providers_of(tx: Transaction, ref: TenantRef) -> list[dict[str, Any]]:
    """What is known about the providers of a tenant."""
    rows = tx.rows(
        "SELECT config FROM third_party_providers WHERE app_id = ? AND tenant_id = ?"
        " ORDER BY rowid",
        ref.app,
        ref.tenant,
    )
    return [json.loads(row["config"]) for row in rows]


def _row(tx: Transaction, ref: TenantRef, third_party_id: str) -> Any:
    return tx.row(
        "SELECT 1 FROM third_party_providers"
        " WHERE app_id = ? AND tenant_id = ? AND third_party_id = ?",
        ref.app,
        ref.tenant,
        third_party_id,
    )


def _check_additional(third_party_id: str, client: Mapping[str, Any]) -> None:
    wanted = _ADDITIONAL.get(third_party_id, ())
    given = client.get("additionalConfig") or {}
    if not isinstance(given, dict) or any(not isinstance(given.get(one), str) for one in wanted):
        _refuse(
            f"a non empty string value must be specified for {', '.join(wanted)} "
            f"in the additionalConfig for {third_party_id} provider"
        )


def _refuse(text: str) -> NoReturn:
    raise BadRequest(f"Invalid third party config: {text}")
