"""Signing out: on the backend first, and here only when it has said so."""

import pytest
from supertokens_pyodide.errors import GeneralError, SignOutFailed
from supertokens_pyodide.testing import NetworkDown, Reply, TimedOut

from tests.unit.backend import API, REFRESH, REMOVED, SIGN_OUT


def test_signing_out_ends_the_session_on_both_sides(signed_in):
    assert signed_in.tab.call("sign_out") is True
    assert signed_in.actions == ["SIGN_OUT"]
    assert set(signed_in.browser.cookies) == {"st-last-access-token-update"}
    assert not any(session.alive for session in signed_in.backend.sessions)
    assert signed_in.tab.call("does_session_exist") is False
    assert signed_in.refreshes == 0


def test_a_sign_out_carries_exactly_its_headers(signed_in):
    cookies = signed_in.browser.cookies
    signed_in.tab.call("sign_out")
    (request,) = signed_in.browser.requests
    if signed_in.mode == "cookie":
        own = {"anti-csrf": cookies["sAntiCsrf"]}
    else:
        own = {"authorization": f"Bearer {cookies['st-access-token']}"}
    assert (request.method, request.url) == ("POST", API + SIGN_OUT)
    assert request.headers == {
        "rid": "session",
        "fdi-version": "1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0,4.1,4.2",
        "st-auth-mode": signed_in.mode,
        **own,
    }


def test_signing_out_without_a_session_is_an_event_and_no_request(world):
    world.learn_that_no_user_is_signed_in()
    world.tab.call("sign_out")
    assert world.actions == ["SIGN_OUT"]
    assert world.browser.requests == []


def test_an_expired_token_is_refreshed_to_sign_out(signed_in):
    signed_in.expire()
    signed_in.tab.call("sign_out")
    assert [request.path for request in signed_in.browser.requests] == [REFRESH, SIGN_OUT]
    assert signed_in.actions[-1] == "SIGN_OUT"


def test_a_refused_sign_out_refreshes_and_tries_again(signed_in):
    signed_in.backend.answers[SIGN_OUT] = [Reply(401)]
    signed_in.tab.call("sign_out")
    paths = [request.path for request in signed_in.browser.requests]
    assert paths == [SIGN_OUT, REFRESH, SIGN_OUT]
    assert not signed_in.signed_in


def test_signing_out_of_a_session_that_has_ended_is_one_event(signed_in):
    signed_in.backend.revoke_all()
    signed_in.backend.answers[SIGN_OUT] = [Reply(401)]
    signed_in.tab.call("sign_out")
    assert signed_in.actions == ["UNAUTHORISED"]
    assert not signed_in.signed_in


def test_a_sign_out_that_is_refused_for_good_has_failed(signed_in):
    signed_in.backend.always[SIGN_OUT] = Reply(401)
    with pytest.raises(SignOutFailed, match="401"):
        signed_in.tab.call("sign_out")
    assert signed_in.refreshes == 1
    assert signed_in.signed_in


@pytest.mark.parametrize("status", [300, 403, 404, 500])
def test_a_sign_out_that_is_answered_otherwise_has_failed(signed_in, status):
    signed_in.backend.answers[SIGN_OUT] = [Reply(status)]
    with pytest.raises(SignOutFailed, match=str(status)) as raised:
        signed_in.tab.call("sign_out")
    assert raised.value.status == status
    assert (signed_in.actions, signed_in.signed_in) == ([], True)


@pytest.mark.parametrize("failure", [NetworkDown(), TimedOut()])
def test_a_sign_out_without_a_response_has_failed(signed_in, failure):
    signed_in.backend.answers[SIGN_OUT] = [failure]
    with pytest.raises(SignOutFailed, match="no response") as raised:
        signed_in.tab.call("sign_out")
    assert raised.value.status is None
    assert (signed_in.actions, signed_in.signed_in) == ([], True)


@pytest.mark.parametrize(("answer", "status"), [(NetworkDown(), None), (Reply(503), 503)])
def test_during_an_outage_an_expired_session_is_not_said_to_be_signed_out(
    signed_in, answer, status
):
    signed_in.backend.always[REFRESH] = answer
    signed_in.expire()
    with pytest.raises(SignOutFailed) as raised:
        signed_in.tab.call("sign_out")
    assert raised.value.status == status
    assert (signed_in.actions, signed_in.signed_in) == ([], True)


# ---- local_on_error: signed out here, with any answer of the backend ----

