"""Two tabs of one browser: one session, one refresh, and what each sees of the other."""

import pytest
from supertokens_pyodide.testing import Reply

from tests.unit.backend import REFRESH, SIGN_IN, SIGN_OUT


@pytest.fixture
def other(signed_in):
    return signed_in.open_tab()


def test_a_second_tab_has_the_session(signed_in, other):
    assert other.call("does_session_exist")
    assert other.call("get_user_id") == "alice"
    assert other.fetch("/items").text == "alice"
    assert signed_in.refreshes == 0
    assert other.events == []


def test_two_tabs_with_an_expired_token_refresh_once(signed_in, other):
    signed_in.expire()
    calls = [tab.begin_fetch("/items") for tab in (signed_in.tab, other) for _ in range(3)]
    signed_in.run_all()
    assert [call.result().status for call in calls] == [200] * 6
    assert signed_in.refreshes == 1
    assert signed_in.backend.thefts == 0
    assert signed_in.browser.locks == {}


def test_calls_of_two_tabs_refresh_once(signed_in, other):
    signed_in.expire()
    calls = [tab.begin_call("does_session_exist") for tab in (signed_in.tab, other)]
    signed_in.run_all()
    assert [call.result() for call in calls] == [True, True]
    assert signed_in.refreshes == 1


def test_a_tab_whose_token_another_tab_has_refreshed_retries_without_refreshing(signed_in, other):
    signed_in.pass_time(1_000)
    signed_in.backend.refuse_access_tokens()

    def refused_late(request):
        assert other.fetch("/items").status == 200  # the other tab refreshes meanwhile
        return Reply(401)

    signed_in.backend.answers["/items"] = [refused_late]
    assert signed_in.tab.fetch("/items").status == 200
    assert signed_in.refreshes == 1
    assert "REFRESH_SESSION" in [event["action"] for event in other.events]
    assert signed_in.actions == ["REFRESH_SESSION"]
    assert signed_in.tab.events[0]["other_tab"]


def test_a_tab_that_waits_for_the_lock_does_not_refresh_what_was_refreshed(signed_in, other):
    signed_in.backend.refuse_access_tokens()
    first, second = signed_in.tab.begin_fetch("/items"), other.begin_fetch("/items")
    for _ in range(2):  # each is refused, then the first takes the lock
        signed_in.tab.turn()
    other.turn()
    assert not other.turn()  # the lock is taken
    signed_in.tab.run(first)
    assert other.run(second).status == 200
    assert signed_in.refreshes == 1


def test_a_tab_that_waits_for_the_lock_continues_when_the_others_refresh_has_failed(
    signed_in, other
):
    signed_in.backend.refuse_access_tokens()
    signed_in.backend.answers[REFRESH] = [Reply(503)]
    calls = [signed_in.tab.begin_fetch("/items"), other.begin_fetch("/items")]
    signed_in.run_all()
    assert [call.result().status for call in calls] == [503, 200]


def test_a_closed_tab_frees_the_lock(signed_in, other):
    signed_in.backend.refuse_access_tokens()
    signed_in.tab.begin_fetch("/items")
    for _ in range(2):
        signed_in.tab.turn()
    call = other.begin_fetch("/items")
    while other.turn():
        pass
    assert not call.ended
    signed_in.tab.client.close()
    assert other.run(call).status == 200


def test_a_tab_gives_up_if_another_has_signed_out(signed_in, other):
    signed_in.backend.refuse_access_tokens()

    def refused_late(request):
        other.fetch(SIGN_OUT, method="POST")
        return Reply(401)

    signed_in.backend.answers["/items"] = [refused_late]
    signed_in.backend.always[SIGN_OUT] = Reply(200, {"front-token": "remove"})
    assert signed_in.tab.fetch("/items").status == 401
    assert signed_in.refreshes == 0
    assert signed_in.actions == ["SIGN_OUT", "UNAUTHORISED"]
    assert signed_in.tab.events[0]["other_tab"]
    assert signed_in.tab.events[1]["session_expired_or_revoked"] is False


