"""What the APIs of second factors and of tenants answer."""

import httpx
import pyotp

from tests.demo.signing_in.scene import Browser, Scene, wrong
from tests.demo.signing_in.table import produces

VERIFY_DEVICE, VERIFY = "POST /totp/device/verify", "POST /totp/verify"


@produces("POST /totp/device", "OK")
def make_a_device(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    response = scene.browser.post("/auth/totp/device", json={"deviceName": "phone"})
    answer = response.json()
    assert answer["deviceName"] == "phone"
    assert email in pyotp.parse_uri(answer["qrCodeString"]).name
    return response


@produces("GET /totp/device/list", "OK")
def list_devices(scene: Scene) -> httpx.Response:
    scene.signed_up()
    name, _ = scene.totp_device()
    response = scene.browser.get("/auth/totp/device/list")
    assert response.json()["devices"] == [
        {"name": name, "period": 30, "skew": 1, "verified": False}
    ]
    return response


@produces("POST /totp/device/remove", "OK")
def remove_a_device(scene: Scene) -> httpx.Response:
    scene.signed_up()
    name, _ = scene.totp_device()
    response = scene.browser.post("/auth/totp/device/remove", json={"deviceName": name})
    assert response.json()["didDeviceExist"] is True
    return response


@produces(VERIFY_DEVICE, "OK", session=True)
def verify_a_device(scene: Scene) -> httpx.Response:
    scene.signed_up("secure")
    assert scene.browser.get("/api/protected").status_code == 403
    name, codes = scene.totp_device()
    response = _verify_device(scene, name, codes.now())
    assert response.json()["wasAlreadyVerified"] is False
    assert scene.browser.get("/api/protected").status_code == 200
    return response


@produces(VERIFY_DEVICE, "UNKNOWN_DEVICE_ERROR")
def verify_no_device(scene: Scene) -> httpx.Response:
    scene.signed_up()
    return _verify_device(scene, "phone", "123456")


@produces(VERIFY_DEVICE, "INVALID_TOTP_ERROR")
def verify_a_device_with_a_wrong_code(scene: Scene) -> httpx.Response:
    scene.signed_up()
    name, codes = scene.totp_device()
    response = _verify_device(scene, name, wrong(codes.now()))
    answer = response.json()
    assert answer["currentNumberOfFailedAttempts"] == 1
    assert answer["maxNumberOfFailedAttempts"] == 5
    return response


@produces(VERIFY_DEVICE, "LIMIT_REACHED_ERROR")
def verify_a_device_with_too_many_wrong_codes(scene: Scene) -> httpx.Response:
    scene.signed_up()
    name, codes = scene.totp_device()
    for _ in range(5):
        _verify_device(scene, name, wrong(codes.now()))
    response = _verify_device(scene, name, codes.now())
    assert 0 < response.json()["retryAfterMs"] <= 15 * 60_000
    return response


@produces(VERIFY, "OK", session=True)
def type_a_code(scene: Scene) -> httpx.Response:
    email, codes = _with_device(scene)
    browser = scene.new_browser()
    browser.form("/signin", "secure", email=email, password="correct-horse-7")
    assert browser.get("/api/protected").status_code == 403
    # The next code: the one that verified the device is spent.
    response = _verify(browser, codes.at(scene.clock() // 1000 + 30))
    assert browser.get("/api/protected").status_code == 200
    return response


@produces(VERIFY, "UNKNOWN_USER_ID_ERROR")
def type_a_code_without_a_device(scene: Scene) -> httpx.Response:
    scene.signed_up()
    return _verify(scene.browser, "123456")


@produces(VERIFY, "INVALID_TOTP_ERROR")
def type_a_code_twice(scene: Scene) -> httpx.Response:
    _, codes = _with_device(scene)
    code = codes.at(scene.clock() // 1000 + 30)
    assert _verify(scene.browser, code).json()["status"] == "OK"
    return _verify(scene.browser, code)


@produces(VERIFY, "LIMIT_REACHED_ERROR")
def type_too_many_wrong_codes(scene: Scene) -> httpx.Response:
    _, codes = _with_device(scene)
    for count in range(1, 6):
        answer = _verify(scene.browser, wrong(codes.now())).json()
        assert answer["currentNumberOfFailedAttempts"] == count
    return _verify(scene.browser, codes.at(scene.clock() // 1000 + 30))


@produces("PUT /mfa/info", "OK", session=True)
def ask_what_is_missing(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    assert scene.browser.post("/api/require-factor", json={"factor": "totp"}).is_success
    # The session learns of it here.
    assert scene.browser.get("/api/protected").status_code == 200
    response = scene.browser.put("/auth/mfa/info")
    assert scene.browser.get("/api/protected").status_code == 403
    answer = response.json()
    assert answer["factors"]["next"] == ["totp"]
    assert "totp" in answer["factors"]["allowedToSetup"]
    assert answer["emails"]["emailpassword"] == [email]
    return response


@produces("GET /loginmethods", "OK")
def ask_how_to_sign_in(scene: Scene) -> httpx.Response:
    browser = scene.browser
    acme = browser.get("/auth/acme/loginmethods").json()
    assert acme["firstFactors"] == ["emailpassword"]
    assert acme["passwordless"]["enabled"] is False
    response = browser.get("/auth/public/loginmethods")
    answer = response.json()
    for recipe in ("emailPassword", "passwordless", "thirdParty", "webauthn"):
        assert answer[recipe]["enabled"] is True
    assert answer["thirdParty"]["providers"] == [{"id": "local", "name": "Local account"}]
    return response


def _with_device(scene: Scene) -> tuple[str, pyotp.TOTP]:
    email = scene.signed_up("secure")
    name, codes = scene.totp_device()
    assert _verify_device(scene, name, codes.now()).json()["status"] == "OK"
    return email, codes


def _verify_device(scene: Scene, name: str, code: str) -> httpx.Response:
    body = {"deviceName": name, "totp": code}
    return scene.browser.post("/auth/totp/device/verify", json=body)


def _verify(browser: Browser, code: str) -> httpx.Response:
    return browser.post("/auth/totp/verify", json={"totp": code})
