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
    had_the_same_cookies,
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

# An access token, and when it arrived.
TOKEN_COOKIES = ("sAccessToken", "st-access-token", "sFrontToken", "st-last-access-token-update")

# The backend knows nothing of such a session any more: any number of scenarios can begin with it.
ENDED = ("signed out", "revoked", "expired and revoked")

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
        #: Whether a response came, and removed cookies, before the last request had got them.
        self.was_overtaken = False
        self._requests: list[Request] = []
        #: E-mail addresses and cookies of sessions to begin with.
        self._kept: dict[tuple[Setting, str], tuple[str, Any]] = {}
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
        self._state = state = scenario.state
        place = setting, state if state in ("expired", *ENDED) else "signed in"
        # That sign-out is an event if the page has not written the session's cookies itself.
        must_be_own = scenario.refresh == "signed out meanwhile"
        is_known = state != "visitor" and place in self._kept and not must_be_own
        if is_known:
            self._email, cookies = self._kept.pop(place)
            self.context.add_cookies(cookies)
        options = {"apiDomain": setting.demo.origin, "tokenTransferMethod": setting.mode}
        start = START.replace("FUNCTIONS", scenario.functions)
        self.run(start, {"client": client, "options": {**options, **scenario.options}})
        if state != "visitor":
            self._bring_to(state, is_known)
        if state in ENDED:
            self._kept[place] = self._email, self.context.cookies()

    def _bring_to(self, state: str, is_known: bool) -> None:
        if "expired" in state and not is_known:
            get_short_token(self._setting.demo, self._sign_up)
        elif not is_known:
            self._sign_up()
        if state == "expired":
            self._expired = [c for c in self.context.cookies() if c["name"] in TOKEN_COOKIES]
        if state in ENDED and is_known:
            return
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

    def run(self, body: str, argument: object = None) -> Any:
        """Run the body of an async function."""
        return self.page.evaluate(f"async (argument) => {{ {body} }}", argument)

    def front_token(self) -> Any:
        """The front token, decoded."""
        return front_token_of(self.context)

    @property
    def has_session(self) -> bool:
        """Whether the browser still has a session that another scenario can begin with."""
        try:
            front_token = self.front_token()
        except ValueError:
            return False
        return self._state == "expired" or bool(front_token["ate"] / 1000 > time.time() + 60)

    def keep_session(self) -> None:
        """Let another scenario reuse this session: signing up takes long, as a token's end does."""
        place, cookies = "signed in", self.context.cookies()
        if self._state == "expired":
            # The first token, which has expired, with what the session has become since.
            others = [cookie for cookie in cookies if cookie["name"] not in TOKEN_COOKIES]
            place, cookies = "expired", [*others, *self._expired]
        self._kept[self._setting, place] = self._email, cookies

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
        self.was_overtaken = scenario.removes_tokens and not had_the_same_cookies(entries)
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