AWAY = {"down": NetworkDown(), "slow": TimedOut(), "broken": Reply(500), "wrong": Reply(404)}


@pytest.fixture(params=AWAY)
def away(request):
    return AWAY[request.param]


@pytest.mark.parametrize("expired", [False, True])
def test_the_session_ends_here_when_the_backend_is_away(signed_in, away, expired):
    signed_in.backend.always.update({SIGN_OUT: away, REFRESH: away})
    if expired:
        signed_in.expire()
    context = {"from": "menu"}
    assert signed_in.tab.call("sign_out", local_on_error=True, user_context=context) is False
    assert signed_in.tab.events == [{"action": "SIGN_OUT", "user_context": context}]
    assert set(signed_in.browser.cookies) == {"st-last-access-token-update"}


def test_the_result_says_whether_the_backend_has_confirmed_it(signed_in):
    assert signed_in.tab.call("sign_out", local_on_error=True) is True
    assert signed_in.actions == ["SIGN_OUT"]
    assert not signed_in.backend.sessions[0].alive
    assert signed_in.tab.call("sign_out", local_on_error=True) is True  # nothing left to confirm


def test_a_refused_sign_out_that_cannot_refresh_ends_it_here_too(signed_in):
    signed_in.backend.always.update({SIGN_OUT: Reply(401), REFRESH: NetworkDown()})
    assert signed_in.tab.call("sign_out", local_on_error=True) is False
    assert signed_in.actions == ["SIGN_OUT"]
    assert not signed_in.signed_in


def test_a_session_that_was_ended_here_stays_so_though_its_cookies_are_there(signed_in):
    signed_in.backend.always[SIGN_OUT] = NetworkDown()
    signed_in.tab.call("sign_out", local_on_error=True)
    for tab in (signed_in.tab, signed_in.open_tab()):  # also after a reload
        assert tab.call("does_session_exist") is False
        assert tab.call("get_session_status")["status"] == "NONE"
        assert tab.call("attempt_refresh") is False
        assert tab.call("ensure_fresh") is False
        tab.fetch("/items")
        signed_in.expire()
        assert tab.fetch("/items").status == 401
    assert signed_in.refreshes == 0
    assert "SESSION_CREATED" not in signed_in.actions
    assert signed_in.backend.sessions[0].alive


def test_a_visitor_who_may_have_a_session_can_be_signed_out_here(world):
    world.backend.always[REFRESH] = NetworkDown()
    assert world.tab.call("sign_out", local_on_error=True) is False
    world.backend.always.clear()
    assert world.tab.call("get_session_status")["status"] == "NONE"
    assert world.refreshes == 1


def test_a_refresh_on_its_way_does_not_undo_a_sign_out_here(signed_in):
    def late(request):
        assert signed_in.tab.call("sign_out", local_on_error=True) is False
        return signed_in.backend.honest(request)

    signed_in.backend.always[SIGN_OUT] = NetworkDown()
    signed_in.backend.answers[REFRESH] = [late]
    assert signed_in.tab.call("attempt_refresh") is False
    assert not signed_in.signed_in


@pytest.mark.parametrize("local_on_error", [False, True])
def test_a_backend_that_refuses_a_local_sign_out_is_obeyed(signed_in, local_on_error):
    text = '{"status":"GENERAL_ERROR","message":"Not today."}'
    signed_in.backend.answers[SIGN_OUT] = [Reply(200, text=text)]
    with pytest.raises(GeneralError):
        signed_in.tab.call("sign_out", local_on_error=local_on_error)
    assert signed_in.signed_in


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"status":"GENERAL_ERROR","message":"Not today."}', "Not today."),
        ('{"status":"GENERAL_ERROR"}', "No error message was given."),
    ],
)
def test_a_general_error_is_raised_with_its_message(signed_in, text, message):
    signed_in.backend.answers[SIGN_OUT] = [Reply(200, text=text)]
    with pytest.raises(GeneralError) as raised:
        signed_in.tab.call("sign_out")
    assert raised.value.message == message


@pytest.mark.parametrize("text", ["", "OK", "[]", '{"status":"OK"}', "null", "[" * 100_000])
def test_any_other_body_of_a_sign_out_is_fine(signed_in, text):
    signed_in.backend.answers[SIGN_OUT] = [Reply(200, REMOVED, text)]
    signed_in.tab.call("sign_out")
    assert signed_in.actions == ["SIGN_OUT"]
    assert signed_in.tab.warnings == []
