"""What the APIs of third-party sign-in answer, with a real provider."""

import httpx

from tests.demo.signing_in.account import Account
from tests.demo.signing_in.scene import Scene
from tests.demo.signing_in.table import produces

SIGN_IN = "POST /signinup"


@produces("GET /authorisationurl", "OK")
def begin(scene: Scene) -> httpx.Response:
    redirect = f"{scene.origin}/auth/callback/local"
    query = {"thirdPartyId": "local", "redirectURIOnProviderDashboard": redirect}
    response = scene.browser.get("/auth/public/authorisationurl", params=query)
    assert response.json()["pkceCodeVerifier"]
    return response


@produces(SIGN_IN, "OK", session=True)
def sign_up(scene: Scene) -> httpx.Response:
    email = scene.email()
    response = _sign_in(scene, Account(email, email))
    answer = response.json()
    assert answer["createdNewRecipeUser"] is True
    assert answer["user"]["thirdParty"] == [{"id": "local", "userId": email}]
    assert answer["user"]["loginMethods"][0]["verified"] is True
    return response


@produces(SIGN_IN, "OK", session=True)
def sign_in_again(scene: Scene) -> httpx.Response:
    email = scene.email()
    account = Account(email, email)
    first = _sign_in(scene, account).json()
    response = _sign_in(scene, account)
    assert response.json()["user"]["id"] == first["user"]["id"]
    return response


@produces(SIGN_IN, "NO_EMAIL_GIVEN_BY_PROVIDER")
def keep_the_address_to_oneself(scene: Scene) -> httpx.Response:
    return _sign_in(scene, Account(scene.email()))


@produces(SIGN_IN, "SIGN_IN_UP_NOT_ALLOWED", code="006")
def sign_up_with_an_address_that_somebody_has_not_verified(scene: Scene) -> httpx.Response:
    email = scene.email()
    scene.password_user(email)
    return _sign_in(scene, Account(email, email))


@produces(SIGN_IN, "SIGN_IN_UP_NOT_ALLOWED", code="004")
def sign_in_with_the_verified_address_of_another_login(scene: Scene) -> httpx.Response:
    email = scene.email()
    account = Account(email, email, verified=False)
    _sign_in(scene, account)
    scene.make_primary(scene.code_user(email=email))
    return _sign_in(scene, account)


@produces(SIGN_IN, "SIGN_IN_UP_NOT_ALLOWED", code="005")
def come_with_the_new_address_of_somebody_else(scene: Scene) -> httpx.Response:
    name, taken = scene.email(), scene.email()
    _sign_in(scene, Account(name, name))
    scene.make_primary(scene.code_user(email=taken))
    return _sign_in(scene, Account(name, taken))


@produces(SIGN_IN, "SIGN_IN_UP_NOT_ALLOWED", code="024")
def come_with_an_unverified_address_that_somebody_has(scene: Scene) -> httpx.Response:
    name, taken = scene.email(), scene.email()
    _sign_in(scene, Account(name, name))
    scene.password_user(taken)
    return _sign_in(scene, Account(name, taken, verified=False))


def _sign_in(scene: Scene, account: Account) -> httpx.Response:
    return scene.browser.auth("/signinup", **account.visit(scene.browser))
