"""Plays with our core the scenarios that website.mjs plays with supertokens-website."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from supertokens_pyodide._core.config.options import from_javascript
from supertokens_pyodide.errors import SuperTokensError
from supertokens_pyodide.events import to_wire
from supertokens_pyodide.testing import NetworkDown, Reply, Request, ScriptedBrowser, Tab

NOW = 1_700_000_000_000
#: How long, in milliseconds, each trip to the network takes.
TRIP = 100

CALLS = {
    "doesSessionExist": "does_session_exist",
    "attemptRefreshingSession": "attempt_refresh",
    "getAccessToken": "get_access_token",
    "getAccessTokenPayloadSecurely": "get_access_token_payload",
    "getUserId": "get_user_id",
    "signOut": "sign_out",
}


class PlayedBrowser(ScriptedBrowser):
    """A scripted browser that remembers the cookie writes, and where another tab leaves cookies."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.address = urlsplit(given.get("page", "https://app.example.com"))
        super().__init__(self.answer, hostname=self.address.hostname or "")
        self.given = given
        self.now = given.get("now", NOW)
        self.storage = dict(given.get("storage", {}))
        self.answers = {path: list(all) for path, all in given.get("answers", {}).items()}
        self.writes: list[str] = []
        self.leave(given.get("cookies", {}))

    def leave(self, cookies: dict[str, str]) -> None:
        self._cookies = dict(cookies)

    def set_cookie(self, write: str) -> None:
        self.writes.append(write)
        super().set_cookie(write)

    def answer(self, request: Request) -> Reply:
        self.now += TRIP
        answers = self.answers.get(request.path, [200])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer is None:
            raise NetworkDown
        if isinstance(answer, int):
            answer = {"status": answer}
        return Reply(**{"text": request.path, **answer})

    def take_lock(self, name: str, holder: object) -> None:
        super().take_lock(name, holder)
        if "inLock" in self.given:
            self.leave(self.given["inLock"])


class Played:
    """What comes of a scenario."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.browser = PlayedBrowser(given)
        https = self.browser.address.scheme == "https"
        options = {"apiDomain": "https://api.example.com", **given.get("options", {})}
        self.tab = self.browser.open_tab(https=https, **from_javascript(options))
        try:
            self.result = self._run(self.tab, given)
        except (SuperTokensError, NetworkDown):
            self.result = "error"

    def _run(self, tab: Tab, given: dict[str, Any]) -> Any:
        if "call" in given:
            return tab.call(CALLS[given["call"]])
        if "fetch" not in given:
            return None
        response = tab.fetch(given["fetch"], given.get("headers"))
        return {"status": response.status, "text": response.text}

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.browser.requests]

    @property
    def requests(self) -> list[dict[str, Any]]:
        return [
            {"path": each.path, "headers": each.headers, "credentials": each.credentials}
            for each in self.browser.requests
        ]

    @property
    def events(self) -> list[dict[str, Any]]:
        # supertokens-website fires no events for other tabs.
        return [to_wire(event) for event in self.tab.events if "other_tab" not in event]

    @property
    def skew(self) -> float:
        clock = self.tab.client.session.flows.clock
        return clock.now() - clock.client_now

    @property
    def stored(self) -> str:
        return self.browser.storage["__st_clockSkewInMillis"]

    def seen(self, names: Iterable[str]) -> dict[str, Any]:
        return {name: getattr(self, name) for name in names}
