"""One-time passwords, and the authenticators that make them."""

from typing import Any

from demo.local_core import totp, totp_devices
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest, Refusal
from demo.local_core.input import Body


def _create_device(call: Call) -> dict[str, Any]:
    user_id = _filled(call.body, "userId")
    name = _filled(call.body, "deviceName") if "deviceName" in call.body.fields else None
    skew, period = call.body.integer("skew"), call.body.integer("period")
    if skew < 0:
        raise BadRequest("skew must be >= 0")
    if period <= 0:
        raise BadRequest("period must be > 0")
    with call.transaction() as tx:
        device = totp_devices.create_device(
            tx, call.ref.app, user_id, name, period=period, skew=skew
        )
    return {"deviceName": device.name, "secret": device.secret}


def _rename_device(call: Call) -> dict[str, Any]:
    names = ("userId", "existingDeviceName", "newDeviceName")
    user_id, old, new = (_filled(call.body, name) for name in names)
    with call.transaction() as tx:
        totp_devices.rename_device(tx, call.ref.app, user_id, old, new)
    return {}


def _list_devices(call: Call) -> dict[str, Any]:
    user_id = call.query.text("userId")
    if not user_id:
        raise BadRequest("userId cannot be empty")
    with call.transaction() as tx:
        devices = totp_devices.devices_of(tx, call.ref.app, user_id)
    return {"devices": [device.as_json() for device in devices]}


def _remove_device(call: Call) -> dict[str, Any]:
    user_id, name = _filled(call.body, "userId"), _filled(call.body, "deviceName")
    with call.transaction() as tx:
        existed = totp_devices.remove_device(tx, call.ref.app, user_id, name)
    return {"didDeviceExist": existed}


def _verify_device(call: Call) -> dict[str, Any]:
    user_id, name = _filled(call.body, "userId"), _filled(call.body, "deviceName")
    code = call.body.text("totp")
    with call.transaction() as tx:
        outcome = totp.verify_device(call.core, tx, call.ref, user_id, name, code)
    # Not before the transaction has ended: a wrong code is counted.
    if isinstance(outcome, Refusal):
        raise outcome
    return {"wasAlreadyVerified": outcome}


def _verify_code(call: Call) -> dict[str, Any]:
    user_id, code = _filled(call.body, "userId"), call.body.text("totp")
    with call.transaction() as tx:
        refusal = totp.verify_code(call.core, tx, call.ref, user_id, code)
    if refusal:
        raise refusal
    return {}


def _filled(body: Body, name: str) -> str:
    value = body.text(name)
    if not value:
        raise BadRequest(f"{name} cannot be empty")
    return value


_DEVICE = "/recipe/totp/device"

ROUTES = [
    Route("POST", _DEVICE, Scope.PUBLIC, _create_device, features=("mfa",)),
    Route("PUT", _DEVICE, Scope.PUBLIC, _rename_device),
    Route("GET", f"{_DEVICE}/list", Scope.PUBLIC, _list_devices),
    Route("POST", f"{_DEVICE}/remove", Scope.PUBLIC, _remove_device),
    Route("POST", f"{_DEVICE}/verify", Scope.TENANT, _verify_device),
    Route("POST", "/recipe/totp/verify", Scope.TENANT, _verify_code, features=("mfa",)),
]
