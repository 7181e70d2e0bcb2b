"""What the APIs of passwords and verified addresses answer."""

import httpx

from tests.demo.running import PASSWORD
from tests.demo.signing_in.scene import Scene
from tests.demo.signing_in.table import produces

SIGN_UP, SIGN_IN = "POST /signup", "POST /signin"
RESET_TOKEN, RESET = "POST /user/password/reset/token", "POST /user/password/reset"
VERIFY_TOKEN, VERIFY = "POST /user/email/verify/token", "POST /user/email/verify"
NEW_PASSWORD = "battery-staple-8"


@produces(SIGN_UP, "OK", session=True)
def sign_up(scene: Scene) -> httpx.Response:
    return scene.browser.form("/signup", email=scene.email(), password=PASSWORD)


@produces(SIGN_UP, "FIELD_ERROR")
def sign_up_with_a_taken_address(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    return scene.browser.form("/signup", email=email, password=PASSWORD)


@produces(SIGN_UP, "FIELD_ERROR")
def sign_up_with_a_weak_password(scene: Scene) -> httpx.Response:
    return scene.browser.form("/signup", email=scene.email(), password="x")


@produces(SIGN_UP, "SIGN_UP_NOT_ALLOWED", code="007")
def sign_up_with_the_verified_address_of_another_login(scene: Scene) -> httpx.Response:
    email = scene.email()
    scene.make_primary(scene.code_user(email=email))
    return scene.browser.form("/signup", email=email, password=PASSWORD)


@produces(SIGN_IN, "OK", session=True)
def sign_in(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    return scene.new_browser().form("/signin", email=email, password=PASSWORD)


@produces(SIGN_IN, "WRONG_CREDENTIALS_ERROR")
def sign_in_with_a_wrong_password(scene: Scene) -> httpx.Response:
    return scene.browser.form("/signin", email=scene.signed_up(), password="x")


@produces(SIGN_IN, "FIELD_ERROR")
def sign_in_with_no_address(scene: Scene) -> httpx.Response:
    return scene.browser.form("/signin", email="nobody", password=PASSWORD)


@produces(SIGN_IN, "SIGN_IN_NOT_ALLOWED", code="008")
def sign_in_with_the_verified_address_of_another_login(scene: Scene) -> httpx.Response:
    email = scene.email()
    scene.password_user(email)
    scene.make_primary(scene.code_user(email=email))
    return scene.browser.form("/signin", email=email, password=PASSWORD)


@produces(RESET_TOKEN, "OK")
def ask_for_a_new_password(scene: Scene) -> httpx.Response:
    return scene.browser.form("/user/password/reset/token", email=scene.signed_up())


@produces(RESET_TOKEN, "FIELD_ERROR")
def ask_for_a_new_password_without_an_address(scene: Scene) -> httpx.Response:
    return scene.browser.form("/user/password/reset/token", email="nobody")


@produces(RESET_TOKEN, "PASSWORD_RESET_NOT_ALLOWED", code="001")
def ask_for_a_new_password_that_would_take_a_user_over(scene: Scene) -> httpx.Response:
    email = scene.email()
    linked_but_unverified(scene, scene.password_user(email))
    return scene.browser.form("/user/password/reset/token", email=email)


def linked_but_unverified(scene: Scene, user_id: str) -> None:
    """Link a login with an unverified address to a user with a phone."""
    primary = scene.code_user(phoneNumber=scene.phone())
    scene.make_primary(primary)
    path = "/recipe/accountlinking/user/link"
    scene.core("POST", path, recipeUserId=user_id, primaryUserId=primary)


@produces(RESET, "OK")
def choose_a_new_password(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    response = _choose(scene, email, _reset_token(scene, email))
    again = scene.browser.form("/signin", email=email, password=NEW_PASSWORD)
    assert again.json()["status"] == "OK"
    return response


@produces(RESET, "FIELD_ERROR")
def choose_a_weak_password(scene: Scene) -> httpx.Response:
    token = _reset_token(scene, scene.signed_up())
    return scene.browser.form("/user/password/reset", more={"token": token}, password="x")


@produces(RESET, "RESET_PASSWORD_INVALID_TOKEN_ERROR")
def choose_a_new_password_twice(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    token = _reset_token(scene, email)
    _choose(scene, email, token)
    return _choose(scene, email, token)


@produces(RESET, "RESET_PASSWORD_INVALID_TOKEN_ERROR")
def choose_a_new_password_too_late(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    token = _reset_token(scene, email)
    with scene.clock.ahead(2 * 3_600_000):
        return _choose(scene, email, token)


def _reset_token(scene: Scene, email: str) -> str:
    scene.browser.form("/user/password/reset/token", email=email)
    return scene.token(email)


def _choose(scene: Scene, email: str, token: str) -> httpx.Response:
    more = {"token": token, "method": "token"}
    return scene.browser.form("/user/password/reset", more=more, password=NEW_PASSWORD)


@produces("GET /emailpassword/email/exists", "OK")
def address_exists(scene: Scene) -> httpx.Response:
    path, query = "/auth/public/emailpassword/email/exists", {"email": scene.email()}
    assert scene.browser.get(path, params=query).json()["exists"] is False
    query["email"] = scene.signed_up()
    response = scene.browser.get(path, params=query)
    assert response.json()["exists"] is True
    return response


@produces(VERIFY_TOKEN, "OK")
def ask_to_verify(scene: Scene) -> httpx.Response:
    scene.signed_up()
    return scene.browser.post("/auth/user/email/verify/token")


@produces(VERIFY_TOKEN, "EMAIL_ALREADY_VERIFIED_ERROR", session=True)
def ask_to_verify_what_is_verified(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    scene.verify(scene.browser.get("/api/protected").json()["userId"], email)
    return scene.browser.post("/auth/user/email/verify/token")


@produces(VERIFY, "OK", session=True)
def verify(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    token = _verification_token(scene, email)
    return scene.browser.auth("/user/email/verify", token=token, method="token")


@produces(VERIFY, "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR")
def verify_twice(scene: Scene) -> httpx.Response:
    token = _verification_token(scene, scene.signed_up())
    scene.browser.auth("/user/email/verify", token=token, method="token")
    return scene.browser.auth("/user/email/verify", token=token, method="token")


@produces("GET /user/email/verify", "OK", session=True)
def is_verified(scene: Scene) -> httpx.Response:
    email = scene.signed_up()
    token = _verification_token(scene, email)
    # In a browser without the session, whose claim is stale then.
    scene.new_browser().auth("/user/email/verify", token=token, method="token")
    assert scene.browser.payload["st-ev"]["v"] is False
    response = scene.browser.get("/auth/user/email/verify")
    assert response.json()["isVerified"] is True
    assert scene.browser.payload["st-ev"]["v"] is True
    return response


def _verification_token(scene: Scene, email: str) -> str:
    scene.browser.post("/auth/user/email/verify/token")
    return scene.token(email)
