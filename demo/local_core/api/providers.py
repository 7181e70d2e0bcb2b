"""The third parties with whose accounts users may log in to a tenant."""

from typing import Any

from demo.local_core import providers
from demo.local_core.api.call import Call, Route, Scope


def _put(call: Call) -> dict[str, Any]:
    config = call.body.mapping("config")
    unchecked = call.body.optional_flag("skipValidation")
    if not unchecked or not isinstance(config.get("thirdPartyId"), str):
        providers.check_config(config)
    with call.transaction() as tx:
        return {"createdNew": providers.put_provider(tx, call.ref, config)}


def _remove(call: Call) -> dict[str, Any]:
    third_party_id = call.body.filled_text("thirdPartyId")
    with call.transaction() as tx:
        return {"didConfigExist": providers.remove_provider(tx, call.ref, third_party_id)}


_CONFIG = "/recipe/multitenancy/config/thirdparty"

ROUTES = [
    Route("PUT", _CONFIG, Scope.TENANT, _put),
    Route("POST", f"{_CONFIG}/remove", Scope.TENANT, _remove),
]
