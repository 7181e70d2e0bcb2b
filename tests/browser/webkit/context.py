"""One browser profile: a process of its own, with its windows and its proxy."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from selenium.webdriver import Remote

from tests.browser.webkit.events import RECORD, Emitter
from tests.browser.webkit.page import Page
from tests.browser.webkit.proxy import Proxy
from tests.browser.webkit.routes import Pattern, Route, Rule

if TYPE_CHECKING:
    from tests.browser.webkit.browser import Browser


class BrowserContext:
    def __init__(
        self, browser: "Browser", driver: Remote, proxy: Proxy, stack: contextlib.ExitStack
    ) -> None:
        self.browser = browser
        self.driver = driver
        self.proxy = proxy
        self._stack = stack
        self.pages: list[Page] = []
        self.events: Emitter = proxy.events
        self.on, self.remove_listener = self.events.on, self.events.remove_listener
        self._scripts: list[str] = []
        self._focused: str = driver.current_window_handle
        self._is_fresh = True
        #: The page that loads a document, whose scripts are the ones to put into it.
        self._loading: Page | None = None
        proxy.scripts = self._scripts_for_document

    def set_default_timeout(self, _milliseconds: float) -> None:
        """All waits have the same timeout here."""

    def new_page(self) -> Page:
        # A window, not a tab: a tab in the background is hidden, and its timers are slow.
        if not self._is_fresh:
            self.driver.switch_to.new_window("window")
        self._is_fresh = False
        self._focused = self.driver.current_window_handle
        page = Page(self, self._focused)
        self.pages.append(page)
        return page

    @contextlib.contextmanager
    def focus(self, page: Page) -> Iterator[Remote]:
        """The driver, whose commands are for this page."""
        if self._focused != page.handle:
            self.driver.switch_to.window(page.handle)
            self._focused = page.handle
        yield self.driver

    def loads(self, page: Page) -> None:
        self._loading = page

    def forget(self, page: Page) -> None:
        self.pages.remove(page)
        self._focused = ""
        self.proxy.rules.remove(lambda rule: rule.owner is page)

    def add_init_script(self, script: str) -> None:
        self._scripts.append(script)

    def _scripts_for_document(self) -> list[str]:
        return [RECORD, *self._scripts, *(self._loading.init_scripts if self._loading else [])]

    def route(
        self,
        pattern: Pattern,
        handler: Callable[[Route], object],
        times: int | None = None,
        owner: object = None,
    ) -> None:
        self.proxy.rules.add(Rule(pattern, handler, owner or self, times))

    def unroute(self, pattern: Pattern, handler: object = None) -> None:
        self.proxy.rules.remove(
            lambda rule: rule.pattern == pattern and handler in (None, rule.handler)
        )

    def unroute_all(self, behavior: str | None = None) -> None:
        self.proxy.rules.remove(lambda rule: rule.owner is self)

    def set_offline(self, offline: bool) -> None:
        """Let requests fail, and report the change to the pages as an engine would."""
        if self.proxy.is_offline == offline:
            return
        self.proxy.is_offline = offline
        for page in self.pages:
            page.evaluate(f"void dispatchEvent(new Event('{'offline' if offline else 'online'}'))")

    # ---- cookies ---------------------------------------------------------------------------------

    def cookies(self) -> list[dict[str, Any]]:
        found: dict[tuple[str, ...], dict[str, Any]] = {}
        for page in self.pages:
            with self.focus(page) as driver:
                for cookie in driver.get_cookies():
                    # WebKit's number overflows for what lives longest.
                    cookie["expires"] = max(-1, cookie.pop("expiry", -1))
                    found[cookie["domain"], cookie["path"], cookie["name"]] = cookie
        return [*found.values()]

    def add_cookies(self, cookies: list[dict[str, Any]]) -> None:
        [page, *_] = self.pages
        with self.focus(page) as driver:
            for cookie in cookies:
                given = {key: value for key, value in cookie.items() if key != "expires"}
                # With a domain it would be one of all hosts of that domain, and stand beside it.
                if not given.get("domain", "").startswith("."):
                    given.pop("domain", None)
                if cookie.get("expires", -1) != -1:
                    given["expiry"] = int(cookie["expires"])
                driver.add_cookie(given)

    def clear_cookies(self, name: str | None = None) -> None:
        for page in self.pages:
            with self.focus(page) as driver:
                if name is None:
                    driver.delete_all_cookies()
                else:
                    driver.delete_cookie(name)

    def close(self) -> None:
        self.pages.clear()
        self.browser.contexts.remove(self)
        self._stack.close()
