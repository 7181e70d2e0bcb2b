"""Sessions."""

from typing import Any

from demo.local_core import session_store, sessions
from demo.local_core.access_token import check_payload
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest, Forbidden
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.tenants import require_tenant
from demo.local_core.users import primary_user_id, recipe_user_ids


def _create(call: Call) -> dict[str, Any]:
    wanted = sessions.NewSession(
        user_id=call.body.text("userId"),
        anti_csrf=call.body.flag("enableAntiCsrf"),
        payload=call.body.mapping("userDataInJWT"),
        data=call.body.mapping("userDataInDatabase"),
        use_static_key=call.body.optional_flag("useDynamicSigningKey") is False,
    )
    with call.transaction() as tx:
        return sessions.create_session(call.core, tx, call.ref, wanted).as_json()


def _verify(call: Call) -> dict[str, Any]:
    access_token = call.body.text("accessToken")
    anti_csrf_token = call.body.optional_text("antiCsrfToken")
    check_anti_csrf = call.body.flag("doAntiCsrfCheck")
    anti_csrf = call.body.flag("enableAntiCsrf")
    check_database = call.body.flag("checkDatabase")
    with call.transaction() as tx:
        return sessions.verify_session(
            call.core,
            tx,
            call.ref.app,
            access_token,
            anti_csrf_token=anti_csrf_token,
            check_anti_csrf=anti_csrf and check_anti_csrf,
            check_database=check_database,
        ).as_json()


def _refresh(call: Call) -> dict[str, Any]:
    refresh_token = call.body.text("refreshToken")
    anti_csrf_token = call.body.optional_text("antiCsrfToken")
    anti_csrf = call.body.flag("enableAntiCsrf")
    dynamic = call.body.flag("useDynamicSigningKey")
    with call.transaction() as tx:
        return sessions.refresh_session(
            call.core,
            tx,
            call.ref.app,
            refresh_token,
            anti_csrf_token=anti_csrf_token,
            anti_csrf=anti_csrf,
            use_static_key=not dynamic,
        ).as_json()


def _regenerate(call: Call) -> dict[str, Any]:
    access_token = call.body.text("accessToken")
    payload = call.body.optional_mapping("userDataInJWT")
    with call.transaction() as tx:
        return sessions.regenerate_token(
            call.core, tx, call.ref.app, access_token, payload
        ).as_json()


def _information(call: Call) -> dict[str, Any]:
    handle = call.query.text("sessionHandle")
    with call.transaction() as tx:
        session = _live_session(call, tx, handle)
        user_id = primary_user_id(tx, call.ref.app, session.recipe_user_id)
    return {
        "sessionHandle": session.handle,
        "userId": user_id,
        "recipeUserId": session.recipe_user_id,
        "tenantId": session.ref.tenant,
        "userDataInJWT": session.payload,
        "userDataInDatabase": session.data,
        "timeCreated": session.created_at,
        "expiry": session.expires_at,
    }


def _get_data(call: Call) -> dict[str, Any]:
    handle = call.query.text("sessionHandle")
    with call.transaction() as tx:
        return {"userDataInDatabase": _live_session(call, tx, handle).data}


def _get_payload(call: Call) -> dict[str, Any]:
    handle = call.query.text("sessionHandle")
    with call.transaction() as tx:
        return {"userDataInJWT": _live_session(call, tx, handle).payload}


def _set_data(call: Call) -> dict[str, Any]:
    handle = call.body.text("sessionHandle")
    data = call.body.mapping("userDataInDatabase")
    with call.transaction() as tx:
        session_store.set_data(tx, _live_session(call, tx, handle), data)
    return {}


def _set_payload(call: Call) -> dict[str, Any]:
    handle = call.body.text("sessionHandle")
    payload = call.body.mapping("userDataInJWT")
    with call.transaction() as tx:
        require_tenant(tx, session_store.tenant_of_handle(call.ref.app, handle))
        check_payload(payload)
        session_store.set_payload(tx, _live_session(call, tx, handle), payload)
    return {}


def _handles(call: Call) -> dict[str, Any]:
    user_id = call.query.text("userId")
    everywhere = call.query.flag("fetchAcrossAllTenants", default=True)
    linked = call.query.flag("fetchSessionsForAllLinkedAccounts", default=True)
    with call.transaction() as tx:
        found = _handles_of_user(call, tx, user_id, everywhere=everywhere, linked=linked)
    return {"sessionHandles": found}


def _remove(call: Call) -> dict[str, Any]:
    user_id = call.body.optional_text("userId")
    handles = call.body.optional_texts("sessionHandles")
    if (user_id is None) == (handles is None):
        raise BadRequest("Invalid JSON input - use one of userId or sessionHandles array")
    everywhere = call.body.optional_flag("revokeAcrossAllTenants")
    if user_id is None and everywhere is not None:
        raise BadRequest(
            "Invalid JSON input - revokeAcrossAllTenants can only be set if userId is set"
        )
    linked = call.body.optional_flag("revokeSessionsForLinkedAccounts")
    if user_id is None and linked is not None:
        raise BadRequest(
            "Invalid JSON input - revokeSessionsForLinkedAccounts can only be set if userId is set"
        )
    with call.transaction() as tx:
        if user_id is not None:
            handles = _handles_of_user(
                call, tx, user_id, everywhere=everywhere is not False, linked=linked is not False
            )
        for handle in handles or []:
            require_tenant(tx, session_store.tenant_of_handle(call.ref.app, handle))
        removed = session_store.remove_sessions(tx, call.ref.app, handles or [])
    return {"sessionHandlesRevoked": removed}


def _handles_of_user(
    call: Call, tx: Transaction, user_id: str, *, everywhere: bool, linked: bool
) -> list[str]:
    if everywhere and not call.ref.is_public:
        raise Forbidden("Only public tenantId can call this app specific API")
    app = call.ref.app
    user_ids = recipe_user_ids(tx, app, user_id) if linked else [user_id]
    tenant = None if everywhere else call.ref.tenant
    return session_store.handles_of_users(call.core, tx, app, user_ids, tenant)


def _live_session(call: Call, tx: Transaction, handle: str) -> session_store.Session:
    ref: TenantRef = session_store.tenant_of_handle(call.ref.app, handle)
    require_tenant(tx, ref)
    return session_store.live_session(call.core, tx, ref, handle)


ROUTES = [
    Route("POST", "/recipe/session", Scope.TENANT, _create),
    Route("GET", "/recipe/session", Scope.APP, _information),
    Route("POST", "/recipe/session/verify", Scope.APP, _verify),
    Route("POST", "/recipe/session/refresh", Scope.APP, _refresh),
    Route("POST", "/recipe/session/regenerate", Scope.APP, _regenerate),
    Route("POST", "/recipe/session/remove", Scope.TENANT, _remove),
    Route("GET", "/recipe/session/user", Scope.TENANT, _handles),
    Route("GET", "/recipe/session/data", Scope.APP, _get_data),
    Route("PUT", "/recipe/session/data", Scope.APP, _set_data),
    Route("GET", "/recipe/jwt/data", Scope.APP, _get_payload),
    Route("PUT", "/recipe/jwt/data", Scope.APP, _set_payload),
]
