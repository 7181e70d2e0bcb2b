"""Passkey ceremonies: options, and logging in by what a browser makes of them."""

from typing import Any

from demo.local_core import webauthn_options, webauthn_users
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.input import Body
from demo.local_core.users import normalise_email
from demo.local_core.webauthn_options import Wanted

_TIMEOUT = 60000


def _register_options(call: Call) -> dict[str, Any]:
    email = normalise_email(call.body.text("email"))
    wanted = _wanted(
        call.body,
        email=email,
        display_name=call.body.optional_text("displayName"),
        attestation=_choice(call.body, "attestation", "none"),
        resident_key=_choice(call.body, "residentKey", "required"),
    )
    with call.transaction() as tx:
        return webauthn_options.register_options(call.core, tx, call.ref, wanted)


def _sign_in_options(call: Call) -> dict[str, Any]:
    wanted = _wanted(call.body)
    with call.transaction() as tx:
        return webauthn_options.sign_in_options(call.core, tx, call.ref, wanted)


def _get_options(call: Call) -> dict[str, Any]:
    options_id = call.query.text("webauthnGeneratedOptionsId")
    with call.transaction() as tx:
        return webauthn_options.find_options(tx, call.ref, options_id).as_json()


def _remove_options(call: Call) -> dict[str, Any]:
    options_id = call.query.text("webauthnGeneratedOptionsId")
    with call.transaction() as tx:
        webauthn_options.remove_options(tx, call.ref, options_id)
    return {}


def _sign_up(call: Call) -> dict[str, Any]:
    options_id = call.body.text("webauthnGeneratedOptionsId")
    given = call.body.mapping("credential")
    with call.transaction() as tx:
        user, credential, options = webauthn_users.sign_up(
            call.core, tx, call.ref, options_id, given
        )
    return {
        "user": user.as_json(),
        "recipeUserId": credential.recipe_user_id,
        "webauthnCredentialId": credential.credential_id,
        "relyingPartyId": options.relying_party_id,
        "relyingPartyName": options.relying_party_name,
    }


def _sign_in(call: Call) -> dict[str, Any]:
    options_id = call.body.text("webauthnGeneratedOptionsId")
    given = call.body.mapping("credential")
    with call.transaction() as tx:
        user, recipe_user_id = webauthn_users.sign_in(call.core, tx, call.ref, options_id, given)
    return {"user": user.as_json(), "recipeUserId": recipe_user_id}


def _wanted(body: Body, **more: Any) -> Wanted:
    presence, timeout = body.optional_flag("userPresence"), body.optional_long("timeout")
    return Wanted(
        relying_party_id=body.text("relyingPartyId"),
        relying_party_name=body.text("relyingPartyName"),
        origin=body.text("origin"),
        timeout=_TIMEOUT if timeout is None else timeout,
        user_verification=_choice(body, "userVerification", "preferred"),
        user_presence=presence is not False,
        **more,
    )


def _choice(body: Body, name: str, default: str) -> str:
    return (body.optional_text(name) or default).lower()


_WEBAUTHN = "/recipe/webauthn"

ROUTES = [
    Route("POST", f"{_WEBAUTHN}/options/register", Scope.TENANT, _register_options),
    Route("POST", f"{_WEBAUTHN}/options/signin", Scope.TENANT, _sign_in_options),
    Route("GET", f"{_WEBAUTHN}/options", Scope.TENANT, _get_options),
    Route("DELETE", f"{_WEBAUTHN}/options/remove", Scope.TENANT, _remove_options),
    Route("POST", f"{_WEBAUTHN}/signup", Scope.TENANT, _sign_up),
    Route("POST", f"{_WEBAUTHN}/signin", Scope.TENANT, _sign_in),
]
