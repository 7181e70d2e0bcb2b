"""Why a login is not added to the user of a session: the codes of each API that can do it.

Each way in which it fails is arranged at the core, for a login that is then used with a session.
"""

import httpx

from tests.demo.running import PASSWORD
from tests.demo.signing_in.account import Account
from tests.demo.signing_in.scene import Scene, typed
from tests.demo.signing_in.table import produces

LINK = "/recipe/accountlinking/user/link"
FLAG = {"shouldTryLinkingWithSessionUser": True}


def _session(scene: Scene) -> str:
    """A session of a user whose address is verified; returns the address."""
    email = scene.signed_up()
    scene.verify(_user_id(scene), email)
    scene.browser.get("/auth/user/email/verify")
    return email


def _user_id(scene: Scene) -> str:
    user_id: str = scene.browser.get("/api/protected").json()["userId"]
    return user_id


def _linked_elsewhere(scene: Scene, user_id: str) -> None:
    """The login belongs to another user already."""
    other = scene.code_user(phoneNumber=scene.phone())
    scene.make_primary(other)
    scene.core("POST", LINK, recipeUserId=user_id, primaryUserId=other)


def _known_elsewhere(scene: Scene, email: str) -> None:
    """Another user has the address."""
    scene.make_primary(scene.code_user(email=email))


# ---- a password


def _sign_in(scene: Scene, email: str) -> httpx.Response:
    return scene.browser.form("/signin", more=FLAG, email=email, password=PASSWORD)


@produces("POST /signin", "SIGN_IN_NOT_ALLOWED", code="009")
def add_an_unverified_password(scene: Scene) -> httpx.Response:
    _session(scene)
    email = scene.email()
    scene.password_user(email)
    return _sign_in(scene, email)


@produces("POST /signin", "SIGN_IN_NOT_ALLOWED", code="010")
def add_the_password_of_another_user(scene: Scene) -> httpx.Response:
    _session(scene)
    email = scene.email()
    user_id = scene.password_user(email)
    scene.verify(user_id, email)
    _linked_elsewhere(scene, user_id)
    return _sign_in(scene, email)


@produces("POST /signin", "SIGN_IN_NOT_ALLOWED", code="011")
def add_a_password_whose_address_is_another_users(scene: Scene) -> httpx.Response:
    _session(scene)
    email = scene.email()
    scene.verify(scene.password_user(email), email)
    _known_elsewhere(scene, email)
    return _sign_in(scene, email)


@produces("POST /signin", "SIGN_IN_NOT_ALLOWED", code="012")
def add_a_password_to_a_user_whose_address_is_another_users(scene: Scene) -> httpx.Response:
    _session_of_a_rival(scene)
    email = scene.email()
    scene.verify(scene.password_user(email), email)
    return _sign_in(scene, email)


def _session_of_a_rival(scene: Scene) -> str:
    """A session of a user who cannot become primary: another primary user has the address."""
    email = scene.signed_up()
    scene.verify(_user_id(scene), email)
    _known_elsewhere(scene, email)
    scene.browser.get("/auth/user/email/verify")
    return email


def _sign_up(scene: Scene, email: str) -> httpx.Response:
    return scene.browser.form("/signup", more=FLAG, email=email, password=PASSWORD)


@produces("POST /signup", "SIGN_UP_NOT_ALLOWED", code="013")
def add_a_new_unverified_password(scene: Scene) -> httpx.Response:
    _session(scene)
    return _sign_up(scene, scene.email())


@produces("POST /signup", "SIGN_UP_NOT_ALLOWED", code="016")
def add_a_new_password_to_a_user_whose_address_is_another_users(scene: Scene) -> httpx.Response:
    _session_of_a_rival(scene)
    return _sign_up(scene, scene.email())


# ---- a code


def _consume(scene: Scene, **contact: str) -> httpx.Response:
    begun = scene.browser.auth("/signinup/code", **contact, **FLAG).json()
    assert begun["status"] == "OK", begun
    attempt = {**begun, **scene.message(*contact.values())}
    return scene.browser.auth("/signinup/code/consume", **typed(attempt), **FLAG)


@produces("POST /signinup/code/consume", "SIGN_IN_UP_NOT_ALLOWED", code="017")
def add_the_code_of_another_user(scene: Scene) -> httpx.Response:
    _session(scene)
    phone = scene.phone()
    scene.make_primary(scene.code_user(phoneNumber=phone))
    return _consume(scene, phoneNumber=phone)


@produces("POST /signinup/code/consume", "SIGN_IN_UP_NOT_ALLOWED", code="018")
def add_a_code_whose_address_is_another_users(scene: Scene) -> httpx.Response:
    _session(scene)
    email = scene.email()
    scene.code_user(email=email)
    rival = scene.password_user(email)
    scene.verify(rival, email)
    scene.make_primary(rival)
    return _consume(scene, email=email)


@produces("POST /signinup/code/consume", "SIGN_IN_UP_NOT_ALLOWED", code="019")
def add_a_code_to_a_user_whose_address_is_another_users(scene: Scene) -> httpx.Response:
    _session_of_a_rival(scene)
    return _consume(scene, phoneNumber=scene.phone())


# ---- an account elsewhere


def _with_account(scene: Scene, account: Account) -> httpx.Response:
    return scene.browser.auth("/signinup", **account.visit(scene.browser), **FLAG)


def _account_user(scene: Scene, email: str) -> str:
    """A user with an account at the provider, whose address is verified; returns the id."""
    user_id: str = scene.core(
        "POST",
        "/recipe/signinup",
        thirdPartyId="local",
        thirdPartyUserId=email,
        email={"id": email, "isVerified": True},
    )["recipeUserId"]
    return user_id


@produces("POST /signinup", "SIGN_IN_UP_NOT_ALLOWED", code="020")
def add_an_unverified_account(scene: Scene) -> httpx.Response:
    _session(scene)
    email = scene.email()
    return _with_account(scene, Account(email, email, verified=False))


@produces("POST /signinup", "SIGN_IN_UP_NOT_ALLOWED", code="021")
def add_the_account_of_another_user(scene: Scene) -> httpx.Response:
    _session(scene)
    email = scene.email()
    _linked_elsewhere(scene, _account_user(scene, email))
    return _with_account(scene, Account(email, email))


@produces("POST /signinup", "SIGN_IN_UP_NOT_ALLOWED", code="022")
def add_an_account_whose_address_is_another_users(scene: Scene) -> httpx.Response:
    _session(scene)
    email = scene.email()
    _account_user(scene, email)
    _known_elsewhere(scene, email)
    return _with_account(scene, Account(email, email))


@produces("POST /signinup", "SIGN_IN_UP_NOT_ALLOWED", code="023")
def add_an_account_to_a_user_whose_address_is_another_users(scene: Scene) -> httpx.Response:
    _session_of_a_rival(scene)
    email = scene.email()
    return _with_account(scene, Account(email, email))
