"""Users, however they log in."""

import base64
import binascii
from typing import Any

from demo.local_core import users, webauthn_credentials
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest, Refusal
from demo.local_core.identities import Identity, users_by
from demo.local_core.user_list import SEARCH_TAGS, Position, count_users, list_users
from demo.local_core.user_removal import remove_user

_MAX_LIMIT = 500
_DEFAULT_LIMIT = 100


def _get(call: Call) -> dict[str, Any]:
    user_id = call.query.text("userId")
    with call.transaction() as tx:
        user = users.find_user(tx, call.ref.app, user_id)
    if user is None:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    return {"user": user.as_json()}


def _by_account_info(call: Call) -> dict[str, Any]:
    email = call.query.optional_text("email")
    phone_number = call.query.optional_text("phoneNumber")
    provider = call.query.optional_text("thirdPartyId")
    provider_user = call.query.optional_text("thirdPartyUserId")
    credential = call.query.optional_text("webauthnCredentialId")
    union = call.query.text("doUnionOfAccountInfo")
    if union not in ("true", "false"):
        raise BadRequest("'doUnionOfAccountInfo' should be either 'true' or 'false'")
    if (provider is None) != (provider_user is None):
        raise BadRequest(
            "If 'thirdPartyId' is provided, 'thirdPartyUserId' must also be provided, "
            "and vice versa"
        )
    wanted: list[Identity] = []
    if email is not None:
        wanted.append(Identity.of_email(users.normalise_email(email)))
    if phone_number is not None:
        wanted.append(Identity.of_phone_number(phone_number))
    if provider is not None and provider_user is not None:
        wanted.append(Identity.of_third_party(users.ThirdParty(provider, provider_user)))
    with call.transaction() as tx:
        groups = [users_by(tx, call.ref, identity) for identity in wanted]
        if credential is not None:
            groups.append(webauthn_credentials.users_with(tx, call.ref, credential))
    found = {user.user_id: user for group in groups for user in group}
    if union == "false":
        ids = [{user.user_id for user in group} for group in groups]
        found = {key: found[key] for key in found if all(key in group for group in ids)}
    by_age = sorted(found.values(), key=lambda user: user.joined_at)
    return {"users": [user.as_json() for user in by_age]}


def _list(call: Call) -> dict[str, Any]:
    recipes = _recipes(call)
    token = call.query.optional_text("paginationToken")
    limit = call.query.optional_integer("limit")
    order = call.query.optional_text("timeJoinedOrder")
    if order not in (None, "ASC", "DESC"):
        raise BadRequest("timeJoinedOrder can be either ASC OR DESC")
    search = {name: _search_tags(call, name) for name in SEARCH_TAGS}
    if limit is None:
        limit = _DEFAULT_LIMIT
    elif limit > _MAX_LIMIT:
        raise BadRequest(f"max limit allowed is {_MAX_LIMIT}")
    elif limit < 1:
        raise BadRequest("limit must a positive integer with min value 1")
    start = None if token is None else _position(token)
    with call.transaction() as tx:
        found, rest = list_users(
            tx,
            call.ref,
            limit=limit,
            newest_first=order == "DESC",
            start=start,
            recipes=recipes,
            search=search,
        )
    response: dict[str, Any] = {"users": [user.as_json() for user in found]}
    if rest:
        response["nextPaginationToken"] = _token(rest)
    return response


def _count(call: Call) -> dict[str, Any]:
    recipes = _recipes(call)
    everywhere = call.query.flag("includeAllTenants", default=False)
    with call.transaction() as tx:
        tenant = None if everywhere else call.ref.tenant
        return {"count": count_users(tx, call.ref.app, tenant, recipes)}


def _remove(call: Call) -> dict[str, Any]:
    user_id = call.body.text("userId")
    linked = call.body.optional_flag("removeAllLinkedAccounts")
    with call.transaction() as tx:
        remove_user(tx, call.ref.app, user_id, with_linked=linked is not False)
    return {}


def _search_tag_names(call: Call) -> dict[str, Any]:
    return {"tags": list(SEARCH_TAGS)}


def _get_mapping(call: Call) -> dict[str, Any]:
    # Users keep the ids that they get here, so there never is a mapping to ids of others.
    call.query.filled_text("userId")
    kind = call.query.optional_text("userIdType")
    if kind is not None and kind.strip() not in ("SUPERTOKENS", "EXTERNAL", "ANY"):
        raise BadRequest(
            "Field name 'userIdType' should be one of 'SUPERTOKENS', 'EXTERNAL' or 'ANY'"
        )
    raise Refusal("UNKNOWN_MAPPING_ERROR")


def _recipes(call: Call) -> list[str]:
    recipes = call.query.optional_list("includeRecipeIds") or []
    for recipe in recipes:
        if recipe not in users.RECIPES:
            raise BadRequest(f"Unknown recipe ID: {recipe}")
    return recipes


def _search_tags(call: Call, name: str) -> list[str]:
    text = call.query.optional_text(name) or ""
    return [part.strip().lower() for part in text.split(";") if part.strip()]


def _token(position: Position) -> str:
    return base64.b64encode(f"{position.user_id};{position.joined_at}".encode()).decode()


def _position(token: str) -> Position:
    try:
        user_id, _, joined_at = base64.b64decode(token, validate=True).decode().rpartition(";")
        position = Position(int(joined_at), user_id)
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