def test_a_tab_without_a_session_sees_a_sign_in_in_another_tab(world):
    other = world.open_tab()
    assert other.call("does_session_exist") is False
    world.sign_in()
    assert other.call("does_session_exist") is True
    assert other.fetch("/items").text == "alice"


def test_signing_out_while_a_refresh_is_on_its_way_signs_out(signed_in, other):
    signed_in.expire()
    fetch = signed_in.tab.begin_fetch("/items")
    for _ in range(2):  # it is refused, and its refresh takes the lock
        signed_in.tab.turn()
    calls = [tab.begin_call("sign_out") for tab in (signed_in.tab, other)]
    signed_in.run_all()
    assert fetch.ended
    assert all(call.result() for call in calls)
    assert set(signed_in.browser.cookies) == {"st-last-access-token-update"}
    assert signed_in.refreshes == 1
    assert signed_in.browser.locks == {}


# ---- a late refresh: what it brings is of a session gone by ----


def late_refresh(world, meanwhile, other):
    """Let another tab's request be answered while a refresh is on its way, which ends after it."""
    response = Reply(200, world.backend.tokens(world.backend.sessions[0], "header"))

    def answer(request):
        other.run(meanwhile)
        return response

    world.backend.answers[REFRESH] = [answer]
    world.expire()
    return response


def test_a_late_refresh_does_not_bring_back_a_session_signed_out_meanwhile(signed_in, other):
    signed_in.backend.always[SIGN_OUT] = Reply(200, {"front-token": "remove"})
    late_refresh(signed_in, other.begin_fetch(SIGN_OUT, method="POST"), other)
    assert signed_in.tab.fetch("/items").status == 401
    assert set(signed_in.browser.cookies) == {"st-last-access-token-update"}
    assert "REFRESH_SESSION" not in signed_in.actions
    assert not signed_in.tab.call("does_session_exist")
    assert signed_in.refreshes == 1


@pytest.mark.parametrize("call", ["does_session_exist", "attempt_refresh"])
def test_neither_does_one_that_a_call_has_asked_for(signed_in, other, call):
    signed_in.backend.always[SIGN_OUT] = Reply(200, {"front-token": "remove"})
    late_refresh(signed_in, other.begin_fetch(SIGN_OUT, method="POST"), other)
    assert signed_in.tab.call(call) is False
    assert not signed_in.signed_in


def test_a_late_refresh_does_not_replace_the_session_of_who_signed_in_meanwhile(signed_in, other):
    sign_in = other.begin_fetch(f"{SIGN_IN}?user=bob", method="POST")
    late = late_refresh(signed_in, sign_in, other)
    assert signed_in.tab.fetch("/items").text == "bob"
    assert signed_in.tab.call("get_user_id") == "bob"
    assert signed_in.browser.cookies["sFrontToken"] != late.headers["front-token"]
    assert "REFRESH_SESSION" not in signed_in.actions
    assert signed_in.refreshes == 1


def test_a_late_refusal_does_not_end_the_session_of_who_signed_in_meanwhile(signed_in, other):
    sign_in = other.begin_fetch(f"{SIGN_IN}?user=bob", method="POST")

    def answer(request):
        other.run(sign_in)
        return Reply(401)

    signed_in.backend.answers[REFRESH] = [answer]
    signed_in.expire()
    assert signed_in.tab.fetch("/items").text == "bob"
    assert "UNAUTHORISED" not in signed_in.actions


def test_a_refresh_that_was_overtaken_is_made_again_if_it_is_still_needed(new_world):
    world = new_world("cookie")
    world.backend.uses_anti_csrf = False
    world.sign_in()

    def answer(request):
        world.browser.clear_cookies()
        return Reply(503)

    world.backend.answers[REFRESH] = [answer]
    world.expire()
    assert world.tab.fetch("/items").status == 200
    assert world.refreshes == 2
