"""Apps and tenants."""

import re
from typing import Any

from demo.local_core import account_linking, tenants
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest, Forbidden, Refusal
from demo.local_core.input import Body
from demo.local_core.scope import PUBLIC

# A path beginning with one of them could be read in two ways.
RESERVED_TENANT_IDS = ("recipe", "config", "users", "hello")

_ID = re.compile(r"[a-z0-9-]+")
_FACTORS = ("firstFactors", "requiredSecondaryFactors")
# Of version 1 of these APIs.
_OUTDATED = {
    "emailPasswordEnabled": "emailPasswordEnabled",
    "thirdPartyEnabled": "thirdParty",
    "passwordlessEnabled": "passwordless",
}


def _put_tenant(call: Call) -> dict[str, Any]:
    tenant_id = call.body.optional_text("tenantId")
    tenant_id = PUBLIC if tenant_id is None else _tenant_id(tenant_id)
    change = _change(call.body)
    with call.transaction() as tx:
        created = tenants.put_tenant(call.core, tx, call.ref, tenant_id, change)
    return {"createdNew": created}


def _get_tenant(call: Call) -> dict[str, Any]:
    # That there is no such tenant is an answer here, not an error.
    with call.core.database.transaction() as tx:
        tenant = tenants.get_tenant(tx, call.ref)
    if tenant is None:
        raise Refusal("TENANT_NOT_FOUND_ERROR")
    return tenant.as_json()


def _list_tenants(call: Call) -> dict[str, Any]:
    if not call.ref.is_public:
        raise Forbidden(
            "Only the public tenantId is allowed to list all tenants associated with this app"
        )
    with call.transaction() as tx:
        found = tenants.list_tenants(tx, call.ref.app)
    return {"tenants": [tenant.as_json() for tenant in found]}


def _remove_tenant(call: Call) -> dict[str, Any]:
    tenant_id = _tenant_id(call.body.text("tenantId"))
    with call.transaction() as tx:
        return {"didExist": tenants.delete_tenant(tx, call.ref, tenant_id)}


def _put_app(call: Call) -> dict[str, Any]:
    app_id = call.body.optional_text("appId")
    app_id = PUBLIC if app_id is None else _app_id(app_id)
    change = _change(call.body)
    with call.transaction() as tx:
        return {"createdNew": tenants.put_app(call.core, tx, call.ref, app_id, change)}


def _list_apps(call: Call) -> dict[str, Any]:
    with call.transaction() as tx:
        apps = {app: tenants.list_tenants(tx, app) for app in tenants.list_apps(tx)}
    return {
        "apps": [
            {"appId": app, "tenants": [tenant.as_json() for tenant in found]}
            for app, found in apps.items()
        ]
    }


def _remove_app(call: Call) -> dict[str, Any]:
    app_id = _app_id(call.body.text("appId"))
    with call.transaction() as tx:
        return {"didExist": tenants.delete_app(tx, call.ref, app_id)}


def _associate(call: Call) -> dict[str, Any]:
    recipe_user_id = call.body.filled_text("recipeUserId")
    with call.transaction() as tx:
        before = account_linking.associate_user(tx, call.ref, recipe_user_id)
    return {"wasAlreadyAssociated": before}


def _disassociate(call: Call) -> dict[str, Any]:
    recipe_user_id = call.body.filled_text("recipeUserId")
    with call.transaction() as tx:
        before = account_linking.disassociate_user(call.core, tx, call.ref, recipe_user_id)
    return {"wasAssociated": before}


def _change(body: Body) -> tenants.TenantChange:
    for name, short in _OUTDATED.items():
        if name in body.fields:
            raise BadRequest(f"{short} is not a valid input for this API")
    given = frozenset(name for name in _FACTORS if name in body.fields)
    factors = {name: _distinct_factors(body, name) for name in given}
    return tenants.TenantChange(
        given=given,
        first_factors=factors.get("firstFactors"),
        required_secondary_factors=factors.get("requiredSecondaryFactors"),
        core_config=body.optional_mapping("coreConfig") or {},
    )


def _distinct_factors(body: Body, name: str) -> list[str] | None:
    # Null is a value of its own here: all factors for the first, none for the second.
    if body.fields[name] is None:
        return None
    values = body.optional_texts(name) or []
    if len(set(values)) != len(values):
        raise BadRequest(f"{name} input should not contain duplicate values")
    return values


def _tenant_id(text: str) -> str:
    tenant_id = _checked_id(text, "tenantId")
    if tenant_id in RESERVED_TENANT_IDS:
        raise BadRequest(f"Cannot use '{tenant_id}' as a tenantId")
    return tenant_id


def _app_id(text: str) -> str:
    return _checked_id(text, "appId")


def _checked_id(text: str, name: str) -> str:
    identifier = text.strip().lower()
    if not identifier:
        raise BadRequest(f"{name} should not be an empty String")
    if identifier.startswith("appid-"):
        raise BadRequest(f"{name} must not start with 'appid-'")
    if not _ID.fullmatch(identifier):
        raise BadRequest(f"{name} can only contain letters, numbers and hyphens")
    return identifier


_TENANT = "/recipe/multitenancy/tenant"
_APP = "/recipe/multitenancy/app"

ROUTES = [
    Route("PUT", f"{_TENANT}/v2", Scope.TENANT, _put_tenant),
    Route("GET", f"{_TENANT}/v2", Scope.TENANT, _get_tenant),
    Route("GET", f"{_TENANT}/list/v2", Scope.TENANT, _list_tenants),
    Route("POST", f"{_TENANT}/remove", Scope.TENANT, _remove_tenant),
    Route("PUT", f"{_APP}/v2", Scope.TENANT, _put_app),
    Route("GET", f"{_APP}/list/v2", Scope.PUBLIC, _list_apps),
    Route("POST", f"{_APP}/remove", Scope.TENANT, _remove_app),
    Route("POST", f"{_TENANT}/user", Scope.TENANT, _associate),
    Route("POST", f"{_TENANT}/user/remove", Scope.TENANT, _disassociate),
]
