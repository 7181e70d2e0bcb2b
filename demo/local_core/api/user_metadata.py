"""Any data that an application stores about a user."""

from typing import Any

from demo.local_core import user_metadata
from demo.local_core.api.call import Call, Route, Scope


def _get(call: Call) -> dict[str, Any]:
    user_id = call.query.text("userId")
    with call.transaction() as tx:
        return {"metadata": user_metadata.get_metadata(tx, call.ref.app, user_id)}


def _update(call: Call) -> dict[str, Any]:
    user_id, update = call.body.text("userId"), call.body.mapping("metadataUpdate")
    with call.transaction() as tx:
        return {"metadata": user_metadata.update_metadata(tx, call.ref.app, user_id, update)}


def _remove(call: Call) -> dict[str, Any]:
    user_id = call.body.text("userId")
    with call.transaction() as tx:
        user_metadata.remove_metadata(tx, call.ref.app, user_id)
    return {}


ROUTES = [
    Route("GET", "/recipe/user/metadata", Scope.PUBLIC, _get),
    Route("PUT", "/recipe/user/metadata", Scope.PUBLIC, _update),
    Route("POST", "/recipe/user/metadata/remove", Scope.PUBLIC, _remove),
]
