"""Roles with their permissions, and the users who have them."""

from typing import Any

from demo.local_core import roles
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest


def _put(call: Call) -> dict[str, Any]:
    role, permissions = call.body.filled_text("role"), _permissions(call) or []
    with call.transaction() as tx:
        return {"createdNewRole": roles.put_role(tx, call.ref.app, role, permissions)}


def _remove(call: Call) -> dict[str, Any]:
    role = call.body.filled_text("role")
    with call.transaction() as tx:
        return {"didRoleExist": roles.remove_role(tx, call.ref.app, role)}


def _list(call: Call) -> dict[str, Any]:
    with call.transaction() as tx:
        return {"roles": roles.list_roles(tx, call.ref.app)}


def _get_permissions(call: Call) -> dict[str, Any]:
    role = call.query.filled_text("role")
    with call.transaction() as tx:
        return {"permissions": roles.permissions_of_role(tx, call.ref.app, role)}


def _remove_permissions(call: Call) -> dict[str, Any]:
    role, permissions = call.body.filled_text("role"), _permissions(call)
    with call.transaction() as tx:
        roles.remove_permissions(tx, call.ref.app, role, permissions)
    return {}


def _roles_with_permission(call: Call) -> dict[str, Any]:
    permission = call.query.filled_text("permission")
    with call.transaction() as tx:
        return {"roles": roles.roles_with_permission(tx, call.ref.app, permission)}


def _give(call: Call) -> dict[str, Any]:
    user_id, role = call.body.text("userId"), call.body.filled_text("role")
    with call.transaction() as tx:
        return {"didUserAlreadyHaveRole": not roles.give_role(tx, call.ref, user_id, role)}


def _take(call: Call) -> dict[str, Any]:
    user_id, role = call.body.text("userId"), call.body.filled_text("role")
    with call.transaction() as tx:
        return {"didUserHaveRole": roles.take_role(tx, call.ref, user_id, role)}


def _of_user(call: Call) -> dict[str, Any]:
    user_id = call.query.text("userId")
    with call.transaction() as tx:
        return {"roles": roles.roles_of_user(tx, call.ref, user_id)}


def _users(call: Call) -> dict[str, Any]:
    role = call.query.filled_text("role")
    with call.transaction() as tx:
        return {"users": roles.users_with_role(tx, call.ref, role)}


def _permissions(call: Call) -> list[str] | None:
    given = call.body.optional_texts("permissions")
    if given is None:
        return None
    permissions = [permission.strip() for permission in given]
    if not all(permissions):
        raise BadRequest("Field name 'permissions' cannot contain an empty string")
    return permissions


ROUTES = [
    Route("PUT", "/recipe/role", Scope.APP, _put),
    Route("POST", "/recipe/role/remove", Scope.APP, _remove),
    Route("GET", "/recipe/roles", Scope.APP, _list),
    Route("GET", "/recipe/role/permissions", Scope.APP, _get_permissions),
    Route("POST", "/recipe/role/permissions/remove", Scope.APP, _remove_permissions),
    Route("GET", "/recipe/permission/roles", Scope.APP, _roles_with_permission),
    Route("PUT", "/recipe/user/role", Scope.TENANT, _give),
    Route("POST", "/recipe/user/role/remove", Scope.TENANT, _take),
    Route("GET", "/recipe/user/roles", Scope.TENANT, _of_user),
    Route("GET", "/recipe/role/users", Scope.TENANT, _users),
]
