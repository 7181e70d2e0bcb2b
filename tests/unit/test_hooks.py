"""Hooks around the calls of the SDK itself, and a clock of the page's own."""

import asyncio

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide.testing import Reply

from tests.unit.backend import API, REFRESH, SIGN_OUT

CALLS = {"REFRESH_SESSION": REFRESH, "SIGN_OUT": SIGN_OUT}
NAMES = {"REFRESH_SESSION": "attempt_refresh", "SIGN_OUT": "sign_out"}


@pytest.fixture(params=CALLS)
def action(request):
    return request.param


def hooked_world(new_world, mode, **hooks):
    world = new_world(mode, **hooks)
    world.sign_in()
    return world


def test_a_hook_before_a_call_may_change_where_it_goes_and_what_it_carries(new_world, mode, action):
    seen = []

    def hook(context):
        seen.append(context)
        init = context["request_init"]
        return {
            "url": context["url"] + "?via=proxy",
            "request_init": {**init, "headers": {**init["headers"], "x-extra": "1"}},
        }

    world = hooked_world(new_world, mode, pre_api_hook=hook)
    seen.clear()  # a visitor's first request asks for a session, too
    world.tab.call(NAMES[action])
    (context,) = seen
    assert (context["action"], context["url"]) == (action, API + CALLS[action])
    (request,) = world.browser.requests
    assert request.url == f"{API}{CALLS[action]}?via=proxy"
    assert request.headers["x-extra"] == "1"
    assert request.credentials == "include"


def test_a_hook_after_a_call_sees_its_response_once_the_state_is_written(new_world, mode, action):
    seen = []

    def hook(context):
        update = world.browser.cookies["st-last-access-token-update"]
        seen.append((context["action"], context["response"].status, update != before))
        assert world.browser.locks == {}

    world = hooked_world(new_world, mode, post_api_hook=hook)
    before = world.browser.cookies["st-last-access-token-update"]
    world.tab.call(NAMES[action])
    assert seen == [(action, 200, True)]


def test_no_hook_is_called_after_a_call_that_failed(new_world, mode):
    seen = []
    world = hooked_world(new_world, mode, post_api_hook=seen.append)
    world.backend.always[REFRESH] = Reply(500)
    world.expire()
    assert world.tab.call("does_session_exist") is False
    assert seen == []


def test_the_event_of_a_refresh_follows_its_hook(new_world, mode):
    order = []
    world = hooked_world(
        new_world, mode, post_api_hook=lambda context: order.append(context["action"].lower())
    )
    world.tab.client.on("REFRESH_SESSION", lambda event: order.append(event["action"]))
    world.tab.call("attempt_refresh")
    assert order == ["refresh_session", "REFRESH_SESSION"]


def test_the_user_context_of_a_sign_out_reaches_its_hooks_and_its_event(new_world, mode):
    seen = []

    def before(context):
        seen.append(context["user_context"])
        return {}

    world = hooked_world(new_world, mode, pre_api_hook=before, post_api_hook=before)
    seen.clear()
    world.tab.call("sign_out", user_context={"from": "menu"})
    assert seen == [{"from": "menu"}] * 2
    world.tab.call("sign_out", user_context={"from": "menu"})
    assert world.tab.events[-1]["user_context"] == {"from": "menu"}


class FixedClock:
    """A date provider that trusts each time that it is given."""

    def __init__(self):
        self.time = 0.0
        self.skews = []

    def now(self):
        return self.time

    def get_threshold_in_seconds(self):
        return 3

    def set_client_clock_skew_in_millis(self, skew):
        self.skews.append(skew)

    def get_client_clock_skew_in_millis(self):
        return self.skews[-1]


def test_a_date_provider_decides_when_a_token_has_expired(new_world, mode):
    provider = FixedClock()
    world = hooked_world(new_world, mode, date_provider=lambda: provider)
    assert provider.skews == [0]
    world.expire()
    assert world.tab.call("does_session_exist") is True
    assert world.refreshes == 0
    provider.time = world.browser.now
    assert world.tab.call("does_session_exist") is True
    assert world.refreshes == 1


def test_a_date_provider_keeps_the_skew_itself_and_names_the_threshold(new_world):
    world = new_world(date_provider=FixedClock)
    world.sign_in()
    assert world.browser.storage == {}
    assert world.tab.client.session.flows.clock.threshold == 3000
    assert new_world().tab.client.session.flows.clock.threshold == 7000


@pytest.mark.parametrize(
    "value", [object(), {1}, float("nan"), b""], ids=lambda value: type(value).__name__
)
def test_a_user_context_that_json_cannot_write_does_not_stop_a_sign_out(new_world, value):
    calls = []
    world = new_world(pre_api_hook=lambda call: calls.append(call) or call)
    world.sign_in()
    with world.tab:
        assert asyncio.run(supertokens.sign_out(user_context={"of": value, "by": "x"})) is True
    assert not world.signed_in
    assert calls[-1]["user_context"] == {"by": "x"}
    assert ["'of'" in warning for warning in world.tab.warnings] == [True]
