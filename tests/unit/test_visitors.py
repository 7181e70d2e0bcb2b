"""Visitors who never signed in, sessions that only the backend knows, and blocked cookies."""

import pytest
from supertokens_pyodide.errors import CookieWriteBlocked, NoSession, RefreshUnavailable
from supertokens_pyodide.testing import NetworkDown, Reply

from tests.unit.backend import PUBLIC, REFRESH, SIGN_IN


def test_a_visitor_is_probed_once_and_then_never_again(world):
    for path in (PUBLIC, "/items", PUBLIC):
        world.tab.fetch(path)
    assert world.tab.call("does_session_exist") is False
    assert world.tab.call("get_session_status") == {"status": "NONE", "reason": None}
    assert world.refreshes == 1
    assert set(world.browser.cookies) == {"st-last-access-token-update"}


def test_parallel_first_requests_share_the_probe(world):
    calls = world.fetch_in_parallel(5, PUBLIC)
    assert [call.result().status for call in calls] == [200] * 5
    assert world.refreshes == 1


def test_a_second_tab_needs_no_probe(world):
    world.learn_that_no_user_is_signed_in()
    world.open_tab().fetch(PUBLIC)
    assert world.refreshes == 0


@pytest.mark.parametrize("outage", [Reply(503), Reply(404), Reply(500), NetworkDown()])
def test_a_probe_that_fails_is_remembered_for_ten_seconds(world, outage):
    world.backend.always[REFRESH] = outage
    for _ in range(3):
        assert world.tab.fetch(PUBLIC).status == 200
        assert world.tab.call("does_session_exist") is False
        assert world.tab.call("get_session_status")["status"] == "UNKNOWN"
    assert world.refreshes == 1
    world.pass_time(9_999)
    world.tab.fetch(PUBLIC)
    assert world.refreshes == 1
    world.pass_time(1)
    world.tab.fetch(PUBLIC)
    assert world.refreshes == 2
    assert world.actions == []


@pytest.mark.parametrize("call", ["get_user_id", "get_access_token_payload", "get_tenant_id"])
def test_a_visitor_during_an_outage_gets_no_event_that_there_is_no_session(world, call):
    world.backend.always[REFRESH] = Reply(503)
    with pytest.raises(RefreshUnavailable):
        world.tab.call(call)


def test_a_session_that_only_the_backend_knows_is_found_again(new_world):
    world = new_world("cookie", clock_error=0)
    world.backend.uses_anti_csrf = False
    world.sign_in()
    world.browser.clear_cookies()
    assert world.tab.fetch("/items").text == "alice"
    assert world.refreshes == 1
    assert world.actions == ["SESSION_CREATED", "REFRESH_SESSION"]


def test_a_session_is_found_again_however_often_the_browser_drops_the_cookies(new_world):
    world = new_world("cookie")
    world.backend.uses_anti_csrf = False
    world.sign_in()
    for count in range(1, 4):
        world.browser.clear_cookies()
        assert world.tab.call("does_session_exist")
        assert world.refreshes == count


def test_a_session_found_after_an_outage_is_used(new_world):
    world = new_world("cookie")
    world.backend.uses_anti_csrf = False
    world.sign_in()
    world.browser.clear_cookies()
    world.backend.answers[REFRESH] = [NetworkDown()]
    assert world.tab.call("get_session_status")["status"] == "UNKNOWN"
    world.pass_time(10_000)
    assert world.tab.call("get_session_status")["status"] == "ACTIVE"


def test_signing_in_after_an_outage_needs_no_probe(world):
    world.backend.answers[REFRESH] = [Reply(503)]
    world.sign_in()
    assert world.tab.fetch("/items").status == 200
    assert world.refreshes == 0


# ---- browsers that keep no cookies ---------------------------------------------------------------


def test_cookies_that_are_not_kept_after_a_refresh_are_noticed_without_a_storm(new_world):
    world = new_world("cookie")
    world.backend.uses_anti_csrf = False
    world.sign_in()
    world.browser.clear_cookies()
    world.browser.keeps_cookies = False
    for _ in range(3):
        with pytest.raises(CookieWriteBlocked) as raised:
            world.tab.fetch("/items")
        assert "session_token_frontend_domain" in raised.value.hint
    assert world.refreshes == 1


def test_one_refresh_token_is_never_used_twice_if_cookies_are_not_kept(signed_in):
    signed_in.browser.keeps_cookies = False
    signed_in.expire()
    for _ in range(3):
        try:
            signed_in.tab.fetch("/items")
        except CookieWriteBlocked:
            assert signed_in.mode == "header"  # in cookie mode the httpOnly cookies do it
    assert signed_in.refreshes == 1
    assert signed_in.backend.thefts == 0


def test_calls_notice_that_cookies_are_not_kept(signed_in):
    signed_in.browser.keeps_cookies = False
    signed_in.expire()
    assert signed_in.tab.call("attempt_refresh") is True
    with pytest.raises(CookieWriteBlocked):
        signed_in.tab.call("attempt_refresh")
    assert signed_in.refreshes == 1


def test_a_session_continues_once_cookies_are_kept_again(signed_in):
    signed_in.browser.keeps_cookies = False
    signed_in.expire()
    signed_in.tab.call("attempt_refresh")
    signed_in.browser.keeps_cookies = True
    signed_in.sign_in()
    signed_in.expire()
    assert signed_in.tab.fetch("/items").status == 200


def test_a_visitor_whose_cookies_are_blocked_is_probed_once(world):
    world.browser.keeps_cookies = False
    assert [world.tab.fetch("/items").status for _ in range(3)] == [401] * 3
    assert world.refreshes == 1
    assert world.actions == ["UNAUTHORISED"] * 3
    assert not any(event["session_expired_or_revoked"] for event in world.tab.events)


def test_a_visitor_whose_cookies_are_blocked_has_no_session(world):
    world.browser.keeps_cookies = False
    with pytest.raises(NoSession):
        world.tab.call("get_user_id")


def test_signing_in_with_blocked_cookies_does_not_pretend_to_have_worked(world):
    world.browser.keeps_cookies = False
    world.tab.fetch(SIGN_IN, method="POST")
    world.backend.jar.clear()
    assert world.tab.call("does_session_exist") is False
