"""The demo's app in a page, as its user sees it; the same on each, in both transfer modes."""

import uuid

from playwright.sync_api import BrowserContext, Page

from tests.browser.demo import REFRESH, Demo
from tests.browser.expectations import expect
from tests.browser.images import start_from_image
from tests.browser.tokens import let_shown_token_expire

PASSWORD = "correct-horse-1"
PATHS = {"javascript": "/", "python": "/pyscript", "worker": "/worker"}
PROTECTED = "/api/protected"


def shows_expired(page: Page) -> bool:
    """Whether the app in a page, if there is one, shows that the token has expired."""
    return page.get_by_test_id("countdown").all_text_contents() in ([], ["expired"])


class App:
    """One page with the app in it."""

    def __init__(
        self,
        demo: Demo,
        context: BrowserContext,
        page_name: str,
        mode: str,
        origin: str | None = None,
        *,
        from_image: bool = False,
    ) -> None:
        self.demo = demo
        self.context = context
        self.url = f"{origin or demo.origin}{PATHS[page_name]}?mode={mode}"
        self.page = context.new_page()
        if from_image:
            start_from_image(self.page, origin or demo.origin)
        self.open()

    def open(self) -> None:
        """Load the page (again) and wait until the app and Python have started."""
        self.page.goto(self.url)
        self.page.wait_for_selector("html[data-ready=true]")
        self.page.evaluate("supertokens.ready()")

    def start_afresh(self) -> None:
        """Be signed out, with nothing left of the test before: booting Python takes seconds."""
        self.context.set_offline(False)
        for page in self.context.pages:
            if page != self.page:
                page.close()
        # The button alone may be about to go, if the test before has signed out elsewhere.
        if self.page.evaluate("supertokens.doesSessionExist()"):
            self.click("sign-out")
        self.expect_status("signed-out")
        self.element("check-database").uncheck()
        self.page.evaluate(
            """for (const id of ["event-log", "protected-result", "ten-result"]) {
                 document.getElementById(id).replaceChildren();
               }"""
        )

    def element(self, testid: str):
        return self.page.get_by_test_id(testid)

    def expect_text(self, testid: str, text: str) -> None:
        expect(self.element(testid)).to_contain_text(text)

    def expect_status(self, text: str) -> None:
        expect(self.element("status")).to_have_text(text)

    def click(self, testid: str) -> None:
        self.element(testid).click()

    def sign_up(self, tenant: str = "public") -> str:
        """Sign a new user up; returns the e-mail address."""
        email = f"{uuid.uuid4().hex}@example.com"
        self.enter(email, tenant, "sign-up")
        return email

    def enter(self, email: str, tenant: str = "public", button: str = "sign-in") -> None:
        # Playwright adds to what is in an e-mail field of Firefox; emptying it works.
        self.element("email").fill("")
        self.element("email").fill(email)
        self.element("password").fill(PASSWORD)
        self.element("tenant").select_option(tenant)
        self.click(button)
        self.expect_status("signed-in")
        # Signed in, the app lists the sessions; what a test counts begins after that.
        expect(self.element("session-row").first).to_be_visible()

    def let_token_expire(self) -> None:
        """Get a token that lives for a moment, and wait until it has expired."""
        let_shown_token_expire(
            self.demo,
            self.context,
            lambda: self.click("refresh-now"),
            # Shown, it has been looked at, and is not looked at again until there is a newer one.
            lambda: all(shows_expired(page) for page in self.context.pages),
            lambda: self.page.wait_for_timeout(50),
            seconds=3,
        )

    def user_id(self) -> str:
        return self.element("user-id").inner_text()

    def cookie_names(self) -> set[str]:
        return {cookie["name"] for cookie in self.context.cookies()}

    def count_refreshes(self, since: int) -> int:
        return self.demo.count(since, REFRESH)
