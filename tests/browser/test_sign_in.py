"""The demo's page /sign-in, as its user sees it: each first factor, and the steps after it."""

import time
import uuid
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.app import PASSWORD
from tests.browser.conftest import BrowserLog
from tests.browser.demo import Demo
from tests.browser.recipe_page import Device, message

METHODS, LINK = "Sign in or sign up", "Sign in with this link"
VERIFY, TOTP, ROLE, PANEL = (
    "Verify your e-mail address",
    "Authenticator app",
    "Editors only",
    "The editors' panel",
)
SENT, FACTOR = "Open your mailbox", "Enter the code that we sent"


class SignIn:
    """The page in one browser profile."""

    def __init__(self, demo: Demo, page: Page) -> None:
        self.demo = demo
        self.page = page
        self.email = f"{uuid.uuid4().hex}@example.com"

    def open(self, tenant: str = "public") -> None:
        self.page.goto(f"{self.demo.origin}/sign-in?tenantId={tenant}")
        self.see(METHODS)

    def see(self, step: str) -> None:
        """Wait for a step, the only one in sight."""
        expect(self.page.get_by_role("heading")).to_have_text(step)

    def see_problem(self, text: str) -> None:
        expect(self.page.get_by_role("alert")).to_contain_text(text)

    def click(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def enter(self, label: str, text: str) -> None:
        inputs = self.page.locator("input").filter(visible=True)
        inputs.and_(self.page.get_by_label(label)).fill(text)

    def use_password(self, button: str, password: str = PASSWORD) -> None:
        self.enter("E-mail", self.email)
        self.enter("Password", password)
        self.click(button)

    def sign_out(self) -> None:
        self.click("Sign out")
        self.see(METHODS)

    def open_mail(self, to: str) -> None:
        self.page.goto(message(self.demo.origin, to)["link"])

    def verify_elsewhere(self) -> None:
        """Verify the address as on another device, by the link of the mail."""
        link = message(self.demo.origin, self.email)["link"]
        tenant, token = (parse_qs(urlsplit(link).query)[name][0] for name in ("tenantId", "token"))
        answer = httpx.post(
            f"{self.demo.origin}/auth/{tenant}/user/email/verify",
            json={"method": "token", "token": token},
        )
        assert answer.json()["status"] == "OK"

    def set_up_totp(self) -> pyotp.TOTP:
        """Set up an app by the secret on the page; returns what makes its codes."""
        self.see(TOTP)
        expect(self.page.get_by_role("img", name="QR code")).to_be_visible()
        secret = self.page.locator("#secret").inner_text()
        app = pyotp.TOTP(secret.replace(" ", ""))
        self.enter("Code from the app", app.now())
        self.click("Continue")
        return app

    def become_editor(self) -> None:
        self.see(ROLE)
        self.click("Become an editor")
        self.see(PANEL)

    def at_provider(self, *answers: str) -> None:
        """Choose the provider, and answer its questions. It remembers the answers."""
        self.click("Continue with Local account")
        if answers:
            self.page.wait_for_url("**/interaction/*")
        for answer in answers:
            if answer == "Sign in":
                self.enter("E-mail", self.email)
            self.click(answer)


@pytest.fixture
def user(demo: Demo, context: BrowserContext) -> SignIn:
    return SignIn(demo, context.new_page())


def test_a_password_a_verified_address_an_app_and_a_role_open_the_panel(
    user: SignIn, browser_log: BrowserLog
) -> None:
    user.open("secure")
    user.use_password("Sign up", "short")
    user.see_problem("8 characters")
    user.enter("Password", PASSWORD)
    user.click("Sign up")
    user.see(VERIFY)
    user.open_mail(user.email)
    user.see(VERIFY)
    assert "token" not in user.page.url
    user.click("Continue")
    app = user.set_up_totp()
    user.become_editor()
    user.click("Give up the role")
    user.become_editor()
    assert user.page.locator("#tenant-id").inner_text() == "secure"

    user.sign_out()
    user.use_password("Sign in")
    user.see(TOTP)
    expect(user.page.get_by_role("img", name="QR code")).to_be_hidden()
    user.enter("Code from the app", "000 000")
    user.click("Continue")
    user.see_problem("Attempts left: 4")
    # The next one: a code counts once.
    user.enter("Code from the app", app.at(int(time.time()) + 30))
    user.click("Continue")
    user.see(PANEL)
    assert browser_log.page_errors == []


def test_a_passkey_takes_the_place_of_the_password_and_is_replaced_when_it_is_lost(
    user: SignIn, browser_log: BrowserLog
) -> None:
    device = Device(user.page)
    user.open("secure")
    user.enter("E-mail", user.email)
    user.click("Sign up with a passkey")
    user.see(VERIFY)
    user.verify_elsewhere()
    # The user comes back.
    user.page.evaluate("window.dispatchEvent(new Event('focus'))")
    app = user.set_up_totp()
    user.become_editor()

    has_autofill = "PublicKeyCredential.isConditionalMediationAvailable = async () => "
    user.page.evaluate(f"() => {{ {has_autofill} false; }}")
    user.sign_out()
    user.click("Sign in with a passkey")
    user.see(TOTP)
    user.enter("Code from the app", app.at(int(time.time()) + 30))
    user.click("Continue")
    user.see(PANEL)
    # Such a browser offers the passkey by itself; this authenticator chooses it at once.
    user.page.evaluate(f"() => {{ {has_autofill} true; }}")
    user.click("Sign out")
    user.see(TOTP)

    device.remove()
    Device(user.page)
    user.sign_out()
    user.enter("E-mail", user.email)
    user.click("Lost your passkey?")
    user.see(SENT)
    user.open_mail(user.email)
    user.see("Make a new passkey")
    assert "token" not in user.page.url
    user.click("Continue")
    user.see(TOTP)  # the new one signs in
    assert browser_log.page_errors == []


def test_a_forgotten_password_is_replaced_and_a_code_by_mail_is_a_second_factor(
    user: SignIn, browser_log: BrowserLog
) -> None:
    user.open()
    user.use_password("Sign up")
    user.see(VERIFY)
    user.sign_out()
    user.enter("E-mail", user.email)
    user.click("Forgot your password?")
    user.see(SENT)
    user.open_mail(user.email)
    user.see("Choose a new password")
    assert "token" not in user.page.url
    user.enter("New password", "short")
    user.click("Continue")
    user.see_problem("8 characters")
    user.enter("New password", f"{PASSWORD}-2")
    user.click("Continue")
    user.see(METHODS)
    user.use_password("Sign in", f"{PASSWORD}-2")
    user.become_editor()  # a password reset verifies the address

    user.click("Require a code by e-mail")
    user.see(FACTOR)
    user.enter("Code", "000000")
    user.click("Continue")
    user.see_problem("Attempts left: 4")
    user.enter("Code", message(user.demo.origin, user.email)["code"])
    user.click("Continue")
    user.see(PANEL)
    user.sign_out()
    user.use_password("Sign in", f"{PASSWORD}-2")
    user.see(FACTOR)
    user.sign_out()  # and no code is asked for as a first factor
    assert browser_log.page_errors == []


def test_a_provider_signs_in_the_user_with_that_verified_address_once_for_each_callback(
    user: SignIn, browser_log: BrowserLog
) -> None:
    user.open()
    user.use_password("Sign up")
    user.see(VERIFY)
    user.sign_out()
    user.at_provider("Sign in", "Refuse")
    user.see_problem("The user has refused")
    user.see(METHODS)
    user.at_provider("Allow")
    user.see_problem("ERR_CODE_006")

    user.verify_elsewhere()
    with user.page.expect_request("**/sign-in/callback?*") as callback:
        user.at_provider()
    user.become_editor()
    by_provider = user.page.locator("#user-id").inner_text()
    assert "code=" not in user.page.url
    user.sign_out()
    user.use_password("Sign in")
    user.see(PANEL)
    assert user.page.locator("#user-id").inner_text() == by_provider

    used = callback.value.url
    mark = user.demo.mark()
    user.page.goto(used)
    user.see(PANEL)
    user.page.goto(used.replace("state=", "state=x"))
    user.see_problem("was not started here")
    assert user.demo.count(mark, "/auth/signinup") == 0
    assert browser_log.page_errors == []


def test_a_code_and_a_link_sign_in_by_message(
    user: SignIn, new_context: Callable[..., BrowserContext]
) -> None:
    phone = f"+49151{uuid.uuid4().int % 10**8:08}"
    user.open()
    user.enter("E-mail or phone number", phone)
    user.click("Send a code and a link")
    user.see("Enter your code")
    user.click("Send again")
    user.see_problem("Please wait for")
    user.enter("Code", "000000")
    user.click("Continue")
    user.see_problem("Attempts left: 4")
    user.enter("Code", message(user.demo.origin, phone)["code"])
    user.click("Continue")
    user.see(ROLE)

    user.sign_out()
    user.enter("E-mail or phone number", user.email)
    user.click("Send a code and a link")
    user.see("Enter your code")
    elsewhere = SignIn(user.demo, new_context().new_page())
    mark = user.demo.mark()
    elsewhere.open_mail(user.email)
    elsewhere.see(LINK)
    assert user.demo.count(mark, "/auth/signinup/code/consume") == 0
    elsewhere.click("Continue")
    elsewhere.see(ROLE)
