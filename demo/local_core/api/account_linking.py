"""Primary users, and the linking of other users to them."""

from typing import Any

from demo.local_core import account_linking
from demo.local_core.api.call import Call, Route, Scope


def _may_be_primary(call: Call) -> dict[str, Any]:
    user_id = call.query.text("recipeUserId")
    with call.transaction() as tx:
        _, before = account_linking.make_primary(tx, call.ref.app, user_id, only_check=True)
    return {"wasAlreadyAPrimaryUser": before}


def _make_primary(call: Call) -> dict[str, Any]:
    user_id = call.body.text("recipeUserId")
    with call.transaction() as tx:
        user, before = account_linking.make_primary(tx, call.ref.app, user_id, only_check=False)
    return {"wasAlreadyAPrimaryUser": before, "user": user.as_json()}


def _may_link(call: Call) -> dict[str, Any]:
    user_id, primary_id = call.query.text("recipeUserId"), call.query.text("primaryUserId")
    with call.transaction() as tx:
        _, before = account_linking.link_accounts(
            call.core, tx, call.ref.app, user_id, primary_id, only_check=True
        )
    return {"accountsAlreadyLinked": before}


def _link(call: Call) -> dict[str, Any]:
    user_id, primary_id = call.body.text("recipeUserId"), call.body.text("primaryUserId")
    with call.transaction() as tx:
        user, before = account_linking.link_accounts(
            call.core, tx, call.ref.app, user_id, primary_id, only_check=False
        )
    return {"accountsAlreadyLinked": before, "user": user.as_json()}


def _unlink(call: Call) -> dict[str, Any]:
    user_id = call.body.text("recipeUserId")
    with call.transaction() as tx:
        deleted, linked = account_linking.unlink_account(call.core, tx, call.ref.app, user_id)
    return {"wasRecipeUserDeleted": deleted, "wasLinked": linked}


_USER = "/recipe/accountlinking/user"
_FEATURES = ("account_linking", "mfa")

ROUTES = [
    Route("GET", f"{_USER}/primary/check", Scope.PUBLIC, _may_be_primary),
    Route("POST", f"{_USER}/primary", Scope.PUBLIC, _make_primary, features=_FEATURES),
    Route("GET", f"{_USER}/link/check", Scope.PUBLIC, _may_link),
    Route("POST", f"{_USER}/link", Scope.PUBLIC, _link, features=_FEATURES),
    Route("POST", f"{_USER}/unlink", Scope.PUBLIC, _unlink),
]
