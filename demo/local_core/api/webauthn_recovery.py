"""Getting back in after all passkeys are lost."""

from typing import Any

from demo.local_core import webauthn_recovery
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.users import normalise_email


def _create_token(call: Call) -> dict[str, Any]:
    user_id, email = call.body.text("userId"), normalise_email(call.body.text("email"))
    with call.transaction() as tx:
        return {"token": webauthn_recovery.create_token(call.core, tx, call.ref, user_id, email)}


def _user_of_token(call: Call) -> dict[str, Any]:
    token = call.query.text("token")
    with call.transaction() as tx:
        user, recipe_user_id = webauthn_recovery.user_of_token(call.core, tx, call.ref, token)
    return {"user": user.as_json(), "recipeUserId": recipe_user_id}


def _consume_token(call: Call) -> dict[str, Any]:
    token = call.body.text("token")
    with call.transaction() as tx:
        user_id, email = webauthn_recovery.consume_token(call.core, tx, call.ref, token)
    return {"userId": user_id, "email": email}


_RECOVER = "/recipe/webauthn/user/recover"

ROUTES = [
    Route("POST", f"{_RECOVER}/token", Scope.TENANT, _create_token),
    Route("GET", _RECOVER, Scope.TENANT, _user_of_token),
    Route("POST", f"{_RECOVER}/token/consume", Scope.TENANT, _consume_token),
]
