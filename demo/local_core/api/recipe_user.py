"""Changing what a user logs in with: one path for all recipes."""

from typing import Any

from demo.local_core.api import emailpassword, passwordless
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.users import PASSWORDLESS


def _update(call: Call) -> dict[str, Any]:
    if call.recipe == PASSWORDLESS:
        return passwordless.update_user(call)
    return emailpassword.update_user(call)


ROUTES = [Route("PUT", "/recipe/user", Scope.PUBLIC, _update)]
