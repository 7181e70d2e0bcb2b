"""Apps and their tenants."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from demo.local_core.config import check_config, check_names
from demo.local_core.core import Core
from demo.local_core.errors import BadRequest, Forbidden, UnknownTenant
from demo.local_core.providers import providers_of
from demo.local_core.scope import PUBLIC, TenantRef
from demo.local_core.storage import Transaction


@dataclass(frozen=True)
class Tenant:
    """What is known about a tenant. Factors that are None were never chosen: all are allowed."""

    tenant_id: str
    first_factors: Sequence[str] | None
    required_secondary_factors: Sequence[str] | None
    core_config: Mapping[str, Any]
    providers: Sequence[Mapping[str, Any]] = ()

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows a tenant."""
        response: dict[str, Any] = {
            "tenantId": self.tenant_id,
            "thirdParty": {"providers": self.providers},
            "coreConfig": self.core_config,
        }
        if self.first_factors is not None:
            response["firstFactors"] = self.first_factors
        if self.required_secondary_factors is not None:
            response["requiredSecondaryFactors"] = self.required_secondary_factors
        return response


@dataclass(frozen=True)
class TenantChange:
    """What a request wants of a tenant; factors count only if they are among `given`."""

    given: frozenset[str]
    first_factors: Sequence[str] | None
    required_secondary_factors: Sequence[str] | None
    # A setting that is None goes back to its default.
    core_config: Mapping[str, Any]


def ensure_public_app(core: Core) -> None:
    """Create the app and the tenant that exist from the start."""
    with core.database.transaction() as tx:
        if not tenant_exists(tx, TenantRef()):
            _insert_app(core, tx, PUBLIC)
            _save(core, tx, TenantRef(), Tenant(PUBLIC, None, None, {}))


def tenant_exists(tx: Transaction, ref: TenantRef) -> bool:
    """Whether there is such a tenant."""
    return _row(tx, ref) is not None


def require_tenant(tx: Transaction, ref: TenantRef) -> None:
    """Refuse the request unless there is such a tenant."""
    if not tenant_exists(tx, ref):
        raise UnknownTenant(ref.app, ref.tenant)


def get_tenant(tx: Transaction, ref: TenantRef) -> Tenant | None:
    """The tenant, if there is one."""
    row = _row(tx, ref)
    return None if row is None else _tenant(tx, row)


def list_tenants(tx: Transaction, app: str) -> list[Tenant]:
    """All tenants of an app, the oldest first."""
    rows = tx.rows("SELECT * FROM tenants WHERE app_id = ? ORDER BY created_at, rowid", app)
    return [_tenant(tx, row) for row in rows]


def list_apps(tx: Transaction) -> list[str]:
    """All apps, the oldest first."""
    return [row["app_id"] for row in tx.rows("SELECT app_id FROM apps ORDER BY created_at, rowid")]


def put_tenant(
    core: Core, tx: Transaction, source: TenantRef, tenant_id: str, change: TenantChange
) -> bool:
    """Create or change a tenant of the app that asks; returns whether it is a new one."""
    ref = source.sibling(tenant_id)
    if ref.is_public:
        return put_app(core, tx, source, ref.app, change)
    if not source.is_public and source != ref:
        raise Forbidden("You must use the public or same tenant to add/update a tenant")
    return _put(core, tx, ref, change)


def put_app(
    core: Core, tx: Transaction, source: TenantRef, app_id: str, change: TenantChange
) -> bool:
    """Create or change an app, which is to say its public tenant."""
    allowed = source in (TenantRef(), TenantRef(app_id))
    if not allowed and app_id != PUBLIC:
        raise Forbidden("You must use the public or same app to add/update an app")
    if app_id not in list_apps(tx):
        _insert_app(core, tx, app_id)
    return _put(core, tx, TenantRef(app_id), change)


def delete_tenant(tx: Transaction, source: TenantRef, tenant_id: str) -> bool:
    """Remove a tenant with its sessions; returns whether there was one."""
    if tenant_id == PUBLIC:
        raise Forbidden("Cannot delete public tenant, use remove app API instead")
    if not source.is_public:
        raise Forbidden("Only the public tenantId is allowed to delete a tenant")
    removed = tx.run(
        "DELETE FROM tenants WHERE app_id = ? AND tenant_id = ?", source.app, tenant_id
    )
    return removed > 0


def delete_app(tx: Transaction, source: TenantRef, app_id: str) -> bool:
    """Remove an app with all it has; returns whether there was one."""
    if app_id == PUBLIC:
        raise Forbidden("Cannot delete public app")
    if source != TenantRef():
        raise Forbidden("Only the public tenantId and public appId is allowed to delete an app")
    if len(list_tenants(tx, app_id)) > 1:
        raise Forbidden(
            "Please delete all tenants except the public tenant for this app before calling the "
            "delete API"
        )
    return tx.run("DELETE FROM apps WHERE app_id = ?", app_id) > 0


def _put(core: Core, tx: Transaction, ref: TenantRef, change: TenantChange) -> bool:
    if ref == TenantRef() and change.core_config:
        # Those settings are the operator's.
        raise BadRequest("Cannot modify base config")
    if not ref.is_public:
        core.require_feature("multi_tenancy")
    if change.required_secondary_factors is not None:
        core.require_feature("mfa")
    known = get_tenant(tx, ref)
    # A new tenant has no first factors until it is given some; an app starts with all.
    tenant = known or Tenant(ref.tenant, None if ref.is_public else [], None, {})
    config = {**tenant.core_config, **change.core_config}
    check_names(config)
    tenant = replace(
        tenant, core_config={name: value for name, value in config.items() if value is not None}
    )
    if "firstFactors" in change.given:
        tenant = replace(tenant, first_factors=change.first_factors)
    if "requiredSecondaryFactors" in change.given:
        tenant = replace(tenant, required_secondary_factors=change.required_secondary_factors)
    check_config(tx, core.defaults, ref, tenant.core_config)
    _save(core, tx, ref, tenant)
    return known is None


def _insert_app(core: Core, tx: Transaction, app_id: str) -> None:
    tx.run("INSERT INTO apps (app_id, created_at) VALUES (?, ?)", app_id, core.now())


def _save(core: Core, tx: Transaction, ref: TenantRef, tenant: Tenant) -> None:
    tx.run(
        "INSERT INTO tenants VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (app_id, tenant_id) DO UPDATE SET first_factors = excluded.first_factors,"
        " required_secondary_factors = excluded.required_secondary_factors,"
        " core_config = excluded.core_config",
        ref.app,
        ref.tenant,
        _dump(tenant.first_factors),
        _dump(tenant.required_secondary_factors),
        json.dumps(tenant.core_config),
        core.now(),
    )


def _dump(factors: Sequence[str] | None) -> str | None:
    return None if factors is None else json.dumps(factors)


def _load(factors: str | None) -> list[str] | None:
    return None if factors is None else json.loads(factors)


def _row(tx: Transaction, ref: TenantRef) -> Any:
    return tx.row("SELECT * FROM tenants WHERE app_id = ? AND tenant_id = ?", ref.app, ref.tenant)


def _tenant(tx: Transaction, row: Any) -> Tenant:
    return Tenant(
        tenant_id=row["tenant_id"],
        first_factors=_load(row["first_factors"]),
        required_secondary_factors=_load(row["required_secondary_factors"]),
        core_config=json.loads(row["core_config"]),
        providers=providers_of(tx, TenantRef(row["app_id"], row["tenant_id"])),
    )
