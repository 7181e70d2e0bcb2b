"""Refreshes that fail: what ends a session, what does not, and what callers get."""

import pytest
from supertokens_pyodide.errors import FrontTokenMissing, RefreshUnavailable
from supertokens_pyodide.testing import NetworkDown, Reply, TimedOut

from tests.unit.backend import REFRESH, REMOVED


@pytest.mark.parametrize("headers", [{}, REMOVED, {"front-token": "remove"}])
def test_a_refused_refresh_ends_the_session_and_the_caller_gets_its_response(signed_in, headers):
    refusal = Reply(401, headers, "refresh refused")
    signed_in.backend.always[REFRESH] = refusal
    signed_in.expire()
    calls = signed_in.fetch_in_parallel(3)
    assert [call.result() for call in calls] == [refusal] * 3
    assert signed_in.refreshes == 1
    assert set(signed_in.browser.cookies) == {"st-last-access-token-update"}
    assert signed_in.actions == ["UNAUTHORISED"]
    assert signed_in.tab.events[0]["session_expired_or_revoked"] is True


def test_a_session_that_was_revoked_is_ended_by_the_next_refresh(signed_in):
    signed_in.backend.revoke_all()
    signed_in.expire()
    assert signed_in.tab.fetch("/items").status == 401
    assert signed_in.actions == ["UNAUTHORISED"]
    assert not signed_in.tab.call("does_session_exist")
    assert signed_in.refreshes == 1


@pytest.mark.parametrize("status", [300, 400, 403, 404, 429, 500, 503])
def test_a_refresh_that_is_answered_otherwise_keeps_the_session(signed_in, status):
    response = Reply(status, text="not now")
    signed_in.backend.answers[REFRESH] = [response]
    signed_in.expire()
    calls = signed_in.fetch_in_parallel(3)
    assert [call.result() for call in calls] == [response] * 3
    assert signed_in.refreshes == 1
    assert (signed_in.actions, signed_in.signed_in) == ([], True)
    signed_in.pass_time(1_000)
    assert signed_in.tab.fetch("/items").status == 200


@pytest.mark.parametrize("status", [200, 403, 500])
def test_a_refresh_that_removes_the_session_with_another_status_is_a_sign_out(signed_in, status):
    signed_in.backend.answers[REFRESH] = [Reply(status, REMOVED, "removed")]
    signed_in.expire()
    response = signed_in.tab.fetch("/items")
    assert response.text == ("" if status == 200 else "removed")
    assert response.status == (401 if status == 200 else status)
    assert signed_in.actions == ["SIGN_OUT"]
    assert not signed_in.signed_in


@pytest.mark.parametrize(
    ("failure", "reported"),
    [
        (NetworkDown(), "no response from the backend"),
        (TimedOut(), "no response within 10 seconds"),
    ],
)
def test_a_refresh_without_a_response_keeps_the_session(signed_in, failure, reported):
    signed_in.backend.answers[REFRESH] = [failure]
    signed_in.expire()
    calls = signed_in.fetch_in_parallel(3)
    for call in calls:
        with pytest.raises(RefreshUnavailable, match=reported) as raised:
            call.result()
        assert raised.value.status is None
        assert raised.value.hint
    assert signed_in.refreshes == 1
    assert (signed_in.actions, signed_in.signed_in) == ([], True)
    signed_in.pass_time(1_000)
    assert signed_in.tab.fetch("/items").status == 200


def test_a_refresh_that_shows_no_front_token_is_made_once_more(signed_in):
    # so does a backend that clears the cookies of an older domain
    signed_in.backend.answers[REFRESH] = [Reply(200)]
    signed_in.expire()
    assert signed_in.tab.fetch("/items").status == 200
    assert signed_in.refreshes == 2
    assert signed_in.actions[-1] == "REFRESH_SESSION"


@pytest.mark.parametrize(
    ("then", "status", "actions"),
    [
        (Reply(401), 401, ["UNAUTHORISED"]),
        (Reply(503), 503, []),
        (Reply(200, REMOVED), 401, ["SIGN_OUT"]),
        (NetworkDown(), None, []),
    ],
)
def test_the_second_refresh_counts_as_any_other(signed_in, then, status, actions):
    signed_in.backend.answers[REFRESH] = [Reply(200), then]
    signed_in.expire()
    for call in signed_in.fetch_in_parallel(2):
        if status is None:
            with pytest.raises(RefreshUnavailable, match="no response"):
                call.result()
        else:
            assert call.result().status == status
    assert signed_in.refreshes == 2
    assert signed_in.actions == actions
    assert signed_in.signed_in is (not actions)


def test_the_second_refresh_carries_what_the_first_has_changed(signed_in):
    answer = Reply(200, {"st-refresh-token": "newer-refresh-token", "anti-csrf": "newer-anti-csrf"})
    signed_in.backend.always[REFRESH] = answer
    signed_in.expire()
    with pytest.raises(FrontTokenMissing):
        signed_in.tab.fetch("/items")
    _, second = signed_in.sent(REFRESH)
    assert second.headers["anti-csrf"] == "newer-anti-csrf"
    assert second.headers["authorization"] == "Bearer newer-refresh-token"


@pytest.mark.parametrize("headers", [{}, {"front-token": "malformed"}])
def test_a_refresh_that_never_shows_a_front_token_is_an_error_that_names_the_remedy(
    signed_in, headers
):
    signed_in.backend.always[REFRESH] = Reply(200, headers)
    signed_in.expire()
    with pytest.raises(FrontTokenMissing) as raised:
        signed_in.tab.fetch("/items")
    assert raised.value.status == 200
    assert "access-control-expose-headers" in raised.value.hint
    assert signed_in.refreshes == 2
    assert signed_in.signed_in


def test_the_limit_of_a_refresh_is_the_configured_one(new_world, mode):
    world = new_world(mode, refresh_timeout=2.5)
    world.sign_in()
    world.backend.answers[REFRESH] = [TimedOut()]
    world.expire()
    with pytest.raises(RefreshUnavailable, match=r"within 2\.5 seconds"):
        world.tab.fetch("/items")
