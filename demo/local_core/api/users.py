"""Users, however they log in."""

import base64
import binascii
from typing import Any

from demo.local_core import users
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest, Refusal

_MAX_LIMIT = 500
_DEFAULT_LIMIT = 100
_RECIPES = ("emailpassword", "thirdparty", "passwordless", "webauthn")
_SEARCH_TAGS = ("email", "phone", "provider")


def _get(call: Call) -> dict[str, Any]:
    user_id = call.query.text("userId")
    with call.transaction() as tx:
        user = users.find_user(tx, call.ref.app, user_id)
    if user is None:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    return {"user": user.reply()}


def _by_account_info(call: Call) -> dict[str, Any]:
    email = call.query.optional_text("email")
    others = [
        call.query.optional_text(name)
        for name in ("phoneNumber", "thirdPartyId", "thirdPartyUserId", "webauthnCredentialId")
    ]
    union = call.query.text("doUnionOfAccountInfo")
    if union not in ("true", "false"):
        raise BadRequest("'doUnionOfAccountInfo' should be either 'true' or 'false'")
    _, provider, provider_user, _ = others
    if (provider is None) != (provider_user is None):
        raise BadRequest(
            "If 'thirdPartyId' is provided, 'thirdPartyUserId' must also be provided, "
            "and vice versa"
        )
    # Nobody here has any of the others.
    if email is None or (union == "false" and any(other is not None for other in others)):
        return {"users": []}
    with call.transaction() as tx:
        found = users.users_by_email(tx, call.ref, users.normalise_email(email))
    return {"users": [user.reply() for user in found]}


def _list(call: Call) -> dict[str, Any]:
    wanted = _includes_ours(call)
    token = call.query.optional_text("paginationToken")
    limit = call.query.optional_integer("limit")
    order = call.query.optional_text("timeJoinedOrder")
    if order not in (None, "ASC", "DESC"):
        raise BadRequest("timeJoinedOrder can be either ASC OR DESC")
    emails, phones, providers = (
        _search_tags(call, name) for name in ("email", "phone", "provider")
    )
    if limit is None:
        limit = _DEFAULT_LIMIT
    elif limit > _MAX_LIMIT:
        raise BadRequest(f"max limit allowed is {_MAX_LIMIT}")
    elif limit < 1:
        raise BadRequest("limit must a positive integer with min value 1")
    start = None if token is None else _position(token)
    if not wanted or ((phones or providers) and not emails):
        return {"users": []}
    with call.transaction() as tx:
        found, rest = users.list_users(
            tx,
            call.ref,
            limit=limit,
            newest_first=order == "DESC",
            start=start,
            email_parts=emails,
        )
    reply: dict[str, Any] = {"users": [user.reply() for user in found]}
    if rest:
        reply["nextPaginationToken"] = _token(rest)
    return reply


def _count(call: Call) -> dict[str, Any]:
    wanted = _includes_ours(call)
    everywhere = call.query.flag("includeAllTenants", default=False)
    with call.transaction() as tx:
        count = users.count_users(tx, call.ref.app, None if everywhere else call.ref.tenant)
    return {"count": count if wanted else 0}


def _remove(call: Call) -> dict[str, Any]:
    user_id = call.body.text("userId")
    linked = call.body.optional_flag("removeAllLinkedAccounts")
    with call.transaction() as tx:
        users.remove_user(tx, call.ref.app, user_id, with_linked=linked is not False)
    return {}


def _search_tag_names(call: Call) -> dict[str, Any]:
    return {"tags": _SEARCH_TAGS}


def _get_mapping(call: Call) -> dict[str, Any]:
    # Users keep the ids that they get here, so there never is a mapping to ids of others.
    call.query.filled_text("userId")
    kind = call.query.optional_text("userIdType")
    if kind is not None and kind.strip() not in ("SUPERTOKENS", "EXTERNAL", "ANY"):
        raise BadRequest(
            "Field name 'userIdType' should be one of 'SUPERTOKENS', 'EXTERNAL' or 'ANY'"
        )
    raise Refusal("UNKNOWN_MAPPING_ERROR")


def _includes_ours(call: Call) -> bool:
    recipes = call.query.optional_list("includeRecipeIds")
    for recipe in recipes or []:
        if recipe not in _RECIPES:
            raise BadRequest(f"Unknown recipe ID: {recipe}")
    return not recipes or users.RECIPE in recipes


def _search_tags(call: Call, name: str) -> list[str]:
    text = call.query.optional_text(name) or ""
    return [part.strip().lower() for part in text.split(";") if part.strip()]


def _token(position: users.Position) -> str:
    return base64.b64encode(f"{position.user_id};{position.joined_at}".encode()).decode()


def _position(token: str) -> users.Position:
    try:
        user_id, _, joined_at = base64.b64decode(token, validate=True).decode().rpartition(";")
        position = users.Position(int(joined_at), user_id)
        # More than the database can compare with.
        if not user_id or position.joined_at.bit_length() > 63:
            raise ValueError
    except (ValueError, binascii.Error):
        raise BadRequest("invalid pagination token") from None
    return position


ROUTES = [
    Route("GET", "/user/id", Scope.PUBLIC, _get),
    Route("GET", "/users", Scope.TENANT, _list),
    Route("GET", "/users/by-accountinfo", Scope.TENANT, _by_account_info),
    Route("GET", "/users/count", Scope.TENANT, _count),
    Route("POST", "/user/remove", Scope.PUBLIC, _remove),
    Route("GET", "/user/search/tags", Scope.PUBLIC, _search_tag_names),
    Route("GET", "/recipe/userid/map", Scope.PUBLIC, _get_mapping),
]
