"""Reusable steps: what a driver may answer by itself while the cookies stay as they are."""

import json

import pytest
from supertokens_pyodide._core.config.options import Page, read_config
from supertokens_pyodide._core.session.session import Session
from supertokens_pyodide._core.state.tokens import write_front_token
from supertokens_pyodide._core.wire.plan import write_plan
from supertokens_pyodide._core.wire.port import Port

from tests.unit.backend import SIGN_IN
from tests.unit.shim_core import ShimCore
from tests.unit.world import World

NOW = 1_700_000_000_000
EXPIRY = NOW + 60_000
MARK = "st-last-access-token-update=1"


def present(expires_at=EXPIRY):
    return f"sFrontToken={write_front_token('alice', expires_at, {})}; {MARK}"


class Provider:
    """A clock that only its owner can read."""

    def now(self):
        return NOW

    def get_threshold_in_seconds(self):
        return 7

    def set_client_clock_skew_in_millis(self, skew):
        pass

    def get_client_clock_skew_in_millis(self):
        return 0


def new_port(stored_skew=None, **more):
    config = read_config({"api_domain": "https://api.example.com"}, Page("app.example.com", True))
    return Port(Session(config, {"__st_clockSkewInMillis": stored_skew}, **more))


def exchange(port, cookies, headers="", one_shot=False):
    return json.loads(port.exchange(headers, one_shot, cookies, NOW))


ACTS = {"ensure_fresh", "attempt_refresh", "sign_out", "verify_access_token"}
TAKE_ARGUMENTS = {
    "validate_claims",
    "validate_page_claims",
    "check_claim",
    "get_invalid_claims",
    "diagnose",
}
READS = sorted(Port.CALLS - ACTS - TAKE_ARGUMENTS)


def test_the_calls_that_neither_act_nor_need_arguments_are_marked_as_reads():
    assert sorted(Port.READS) == READS


@pytest.mark.parametrize("skew", [0, 7_200_000, -7_200_000])
@pytest.mark.parametrize("name", ["exchange", *READS])
def test_with_a_session_first_steps_stand_until_its_token_expires_by_the_clients_clock(name, skew):
    port = new_port(str(skew))
    cookies = present(EXPIRY + skew)
    if name == "exchange":
        step = exchange(port, cookies)
    else:
        step = json.loads(port.call(name, "", cookies, NOW))
    assert step["reusableUntil"] == EXPIRY


@pytest.mark.parametrize(
    "cookies",
    [
        "",
        MARK,
        f"sFrontToken=malformed; {MARK}",
        present(0),
        present(-1),
        present(10**400),
        present(float("inf")),
        present(float("nan")),
    ],
    ids=["unknown", "absent", "malformed", "zero", "negative", "huge", "infinite", "no-number"],
)
def test_without_a_readable_session_no_step_is_reusable(cookies):
    assert "reusableUntil" not in exchange(new_port(), cookies)
    assert "reusableUntil" not in json.loads(
        new_port().call("does_session_exist", "", cookies, NOW)
    )


def test_an_answer_to_a_visitor_during_an_outage_is_not_reusable():
    port, cookies = new_port(), present().removesuffix(f"; {MARK}")
    assert exchange(port, cookies)["do"] == "wait"
    for flow, result in [(2, True), (2, 503), (1, None)]:
        step = json.loads(port.resume(flow, result, cookies, NOW))
    assert step["do"] == "send"
    again = exchange(port, cookies)
    assert (again["do"], "reusableUntil" in again) == ("send", False)


@pytest.mark.parametrize(
    ("headers", "one_shot"), [('{"rid": "x"}', False), ("", True)], ids=["headers", "one-shot"]
)
def test_an_exchange_unlike_others_does_not_stand(headers, one_shot):
    assert "reusableUntil" not in exchange(new_port(), present(), headers, one_shot)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_call_that_does_something_does_not_stand(name):
    assert "reusableUntil" not in json.loads(new_port().call(name, "", present(), NOW))


def test_no_step_is_reusable_with_another_clock_or_debug_logs():
    assert "reusableUntil" not in exchange(new_port(date_provider=Provider()), present())
    logging = new_port()
    logging._session.flows.log = print
    assert "reusableUntil" not in exchange(logging, present())


