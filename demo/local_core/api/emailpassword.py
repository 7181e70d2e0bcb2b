"""Logging in with an e-mail address and a password."""

from typing import Any

from demo.local_core import emailpassword
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest, Refusal
from demo.local_core.identities import Identity, login_method_by
from demo.local_core.users import EMAILPASSWORD, find_user, normalise_email

_EMPTY_PASSWORD = "Password cannot be an empty string"


def _sign_up(call: Call) -> dict[str, Any]:
    email, password = call.body.text("email"), call.body.text("password")
    if not password:
        raise BadRequest(_EMPTY_PASSWORD)
    user, recipe_user_id = emailpassword.sign_up(
        call.core, call.ref, normalise_email(email), password
    )
    return {"user": user.as_json(), "recipeUserId": recipe_user_id}


def _sign_in(call: Call) -> dict[str, Any]:
    email, password = call.body.text("email"), call.body.text("password")
    user, recipe_user_id = emailpassword.sign_in(
        call.core, call.ref, normalise_email(email), password
    )
    return {"user": user.as_json(), "recipeUserId": recipe_user_id}


def _get_user(call: Call) -> dict[str, Any]:
    user_id, email = call.query.optional_text("userId"), call.query.optional_text("email")
    if user_id is not None and email is not None:
        raise BadRequest("Please provide only one of userId or email")
    if user_id is None and email is None:
        raise BadRequest("Please provide one of userId or email")
    with call.transaction() as tx:
        if email is not None:
            identity = Identity.of_email(normalise_email(email))
            found = login_method_by(tx, call.ref, EMAILPASSWORD, identity)
            user = found[0] if found else None
        else:
            user = find_user(tx, call.ref.app, user_id or "")
    if user is None:
        raise Refusal("UNKNOWN_EMAIL_ERROR" if user_id is None else "UNKNOWN_USER_ID_ERROR")
    return {"user": user.as_json()}


def update_user(call: Call) -> dict[str, Any]:
    """Change the address or the password of a user who logs in with both."""
    recipe_user_id = call.body.text("recipeUserId")
    email, password = call.body.optional_text("email"), call.body.optional_text("password")
    if email is None and password is None:
        raise BadRequest("You have to provide either email or password.")
    emailpassword.update_user(
        call.core,
        call.subject,
        recipe_user_id,
        email=None if email is None else normalise_email(email),
        password=password,
    )
    return {}


def _create_reset_token(call: Call) -> dict[str, Any]:
    user_id, email = call.body.text("userId"), call.body.text("email")
    with call.transaction() as tx:
        token = emailpassword.create_reset_token(call.core, tx, call.ref, user_id, email)
    return {"token": token}


def _consume_reset_token(call: Call) -> dict[str, Any]:
    token = call.body.text("token")
    with call.transaction() as tx:
        user_id, email = emailpassword.consume_reset_token(call.core, tx, call.ref.app, token)
    return {"userId": user_id, "email": email}


def _reset_password(call: Call) -> dict[str, Any]:
    method, token = call.body.text("method"), call.body.text("token")
    password = call.body.text("newPassword")
    if method != "token":
        raise BadRequest("Unsupported method for password reset")
    if not password:
        raise BadRequest(_EMPTY_PASSWORD)
    return {"userId": emailpassword.reset_password(call.core, call.ref, token, password)}


ROUTES = [
    Route("POST", "/recipe/signup", Scope.TENANT, _sign_up),
    Route("POST", "/recipe/signin", Scope.TENANT, _sign_in),
    Route("GET", "/recipe/user", Scope.TENANT, _get_user),
    Route("POST", "/recipe/user/password/reset/token", Scope.TENANT, _create_reset_token),
    Route("POST", "/recipe/user/password/reset/token/consume", Scope.TENANT, _consume_reset_token),
    Route("POST", "/recipe/user/password/reset", Scope.TENANT, _reset_password),
]
