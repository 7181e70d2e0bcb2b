"""One-time passwords."""

import pyotp
import pytest

from tests.local_core.running import MINUTE, SECOND, CoreClient

DEVICE = "/recipe/totp/device"
VERIFY = "/recipe/totp/verify"


class Authenticator:
    """What a user has in a pocket."""

    def __init__(self, core: CoreClient, *, verified: bool = True, **fields: object) -> None:
        self.core = core
        fields = {"userId": "user", "skew": 1, "period": 30, **fields}
        device = core.ok("POST", DEVICE, **fields)
        self.name = device["deviceName"]
        self._codes = pyotp.TOTP(device["secret"])
        if verified:
            assert self.verify_device()["wasAlreadyVerified"] is False

    def code(self, seconds: int = 0) -> str:
        return self._codes.at(self.core.clock.now // 1000 + seconds)

    def wrong_code(self) -> str:
        near = {self.code(30 * step) for step in range(-1, 2)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)

    def verify_device(self, code: str | None = None):
        fields = {"userId": "user", "deviceName": self.name, "totp": code or self.code()}
        return self.core.response("POST", f"{DEVICE}/verify", **fields)


def verify(core, code, user="user"):
    return core.response("POST", VERIFY, userId=user, totp=code)


def invalid(count, limit=5):
    return {
        "status": "INVALID_TOTP_ERROR",
        "currentNumberOfFailedAttempts": count,
        "maxNumberOfFailedAttempts": limit,
    }


def test_a_device_counts_once_it_has_shown_a_right_code(core, clock):
    device = Authenticator(core, verified=False)
    listed = {"name": "TOTP Device 0", "period": 30, "skew": 1, "verified": False}
    assert core.ok("GET", f"{DEVICE}/list", userId="user")["devices"] == [listed]
    assert verify(core, device.code()) == invalid(1)
    clock.advance(30 * SECOND)
    assert device.verify_device() == {"status": "OK", "wasAlreadyVerified": False}
    # Without a look at the code.
    assert device.verify_device("x") == {"status": "OK", "wasAlreadyVerified": True}
    clock.advance(90 * SECOND)
    assert verify(core, device.code()) == {"status": "OK"}


def test_a_code_is_right_once_and_in_its_time(core, clock):
    device = Authenticator(core)
    used = device.code()
    assert verify(core, used) == invalid(1)
    clock.advance(2 * MINUTE)
    for skewed in (-30, 30):
        assert verify(core, device.code(skewed)) == {"status": "OK"}
    assert verify(core, device.code(60)) == invalid(1)
    assert verify(core, "1234567890") == invalid(2)
    # Too long a code is no attempt.
    assert verify(core, "1234567890") == invalid(2)
    assert verify(core, device.code()) == {"status": "OK"}


def test_after_five_wrong_codes_a_user_waits(core, clock):
    device = Authenticator(core)
    clock.advance(2 * MINUTE)
    for count in range(1, 6):
        assert verify(core, device.wrong_code()) == invalid(count)
    limit = {
        "status": "LIMIT_REACHED_ERROR",
        "retryAfterMs": 15 * MINUTE,
        "currentNumberOfFailedAttempts": 5,
        "maxNumberOfFailedAttempts": 5,
    }
    assert verify(core, device.code()) == limit
    clock.advance(MINUTE)
    # Trying does not prolong it; verifying a device waits too.
    assert verify(core, device.code()) == {**limit, "retryAfterMs": 14 * MINUTE}
    other = Authenticator(core, verified=False)
    assert other.verify_device()["status"] == "LIMIT_REACHED_ERROR"
    clock.advance(14 * MINUTE)
    assert verify(core, device.wrong_code()) == invalid(1)
    assert verify(core, device.code()) == {"status": "OK"}
    assert verify(core, device.wrong_code()) == invalid(1)


def test_a_tenant_chooses_the_limit(core, clock):
    config = {"totp_max_attempts": 1, "totp_rate_limit_cooldown_sec": 2}
    core.put_tenant("t1", coreConfig=config)
    device = Authenticator(core)
    clock.advance(2 * MINUTE)
    fields = {"userId": "user", "totp": device.wrong_code()}
    assert core.response("POST", f"/t1{VERIFY}", **fields) == invalid(1, 1)
    response = core.response("POST", f"/t1{VERIFY}", **fields)
    assert (response["status"], response["retryAfterMs"]) == ("LIMIT_REACHED_ERROR", 2 * SECOND)
    assert verify(core, device.code()) == {"status": "OK"}


def test_names_of_devices(core, clock):
    device = Authenticator(core, deviceName="phone")
    fields = {"userId": "user", "deviceName": "phone", "skew": 1, "period": 30}
    exists, unknown = (
        {"status": f"{x}_ERROR"} for x in ("DEVICE_ALREADY_EXISTS", "UNKNOWN_DEVICE")
    )
    assert core.response("POST", DEVICE, **fields) == exists
    tablet = core.ok("POST", DEVICE, **{**fields, "deviceName": "tablet"})
    # One that was never verified is replaced.
    again = core.ok("POST", DEVICE, **{**fields, "deviceName": "tablet"})
    assert tablet["secret"] != again["secret"]
    assert Authenticator(core, verified=False).name == "TOTP Device 1"

    def rename(old, new):
        names = {"existingDeviceName": old, "newDeviceName": new}
        return core.response("PUT", DEVICE, userId="user", **names)

    assert rename("tablet", "phone") == exists
    assert rename("watch", "clock") == unknown
    assert rename("phone", "telephone") == {"status": "OK"}
    clock.advance(2 * MINUTE)
    assert verify(core, device.code()) == {"status": "OK"}


def test_without_a_device_there_is_nothing_to_check(core):
    fields = {"userId": "user", "deviceName": "phone", "totp": "123456"}
    assert core.response("POST", f"{DEVICE}/verify", **fields) == {"status": "UNKNOWN_DEVICE_ERROR"}
    assert verify(core, "123456") == {"status": "UNKNOWN_USER_ID_ERROR"}
    device = Authenticator(core)
    fields = {"userId": "user", "deviceName": device.name}
    for existed in (True, False):
        response = core.ok("POST", f"{DEVICE}/remove", **fields)
        assert response["didDeviceExist"] is existed
    assert verify(core, "123456") == {"status": "UNKNOWN_USER_ID_ERROR"}


def test_a_removed_user_leaves_no_device(core):
    user_id = core.sign_up("a@example.com")
    Authenticator(core, verified=False, userId=user_id)
    core.ok("POST", "/user/remove", userId=user_id)
    assert core.ok("GET", f"{DEVICE}/list", userId=user_id)["devices"] == []


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"userId": ""}, "userId cannot be empty"),
        ({"deviceName": ""}, "deviceName cannot be empty"),
        ({"skew": -1}, "skew must be >= 0"),
        ({"period": 0}, "period must be > 0"),
        ({"period": 2**40}, "Field name 'period' is invalid in JSON input"),
    ],
)
def test_a_device_that_cannot_be(core, change, text):
    fields = {"userId": "user", "deviceName": "phone", "skew": 1, "period": 30, **change}
    response = core.request("POST", DEVICE, json=fields)
    assert (response.status_code, response.text) == (400, f"{text}\n")
