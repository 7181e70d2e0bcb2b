"""Showing that an e-mail address is one's own."""

from typing import Any

from demo.local_core import email_verification
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest
from demo.local_core.users import is_verified, normalise_email


def _create_token(call: Call) -> dict[str, Any]:
    user_id, email = _user_and_email(call)
    with call.transaction() as tx:
        return {"token": email_verification.create_token(call.core, tx, call.ref, user_id, email)}


def _verify(call: Call) -> dict[str, Any]:
    method, token = call.body.text("method"), call.body.text("token")
    if method != "token":
        raise BadRequest("Unsupported method for email verification")
    with call.transaction() as tx:
        user_id, email = email_verification.verify(call.core, tx, call.ref, token)
    return {"userId": user_id, "email": email}


def _is_verified(call: Call) -> dict[str, Any]:
    user_id, email = call.query.text("userId"), call.query.text("email")
    # As it is spelt: the core normalises addresses everywhere but here.
    with call.transaction() as tx:
        verified = is_verified(tx, call.ref.app, user_id, email)
    return {"isVerified": verified}


def _remove_tokens(call: Call) -> dict[str, Any]:
    user_id, email = _user_and_email(call)
    with call.transaction() as tx:
        email_verification.remove_tokens(tx, call.ref, user_id, email)
    return {}


def _unverify(call: Call) -> dict[str, Any]:
    user_id, email = _user_and_email(call)
    with call.transaction() as tx:
        email_verification.unverify(tx, call.ref.app, user_id, email)
    return {}


def _user_and_email(call: Call) -> tuple[str, str]:
    return call.body.text("userId"), normalise_email(call.body.text("email"))


_VERIFY = "/recipe/user/email/verify"

ROUTES = [
    Route("POST", f"{_VERIFY}/token", Scope.TENANT, _create_token),
    Route("POST", f"{_VERIFY}/token/remove", Scope.TENANT, _remove_tokens),
    Route("POST", _VERIFY, Scope.TENANT, _verify),
    Route("GET", _VERIFY, Scope.PUBLIC, _is_verified),
    Route("POST", f"{_VERIFY}/remove", Scope.PUBLIC, _unverify),
]
