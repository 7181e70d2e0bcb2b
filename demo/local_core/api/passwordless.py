"""Logging in with a code or a link."""

from typing import Any

from demo.local_core import passwordless, passwordless_devices
from demo.local_core.api.call import Call, Route, Scope
from demo.local_core.errors import BadRequest, Refusal
from demo.local_core.identities import Kind
from demo.local_core.input import Body
from demo.local_core.passwordless_devices import Device
from demo.local_core.users import normalise_email

# The names of fields, and the column that has what they hold.
_COLUMNS = {"email": "email", "phoneNumber": "phone_number"}


def _create_code(call: Call) -> dict[str, Any]:
    field = _one_of(call.body, "email", "phoneNumber", "deviceId")
    value = call.body.text(field)
    code = call.body.optional_text("userInputCode")
    with call.transaction() as tx:
        if field == "deviceId":
            return passwordless_devices.add_code(call.core, tx, call.ref, value, code)
        return passwordless_devices.create_device(
            call.core,
            tx,
            call.ref,
            email=normalise_email(value) if field == "email" else None,
            phone_number=value if field == "phoneNumber" else None,
            user_input_code=code,
        )


def _check_code(call: Call) -> dict[str, Any]:
    given = _input(call.body)
    with call.transaction() as tx:
        outcome = passwordless.check_code(call.core, tx, call.ref, given)
    if isinstance(outcome, Refusal):
        raise outcome
    return {"consumedDevice": outcome.as_json()}


def _consume_code(call: Call) -> dict[str, Any]:
    given = _input(call.body)
    with call.transaction() as tx:
        outcome = passwordless.check_code(call.core, tx, call.ref, given)
        if isinstance(outcome, Device):
            user, recipe_user_id, created = passwordless.consume_code(
                call.core, tx, call.ref, outcome
            )
    # Not before the transaction has ended: a wrong code is counted.
    if isinstance(outcome, Refusal):
        raise outcome
    return {
        "createdNewUser": created,
        "user": user.as_json(),
        "recipeUserId": recipe_user_id,
        "consumedDevice": outcome.as_json(),
    }


def _get_codes(call: Call) -> dict[str, Any]:
    names = ("email", "phoneNumber", "deviceId", "preAuthSessionId")
    given = {name: call.query.optional_text(name) for name in names}
    present = {name: value for name, value in given.items() if value is not None}
    if len(present) != 1:
        raise BadRequest(
            "Please provide exactly one of email, phoneNumber, deviceId or preAuthSessionId"
        )
    ((name, value),) = present.items()
    if name == "deviceId":
        value = passwordless_devices.hash_of_device(value)
    elif name == "email":
        value = normalise_email(value)
    column = _COLUMNS.get(name, "device_hash")
    with call.transaction() as tx:
        found = passwordless_devices.devices_by(tx, call.ref, column, value)
        devices = [
            {
                **device.as_json(),
                "codes": passwordless_devices.codes_of(call.core, tx, call.ref, device),
            }
            for device in found
        ]
    return {"devices": devices}


def _remove_code(call: Call) -> dict[str, Any]:
    field = _one_of(call.body, "codeId", "preAuthSessionId")
    value = call.body.text(field)
    with call.transaction() as tx:
        if field == "codeId":
            passwordless_devices.remove_code(tx, call.ref, value)
        else:
            passwordless_devices.remove_devices(tx, call.ref, "device_hash", value)
    return {}


def _remove_codes(call: Call) -> dict[str, Any]:
    field = _one_of(call.body, "email", "phoneNumber")
    value = call.body.text(field)
    if field == "email":
        value = normalise_email(value)
    with call.transaction() as tx:
        passwordless_devices.remove_devices(tx, call.ref, _COLUMNS[field], value)
    return {}


def update_user(call: Call) -> dict[str, Any]:
    """Change the address or the phone number of a user who logs in with codes."""
    recipe_user_id = call.body.text("recipeUserId")
    changes: dict[Kind, str | None] = {}
    if "email" in call.body.fields:
        email = call.body.nullable_text("email")
        changes[Kind.EMAIL] = None if email is None else normalise_email(email)
    if "phoneNumber" in call.body.fields:
        changes[Kind.PHONE_NUMBER] = call.body.nullable_text("phoneNumber")
    with call.transaction() as tx:
        passwordless.update_user(tx, call.ref, recipe_user_id, changes)
    return {}


def _input(body: Body) -> passwordless.Input:
    device_hash = body.text("preAuthSessionId")
    typed = "deviceId" in body.fields, "userInputCode" in body.fields
    if ("linkCode" in body.fields and any(typed)) or (
        "linkCode" not in body.fields and not all(typed)
    ):
        raise BadRequest("Please provide exactly one of linkCode or deviceId+userInputCode")
    return passwordless.Input(
        device_hash,
        device_id=body.optional_text("deviceId"),
        user_input_code=body.optional_text("userInputCode"),
        link_code=body.optional_text("linkCode"),
    )


def _one_of(body: Body, *names: str) -> str:
    given = [name for name in names if name in body.fields]
    if len(given) != 1:
        text = " or ".join([", ".join(names[:-1]), names[-1]])
        raise BadRequest(f"Please provide exactly one of {text}")
    return given[0]


_CODE = "/recipe/signinup/code"

ROUTES = [
    Route("POST", _CODE, Scope.TENANT, _create_code),
    Route("POST", f"{_CODE}/check", Scope.TENANT, _check_code),
    Route("POST", f"{_CODE}/consume", Scope.TENANT, _consume_code),
    Route("GET", f"{_CODE}s", Scope.TENANT, _get_codes),
    Route("POST", f"{_CODE}/remove", Scope.TENANT, _remove_code),
    Route("POST", f"{_CODE}s/remove", Scope.TENANT, _remove_codes),
]
