"""One window of a browser profile."""

import base64
import contextlib
import functools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Error
from playwright.sync_api import TimeoutError as Timeout
from selenium.common.exceptions import JavascriptException, WebDriverException

from tests.browser.webkit.evaluation import expression, outcome_of, statements
from tests.browser.webkit.events import ConsoleMessage, Emitter, event_of
from tests.browser.webkit.locator import Locator
from tests.browser.webkit.routes import Pattern, Request, Route, matcher
from tests.conftest import TIMEOUT

if TYPE_CHECKING:
    from tests.browser.webkit.context import BrowserContext

PAUSE = 0.03


class Found:
    """What an expectation has found, once it has."""

    value: Any = None


class Page:
    def __init__(self, context: "BrowserContext", handle: str) -> None:
        self.context = context
        self.handle = handle
        self.init_scripts: list[str] = []
        self._events = Emitter()
        self._is_closed = False

    # ---- documents -------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        with self.context.focus(self) as driver:
            return driver.current_url

    def goto(self, url: str) -> None:
        self._load(lambda driver: driver.get(url))

    def reload(self) -> None:
        self._load(lambda driver: driver.refresh())

    def _load(self, load: Callable[[Any], None]) -> None:
        with contextlib.suppress(Error):
            self.evaluate("0")  # reports the messages of the last document's console
        self.context.loads(self)
        with self.context.focus(self) as driver:
            try:
                load(driver)
            except WebDriverException as error:
                raise Error(f"navigation failed: {error.msg}") from error

    def content(self) -> str:
        with self.context.focus(self) as driver:
            return driver.page_source

    def set_default_timeout(self, _milliseconds: float) -> None:
        """All waits have the same timeout here."""

    def bring_to_front(self) -> None:
        with self.context.focus(self):
            pass

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        with self.context.focus(self) as driver:
            driver.close()
        self.context.forget(self)

    def is_closed(self) -> bool:
        return self._is_closed

    def screenshot(self, *, path: Path, **_options: Any) -> None:
        with self.context.focus(self) as driver:
            path.write_bytes(base64.b64decode(driver.get_screenshot_as_base64()))

    # ---- scripts ---------------------------------------------------------------------------------

    def evaluate(self, code: str, arg: Any = None, *, truth: bool = False) -> Any:
        """Run code in the page, and await its value; with ``truth``, only whether that is true."""
        with self.context.focus(self) as driver:
            try:
                try:
                    reported = driver.execute_async_script(expression(code, truth=truth), arg)
                except JavascriptException as error:
                    # Not an error of the code's own, which is in the outcome: it is no expression.
                    if "unload" in str(error):
                        raise
                    reported = driver.execute_async_script(statements(code), arg)
            except WebDriverException as error:
                raise Error(f"{error.msg}: {code}") from error
        failed, value, entries = outcome_of(reported)
        for entry in entries:
            name, event = event_of(*entry)
            self._events.emit(name, event)
            self.context.events.emit(name, event)
        if failed:
            raise Error(value)
        return value

    def add_init_script(self, script: str) -> None:
        self.init_scripts.append(script)

    def add_script_tag(self, *, url: str) -> None:
        self.evaluate(
            """(src) => new Promise((done, failed) => {
                 const script = document.createElement("script");
                 const fail = () => failed(new Error(`cannot load ${src}`));
                 document.head.append(Object.assign(script, { src, onload: done, onerror: fail }));
               }).then(() => {})""",
            url,
        )

    # ---- waits -----------------------------------------------------------------------------------

    def wait_until(self, look: Callable[[], Any], what: str, pause: float = PAUSE) -> Any:
        """Look again and again until something true is found; what was found."""
        end = time.monotonic() + TIMEOUT
        while not (found := look()):
            if time.monotonic() > end:
                raise Timeout(f"Timeout: {what}")
            time.sleep(pause)
        return found

    def wait_for_timeout(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)
        self.evaluate("0")

    def wait_for_function(
        self, code: str, *, arg: Any = None, polling: float = 1000 * PAUSE
    ) -> None:
        """Wait until the code gives something true, with ``polling`` milliseconds between looks."""
        look = functools.partial(self.evaluate, code, arg, truth=True)
        self.wait_until(look, code, pause=polling / 1000)

    def wait_for_selector(self, selector: str) -> None:
        self.locator(selector).wait_for()

    # ---- elements --------------------------------------------------------------------------------

    def locator(self, selector: str) -> Locator:
        return Locator(self, f"(root) => [...root.querySelectorAll({json.dumps(selector)})]")

    def get_by_test_id(self, name: str) -> Locator:
        return self.locator(f'[data-testid="{name}"]')

    # ---- requests and events ---------------------------------------------------------------------

    def route(
        self, pattern: Pattern, handler: Callable[[Route], object], times: int | None = None
    ) -> None:
        self.context.route(pattern, handler, times, owner=self)

    def unroute(self, pattern: Pattern, handler: object = None) -> None:
        self.context.unroute(pattern, handler)

    def unroute_all(self, behavior: str | None = None) -> None:
        self.context.proxy.rules.remove(lambda rule: rule.owner is self)

    def on(self, event: str, listener: Callable[[Any], None]) -> None:
        if event == "request":
            self.context.on(event, listener)
        elif event == "pageerror":
            self._events.on("weberror", lambda reported: listener(reported.error))
        else:
            self._events.on(event, listener)

    @contextlib.contextmanager
    def expect_console_message(self, matches: Callable[[ConsoleMessage], bool]) -> Iterator[Found]:
        with self._expect(self._events, "console", matches) as found:
            yield found

    @contextlib.contextmanager
    def expect_request(self, pattern: Pattern) -> Iterator[Found]:
        of_url = matcher(pattern)

        def matches(request: Request) -> bool:
            return of_url(request.url) and request.method != "OPTIONS"

        with self._expect(self.context.events, "request", matches) as found:
            yield found

    @contextlib.contextmanager
    def _expect(
        self, events: Emitter, name: str, matches: Callable[[Any], bool]
    ) -> Iterator[Found]:
        found = Found()

        def listen(reported: Any) -> None:
            if found.value is None and matches(reported):
                found.value = reported

        events.on(name, listen)
        try:
            yield found
            self.wait_until(lambda: (self.evaluate("0"), found.value)[1], f"no such {name}")
        finally:
            events.remove_listener(name, listen)
