"""What the APIs of codes and links answer."""

from urllib.parse import urlsplit

import httpx

from tests.demo.signing_in.scene import MINUTE, Scene, typed, wrong
from tests.demo.signing_in.table import produces

CREATE, RESEND = "POST /signinup/code", "POST /signinup/code/resend"
CONSUME = "POST /signinup/code/consume"


@produces(CREATE, "OK")
def ask_by_mail(scene: Scene) -> httpx.Response:
    return scene.browser.auth("/signinup/code", email=scene.email())


@produces(CREATE, "OK")
def ask_by_text_message(scene: Scene) -> httpx.Response:
    return scene.browser.auth("/signinup/code", phoneNumber=scene.phone())


@produces(CREATE, "GENERAL_ERROR")
def ask_without_an_address(scene: Scene) -> httpx.Response:
    return scene.browser.auth("/signinup/code", email="nobody")


@produces(CREATE, "GENERAL_ERROR")
def ask_without_a_number(scene: Scene) -> httpx.Response:
    return scene.browser.auth("/signinup/code", phoneNumber="12")


@produces(CREATE, "SIGN_IN_UP_NOT_ALLOWED", code="002")
def ask_for_an_address_that_somebody_has_not_verified(scene: Scene) -> httpx.Response:
    email = scene.email()
    scene.password_user(email)
    return scene.browser.auth("/signinup/code", email=email)


@produces(RESEND, "OK")
def ask_again(scene: Scene) -> httpx.Response:
    first = scene.code(email=scene.email())
    response = _resend(scene, first)
    second = {**first, **scene.message(first["to"])}
    assert first["code"] != second["code"]
    # The first code is as good as ever.
    assert _consume(scene, typed(first)).json()["status"] == "OK"
    return response


@produces(RESEND, "RESTART_FLOW_ERROR")
def ask_again_after_the_sign_in(scene: Scene) -> httpx.Response:
    attempt = scene.code(email=scene.email())
    _consume(scene, typed(attempt))
    return _resend(scene, attempt)


@produces(CONSUME, "OK", session=True)
def sign_up_with_a_code(scene: Scene) -> httpx.Response:
    response = _consume(scene, typed(scene.code(phoneNumber=scene.phone())))
    assert response.json()["createdNewRecipeUser"] is True
    return response


@produces(CONSUME, "OK", session=True)
def sign_in_with_a_link(scene: Scene) -> httpx.Response:
    email = scene.email()
    scene.code_user(email=email)
    attempt = scene.code(email=email)
    link_code = urlsplit(attempt["link"]).fragment
    given = {"preAuthSessionId": attempt["preAuthSessionId"], "linkCode": link_code}
    response = _consume(scene, given)
    assert response.json()["createdNewRecipeUser"] is False
    return response


@produces(CONSUME, "INCORRECT_USER_INPUT_CODE_ERROR")
def type_a_wrong_code(scene: Scene) -> httpx.Response:
    attempt = scene.code(email=scene.email())
    response = _consume(scene, typed(attempt, wrong(attempt["code"])))
    answer = response.json()
    assert (answer["failedCodeInputAttemptCount"], answer["maximumCodeInputAttempts"]) == (1, 5)
    return response


@produces(CONSUME, "EXPIRED_USER_INPUT_CODE_ERROR")
def type_a_code_too_late(scene: Scene) -> httpx.Response:
    attempt = scene.code(email=scene.email())
    with scene.clock.ahead(16 * MINUTE):
        response = _consume(scene, typed(attempt))
    answer = response.json()
    assert (answer["failedCodeInputAttemptCount"], answer["maximumCodeInputAttempts"]) == (1, 5)
    return response


@produces(CONSUME, "RESTART_FLOW_ERROR")
def type_five_wrong_codes(scene: Scene) -> httpx.Response:
    attempt = scene.code(email=scene.email())
    for _ in range(4):
        answer = _consume(scene, typed(attempt, wrong(attempt["code"]))).json()
        assert answer["status"] == "INCORRECT_USER_INPUT_CODE_ERROR"
    return _consume(scene, typed(attempt, wrong(attempt["code"])))


@produces(CONSUME, "RESTART_FLOW_ERROR")
def follow_a_link_twice(scene: Scene) -> httpx.Response:
    attempt = scene.code(email=scene.email())
    link_code = urlsplit(attempt["link"]).fragment
    given = {"preAuthSessionId": attempt["preAuthSessionId"], "linkCode": link_code}
    assert _consume(scene, given).json()["status"] == "OK"
    return _consume(scene, given)


@produces(CONSUME, "SIGN_IN_UP_NOT_ALLOWED", code="002")
def be_overtaken_by_a_password(scene: Scene) -> httpx.Response:
    attempt = scene.code(email=scene.email())
    scene.password_user(attempt["to"])
    return _consume(scene, typed(attempt))


@produces("GET /passwordless/email/exists", "OK")
def address_exists(scene: Scene) -> httpx.Response:
    email = scene.email()
    path, query = "/auth/public/passwordless/email/exists", {"email": email}
    assert scene.browser.get(path, params=query).json()["exists"] is False
    scene.code_user(email=email)
    response = scene.browser.get(path, params=query)
    assert response.json()["exists"] is True
    return response


@produces("GET /passwordless/phonenumber/exists", "OK")
def number_exists(scene: Scene) -> httpx.Response:
    number = scene.phone()
    path, query = "/auth/public/passwordless/phonenumber/exists", {"phoneNumber": number}
    assert scene.browser.get(path, params=query).json()["exists"] is False
    scene.code_user(phoneNumber=number)
    response = scene.browser.get(path, params=query)
    assert response.json()["exists"] is True
    return response


def _resend(scene: Scene, attempt: dict[str, str]) -> httpx.Response:
    given = {name: attempt[name] for name in ("deviceId", "preAuthSessionId")}
    return scene.browser.auth("/signinup/code/resend", **given)


def _consume(scene: Scene, given: dict[str, str]) -> httpx.Response:
    return scene.browser.auth("/signinup/code/consume", **given)
