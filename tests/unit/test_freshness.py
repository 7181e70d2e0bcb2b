"""A token that lives long enough: refreshed ahead of its end, and never in a storm."""

import pytest
from supertokens_pyodide.errors import RefreshUnavailable
from supertokens_pyodide.testing import NetworkDown, Reply

from tests.unit.backend import REFRESH

NO_ISSUE_TIME = {"iat": None}


def test_a_token_that_lives_long_enough_is_left_alone(signed_in):
    assert signed_in.tab.call("ensure_fresh") is True
    signed_in.pass_time(29_000)  # of 60 s
    assert signed_in.tab.call("ensure_fresh") is True
    assert signed_in.browser.requests == []


def test_whether_a_refresh_is_needed_is_known_without_a_flow(new_world):
    world = new_world()
    session = world.tab.client.session
    assert session.needs_refresh(world.browser.now) is False
    world.sign_in()
    assert session.needs_refresh(world.browser.now + 29_000) is False
    assert session.needs_refresh(world.browser.now + 31_000) is True
    assert world.browser.requests == []


@pytest.mark.parametrize("ask", [{"min_validity": 30}, {}])
def test_a_token_that_ends_too_soon_is_refreshed(signed_in, ask):
    signed_in.pass_time(31_000)
    assert signed_in.tab.call("ensure_fresh", **ask) is True
    assert signed_in.refreshes == 1
    assert signed_in.tab.call("ensure_fresh", **ask) is True
    assert signed_in.refreshes == 1


def test_the_access_token_comes_as_fresh_as_it_is_asked_for(signed_in):
    old = signed_in.tab.call("get_access_token")
    signed_in.pass_time(40_000)
    assert signed_in.tab.call("get_access_token") == old
    assert signed_in.tab.call("get_access_token", min_validity=10) == old
    new = signed_in.tab.call("get_access_token", min_validity=25)
    assert new != old
    assert new == signed_in.browser.cookies["st-access-token"]
    assert signed_in.refreshes == 1


def test_tokens_made_for_less_time_than_asked_are_refreshed_once_in_half_their_life(signed_in):
    for _ in range(120):  # two minutes
        signed_in.pass_time(1_000)
        assert signed_in.tab.call("ensure_fresh", min_validity=3600) is True
    assert signed_in.refreshes == 3
    assert signed_in.backend.thefts == 0


def test_a_token_that_does_not_say_when_it_was_made_is_refreshed_when_it_has_expired(new_world):
    world = new_world()
    world.backend.claims |= NO_ISSUE_TIME
    world.sign_in()
    world.pass_time(59_000)
    assert world.tab.call("ensure_fresh") is True
    assert world.refreshes == 0
    world.pass_time(2_000)
    assert world.tab.call("ensure_fresh") is True
    assert world.refreshes == 1


def test_several_that_need_a_fresh_token_share_a_refresh(signed_in):
    signed_in.pass_time(50_000)
    calls = [signed_in.tab.begin_call("ensure_fresh") for _ in range(5)]
    signed_in.run_all()
    assert [call.result() for call in calls] == [True] * 5
    assert signed_in.refreshes == 1


@pytest.mark.parametrize("clock_error", [0, 3_600_000, -3_600_000])
def test_a_wrong_clock_makes_no_token_look_stale(new_world, mode, clock_error):
    world = new_world(mode, clock_error=clock_error)
    world.sign_in()
    assert world.tab.call("ensure_fresh", min_validity=25) is True
    assert world.refreshes == 0


@pytest.mark.parametrize(("name", "value"), [("ensure_fresh", False), ("get_access_token", None)])
def test_without_a_session_there_is_nothing_to_freshen(world, name, value):
    world.learn_that_no_user_is_signed_in()
    assert world.tab.call(name, min_validity=30) is value
    assert world.browser.requests == []


@pytest.mark.parametrize("name", ["ensure_fresh", "get_access_token"])
@pytest.mark.parametrize("age", [31_000, 61_000])
def test_during_an_outage_no_stale_token_is_called_fresh(signed_in, name, age):
    signed_in.pass_time(age)
    signed_in.backend.always[REFRESH] = NetworkDown()
    with pytest.raises(RefreshUnavailable):
        signed_in.tab.call(name, min_validity=30)
    assert signed_in.signed_in


def test_a_session_that_ends_at_the_refresh_is_not_there(signed_in):
    signed_in.backend.revoke_all()
    signed_in.pass_time(31_000)
    assert signed_in.tab.call("ensure_fresh") is False
    assert signed_in.actions == ["UNAUTHORISED"]


# ---- attempt_refresh -----------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [{}, {"force": True}])
def test_a_refresh_is_made_at_once(signed_in, arguments):
    assert signed_in.tab.call("attempt_refresh", **arguments) is True
    assert signed_in.refreshes == 1


def test_without_force_a_refresh_is_made_when_the_token_has_expired(signed_in):
    assert signed_in.tab.call("attempt_refresh", force=False) is True
    assert signed_in.refreshes == 0
    signed_in.expire()
    assert signed_in.tab.call("attempt_refresh", force=False) is True
    assert signed_in.refreshes == 1


@pytest.mark.parametrize("force", [False, True])
def test_a_refresh_without_an_answer_has_failed(signed_in, force):
    signed_in.expire()
    signed_in.backend.always[REFRESH] = Reply(503)
    with pytest.raises(RefreshUnavailable, match="503"):
        signed_in.tab.call("attempt_refresh", force=force)