def test_cookies_that_are_left_out_are_those_of_the_call_before():
    port = new_port()
    assert "anti-csrf" not in exchange(port, present())["headers"]
    assert exchange(port, f"{present()}; sAntiCsrf=x")["headers"]["anti-csrf"] == "x"
    assert exchange(port, None)["headers"]["anti-csrf"] == "x"
    assert json.loads(port.resume(3, 200, None, NOW)) == {"verdict": "deliver"}


def test_the_plan_has_the_responses_that_the_core_acts_on():
    options = {"api_domain": "x.com", "session_expired_status_code": 440}
    plan = json.loads(write_plan(read_config(options, Page("x.com", True))))
    assert plan["statuses"] == [440, 403]


def nested(depth):
    claim = 1
    for _ in range(depth):
        claim = [claim]
    return f"sFrontToken={write_front_token('alice', EXPIRY, {'claim': claim})}; {MARK}"


@pytest.mark.parametrize(
    ("before", "learnt"),
    [(present(), EXPIRY), (nested(200), 0)],
    ids=["the clock is known better since", "only the core knows that it cannot be read"],
)
def test_an_exchange_that_began_without_the_core_is_at_its_response_when_it_is_begun(
    before, learnt
):
    port = new_port(str(learnt))  # by now the token that it was sent with counts as expired
    port.observe(f"{present(3 * EXPIRY)}; {MARK}2", NOW + 1_000)
    step = exchange(port, before)
    assert (step["do"], "spawned" in step) == ("send", False)
    step = json.loads(port.resume(step["flow"], 401, before, NOW + 2_000))
    assert (step["do"], [child["do"] for child in step["spawned"]]) == ("wait", ["lock"])


def with_step_cache(world):
    """Have the shim's own step cache answer what it can."""
    world.tab.client.port = ShimCore(world.tab)
    return world.tab.client.port


@pytest.fixture
def world(mode):
    world = World(mode, enable_debug_logs=False)
    world.sign_in()
    return world


def test_the_ordinary_exchange_asks_the_core_once(world):
    port = with_step_cache(world)
    assert [world.tab.fetch("/items").status for _ in range(5)] == [200] * 5
    assert port.cached == 4
    assert len(world.tab.client.session.flows) == 0


def test_an_exchange_that_the_cache_began_is_refreshed_for_and_sent_again(world):
    port = with_step_cache(world)
    world.tab.fetch("/items")
    world.expire()
    world.browser.now -= world.backend.lifetime  # its clock is late: the step is still reusable
    assert world.tab.fetch("/items").text == "alice"
    assert (port.cached, world.refreshes) == (1, 1)


def test_a_step_from_before_a_sign_out_is_not_reused_after_it(world):
    with_step_cache(world)
    assert world.tab.call("does_session_exist") is True
    world.tab.call("sign_out")
    assert world.tab.call("does_session_exist") is False
    world.sign_in("bob")
    assert world.tab.call("get_user_id") == "bob"


@pytest.mark.parametrize("act", ["attempt_refresh", "sign_out"])
def test_what_another_tab_did_during_an_exchange_that_the_cache_began_is_reported_once(act):
    world = World("header", enable_debug_logs=False)
    world.sign_in()
    other = world.open_tab()
    with_step_cache(world)
    world.tab.fetch("/items")
    call = world.tab.begin_fetch("/items")
    world.expire()
    other.call(act)
    reported = world.actions
    assert reported[-1] == ("REFRESH_SESSION" if act == "attempt_refresh" else "SIGN_OUT")
    assert world.tab.run(call).status == (200 if act == "attempt_refresh" else 401)
    world.tab.look()
    assert [event["action"] for event in world.tab.events if "other_tab" in event] == reported


def test_a_clock_set_back_during_an_exchange_that_the_cache_began_causes_no_event():
    world = World("header", enable_debug_logs=False)
    world.sign_in()
    other = world.open_tab()
    with_step_cache(world)
    world.tab.fetch("/items")
    call = world.tab.begin_fetch("/items")
    world.expire()
    world.browser.now -= 3 * world.backend.lifetime
    other.call("sign_out")
    other.fetch(f"{SIGN_IN}?user=bob", method="POST")
    reported = world.actions
    world.tab.run(call)
    world.tab.look()
    assert world.actions == reported
    assert world.tab.call("get_user_id") == "bob"
