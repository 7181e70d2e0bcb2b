"""One of two pages that differ in nothing but their SDK: supertokens-website, and ours."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Request, Route

from tests.browser.conftest import VendorSite
from tests.browser.demo import Demo
from tests.browser.tokens import Token, front_token_of, get_short_token, token_of
from tests.browser.twins.pages import SIGN_UP, sign_in_fields
from tests.browser.twins.reported import (
    DAMAGED,
    Reported,
    arrived,
    certain,
    is_small_skew,
    kept,
    sent,
)
from tests.browser.twins.scenario import Scenario

SCRIPT_COOKIES = (
    "sFrontToken",
    "sAntiCsrf",
    "st-access-token",
    "st-refresh-token",
    "st-last-access-token-update",
)

START = """
  localStorage.clear();
  useClient(argument.client, argument.options.apiDomain);
  await start({ ...argument.options, ...FUNCTIONS });
"""
STORAGE = "return Object.entries(localStorage)"


@dataclass(frozen=True)
class Setting:
    """Where and how the session lives."""

    demo: Demo
    mode: str


class Twin:
    """One of the two, on a page of a browser of its own."""

    def __init__(self, context: BrowserContext, site: VendorSite, name: str) -> None:
        self.context = context
        self.page = context.new_page()
        self._name = name
        self._url = f"{site.origin}/{name}"
        self._requests: list[Request] = []
        self._kept: dict[Setting, tuple[str, Any]] = {}
        self.page.on("request", lambda request: self._requests.append(request))
        self.page.goto(self._url)

    def start(self, scenario: Scenario, client: str, setting: Setting) -> None:
        """Start again, in the state of the scenario; a token still has to expire."""
        self._setting = setting
        self._email = _new_email()
        if self._name == "theirs":
            self.page.goto(self._url)  # it cannot be closed
        else:
            self.run("supertokens.close()")
        self.context.clear_cookies()
        is_known = scenario.state != "visitor" and setting in self._kept
        if is_known:
            self._email, cookies = self._kept.pop(setting)
            self.context.add_cookies(cookies)
        options = {"apiDomain": setting.demo.origin, "tokenTransferMethod": setting.mode}
        start = START.replace("FUNCTIONS", scenario.functions)
        self.run(start, {"client": client, "options": {**options, **scenario.options}})
        if scenario.state != "visitor":
            self._bring_to(scenario.state, is_known)

    def _bring_to(self, state: str, is_known: bool) -> None:
        if "expired" in state:
            get_short_token(self._setting.demo, self._refresh if is_known else self._sign_up)
        elif not is_known:
            self._sign_up()
        if state == "signed out":
            self.run("await supertokens.signOut()")
        elif "revoked" in state:
            self._setting.demo.revoke_all(self.front_token()["uid"])
        elif state == "cleared":
            for name in SCRIPT_COOKIES:
                self.context.clear_cookies(name=name)
        elif state == "damaged":
            self.run(f"document.cookie = 'sFrontToken={DAMAGED};path=/;max-age=34560000'")

    def _sign_up(self) -> Token:
        self._email = _new_email()
        assert self.run(SIGN_UP, sign_in_fields(self._email)) == "OK"
        return token_of(self.context)

    def _refresh(self) -> Token:
        assert self.run("return supertokens.attemptRefreshingSession()") is True
        return token_of(self.context)

    def run(self, body: str, argument: object = None) -> Any:
        """Run the body of an async function."""
        return self.page.evaluate(f"async (argument) => {{ {body} }}", argument)

    def front_token(self) -> Any:
        """The front token, decoded."""
        return front_token_of(self.context)

    @property
    def has_good_token(self) -> bool:
        """Whether the browser has a session whose token will last for a while."""
        try:
            return bool(self.front_token()["ate"] / 1000 > time.time() + 60)
        except ValueError:
            return False

    def keep_session(self) -> None:
        """Let the next scenario reuse this session: signing up takes long."""
        self._kept[self._setting] = self._email, self.context.cookies()

    def observe(self, scenario: Scenario) -> Reported:
        """Run a scenario's script and report what it did."""
        demo = self._setting.demo
        self._interfere(scenario)
        mark = demo.mark()
        self._requests.clear()
        self.run("events.length = 0")
        result = self.run(scenario.script, sign_in_fields(self._email))
        self.page.unroute_all()

        entries = [entry for entry in demo.requests(mark) if entry["method"] != "OPTIONS"]
        reported = Reported(
            result=result,
            sent=[sent(request) for request in self._requests],
            arrived=[arrived(entry) for entry in entries],
            events=certain(self.run("return events"), scenario.changes_payload),
            cookies={cookie["name"]: kept(cookie) for cookie in self.context.cookies()},
            storage=dict(entry for entry in self.run(STORAGE) if not is_small_skew(*entry)),
        )
        if not scenario.in_order:
            for many in (reported.sent, reported.arrived, reported.events):
                many.sort(key=str)
        return reported

    def _interfere(self, scenario: Scenario) -> None:
        """Have calls to the backend answered as the scenario wants it."""
        if scenario.refresh:
            self.page.route("**/session/refresh", lambda route: self._meet(route, scenario))
        if scenario.sign_out:
            status, body = scenario.sign_out
            self.page.route("**/signout", lambda route: _answer(route, status, body))

    def _meet(self, route: Route, scenario: Scenario) -> None:
        if scenario.refresh == "no answer":
            route.abort()
        elif scenario.refresh == "signed out meanwhile":
            self.context.clear_cookies(name="sFrontToken")
            route.continue_()
        else:
            _answer(route, int(scenario.refresh), "down")


def _new_email() -> str:
    return f"{uuid.uuid4().hex}@example.com"


def _answer(route: Route, status: int, body: str) -> None:
    """Answer in the backend's place."""
    origin = {"access-control-allow-origin": route.request.headers["origin"]}
    headers = {**origin, "access-control-allow-credentials": "true"}
    route.fulfill(status=status, body=body, headers=headers)
