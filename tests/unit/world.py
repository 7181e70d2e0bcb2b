"""One browser in front of the backend, with a tab that has the SDK on it."""

from __future__ import annotations

from typing import Any

from supertokens_pyodide.testing import Call, Reply, Request, ScriptedBrowser, Tab

from tests.unit.backend import API, PUBLIC, REFRESH, SIGN_IN, Backend

# Long enough that no text has this much of a token by chance.
FRAGMENT = 16


class World:
    """A browser, its tabs and the backend; ``clock_error`` is how far the browser's clock is off.

    conftest.py makes worlds for tests, and sees that none of their tokens is ever printed.
    """

    def __init__(self, mode: str = "cookie", *, clock_error: float = 0, **options: Any) -> None:
        self.mode = mode
        self.options = {
            "api_domain": API,
            "token_transfer_method": mode,
            "enable_debug_logs": True,
            **options,
        }
        self.backend = Backend()
        self.browser = ScriptedBrowser(self.backend)
        self.browser.now = self.backend.now + clock_error
        self.tabs: list[Tab] = []
        self.tab = self.open_tab()

    def open_tab(self, **more: Any) -> Tab:
        """Open a tab; the first is ``tab``."""
        tab = self.browser.open_tab(**{**self.options, **more})
        self.tabs.append(tab)
        return tab

    def sign_in(self, user: str = "alice", tab: Tab | None = None) -> Reply:
        """Sign in, and forget what it took."""
        response = (tab or self.tab).fetch(f"{SIGN_IN}?user={user}", method="POST")
        self.forget()
        return response

    def forget(self) -> None:
        """Forget requests and events so far."""
        self.browser.requests.clear()
        for each in self.tabs:
            each.events.clear()

    def pass_time(self, milliseconds: float) -> None:
        """Let the same time pass for browser and backend."""
        self.backend.now += milliseconds
        self.browser.now += milliseconds

    def expire(self) -> None:
        """Let the access token expire."""
        self.pass_time(self.backend.lifetime + 1_000)

    def fetch_in_parallel(self, count: int, path: str = "/items") -> list[Call]:
        """Start that many requests at once and run them all to their end."""
        calls = [self.tab.begin_fetch(path) for _ in range(count)]
        self.run_all()
        return calls

    def run_all(self) -> None:
        """Run all tabs, in turns, until nothing is left to do."""
        while sum(tab.turn() for tab in self.tabs):
            pass

    def sent(self, path: str) -> list[Request]:
        """The requests to a path, oldest first."""
        return [request for request in self.browser.requests if request.path == path]

    @property
    def refreshes(self) -> int:
        """How many refresh calls were made."""
        return len(self.sent(REFRESH))

    @property
    def actions(self) -> list[str]:
        """The names of the first tab's events."""
        return [event["action"] for event in self.tab.events]

    @property
    def signed_in(self) -> bool:
        """Whether the cookies say that a session is there."""
        return "sFrontToken" in self.browser.cookies

    def learn_that_no_user_is_signed_in(self) -> None:
        """Make the first request of an anonymous visitor, and forget what it took."""
        self.tab.fetch(PUBLIC)
        self.forget()


def fragments(text: str) -> set[str]:
    """All pieces of a text that would reveal something of a token."""
    return {text[start : start + FRAGMENT] for start in range(len(text) - FRAGMENT + 1)}
