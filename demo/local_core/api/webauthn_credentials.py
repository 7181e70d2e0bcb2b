"""The passkeys of users who log in with passkeys, and their addresses."""

from typing import Any

from demo.local_core import webauthn_credentials, webauthn_users
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.users import normalise_email


def _register(call: Call) -> dict[str, Any]:
    recipe_user_id = call.body.text("recipeUserId")
    options_id = call.body.text("webauthnGeneratedOptionsId")
    given = call.body.mapping("credential")
    with call.transaction() as tx:
        credential, options = webauthn_users.register_credential(
            call.core, tx, call.ref, recipe_user_id, options_id, given
        )
    return {
        **credential.as_json(),
        "email": options.email,
        "relyingPartyName": options.relying_party_name,
    }


def _list(call: Call) -> dict[str, Any]:
    recipe_user_id = call.query.text("recipeUserId")
    with call.transaction() as tx:
        found = webauthn_credentials.credentials_of(tx, call.ref.app, recipe_user_id)
    return {"credentials": [credential.as_json() for credential in found]}


def _get(call: Call) -> dict[str, Any]:
    recipe_user_id, credential_id = _ids(call)
    with call.transaction() as tx:
        return webauthn_credentials.find_credential_of(
            tx, call.ref.app, recipe_user_id, credential_id
        ).as_json()


def _remove(call: Call) -> dict[str, Any]:
    recipe_user_id, credential_id = _ids(call)
    with call.transaction() as tx:
        webauthn_credentials.remove_credential(tx, call.ref.app, recipe_user_id, credential_id)
    return {}


def _update_email(call: Call) -> dict[str, Any]:
    recipe_user_id = call.body.text("recipeUserId")
    email = normalise_email(call.body.text("email"))
    with call.transaction() as tx:
        webauthn_users.update_email(tx, call.ref, recipe_user_id, email)
    return {}


def _ids(call: Call) -> tuple[str, str]:
    return call.query.text("recipeUserId"), call.query.text("webauthnCredentialId")


_USER = "/recipe/webauthn/user"

ROUTES = [
    Route("POST", f"{_USER}/credential/register", Scope.TENANT, _register),
    Route("GET", f"{_USER}/credential/list", Scope.TENANT, _list),
    Route("GET", f"{_USER}/credential", Scope.TENANT, _get),
    Route("DELETE", f"{_USER}/credential/remove", Scope.TENANT, _remove),
    Route("PUT", f"{_USER}/email", Scope.TENANT, _update_email),
]
