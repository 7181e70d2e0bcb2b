"""Logging in with an account at a provider."""

from typing import Any

from demo.local_core import thirdparty
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest
from demo.local_core.input import Body
from demo.local_core.users import ThirdParty, normalise_email


def _sign_in_up(call: Call) -> dict[str, Any]:
    account = ThirdParty(call.body.text("thirdPartyId"), call.body.text("thirdPartyUserId"))
    email = Body(call.body.mapping("email"))
    address, verified = email.text("id"), email.flag("isVerified")
    for name, value in (
        ("thirdPartyId", account.provider_id),
        ("thirdPartyUserId", account.user_id),
        ("email.id", address),
    ):
        if not value:
            raise BadRequest(f"Field name '{name}' cannot be an empty String")
    with call.transaction() as tx:
        user, recipe_user_id, created = thirdparty.sign_in_up(
            call.core, tx, call.ref, account, normalise_email(address), verified=verified
        )
    return {"createdNewUser": created, "user": user.as_json(), "recipeUserId": recipe_user_id}


ROUTES = [Route("POST", "/recipe/signinup", Scope.TENANT, _sign_in_up)]
