"""What can be asked of a session: whether it is there, its user, payload, token and tenant."""

import jwt
import pytest
from supertokens_pyodide.errors import (
    FrontTokenMissing,
    NoSession,
    RefreshUnavailable,
    SessionExpired,
)
from supertokens_pyodide.testing import NetworkDown, Reply, TimedOut, write_front_token

from tests.unit.backend import KEY, REFRESH

ACTIVE = {"status": "ACTIVE", "reason": None}
NONE = {"status": "NONE", "reason": None}


def test_a_signed_in_user_is_known(signed_in):
    tab = signed_in.tab
    assert tab.call("does_session_exist") is True
    assert tab.call("get_session_status") == ACTIVE
    assert tab.call("get_user_id") == "alice"
    assert tab.call("get_access_token_payload")["sub"] == "alice"
    assert tab.call("get_access_token") == signed_in.browser.cookies["st-access-token"]
    assert tab.call("get_tenant_id") == "acme"
    assert signed_in.browser.requests == []


def test_of_a_visitor_nothing_is_known(world):
    world.learn_that_no_user_is_signed_in()
    assert world.tab.call("does_session_exist") is False
    assert world.tab.call("get_session_status") == NONE
    assert world.tab.call("get_access_token") is None
    assert world.tab.call("attempt_refresh") is False
    for name in ("get_user_id", "get_access_token_payload", "get_tenant_id"):
        with pytest.raises(NoSession, match="No session exists"):
            world.tab.call(name)
    assert world.browser.requests == []


def test_the_first_question_of_a_visitor_probes_the_backend_once(world):
    assert world.tab.call("does_session_exist") is False
    assert world.tab.call("get_session_status") == NONE
    assert world.refreshes == 1


@pytest.mark.parametrize(
    "call",
    [
        "does_session_exist",
        "get_session_status",
        "get_access_token_payload",
        "get_access_token",
        "get_tenant_id",
    ],
)
def test_an_expired_token_is_refreshed_to_answer(signed_in, call):
    signed_in.expire()
    expected = {
        "does_session_exist": lambda value: value is True,
        "get_session_status": lambda value: value == ACTIVE,
        "get_access_token_payload": lambda value: value["exp"] * 1000 > signed_in.backend.now,
        "get_access_token": lambda value: value == signed_in.browser.cookies["st-access-token"],
        "get_tenant_id": lambda value: value == "acme",
    }[call]
    assert expected(signed_in.tab.call(call))
    assert signed_in.refreshes == 1


def test_the_user_id_is_read_without_a_refresh(signed_in):
    signed_in.expire()
    assert signed_in.tab.call("get_user_id") == "alice"
    assert signed_in.refreshes == 0


def test_when_the_session_has_ended_every_answer_says_so(signed_in):
    signed_in.backend.revoke_all()
    signed_in.expire()
    with pytest.raises(SessionExpired):
        signed_in.tab.call("get_access_token_payload")
    assert signed_in.actions == ["UNAUTHORISED"]
    assert signed_in.tab.call("get_session_status") == NONE
    with pytest.raises(NoSession):
        signed_in.tab.call("get_user_id")
    assert signed_in.refreshes == 1


@pytest.mark.parametrize(
    ("answer", "error", "reason"),
    [
        (NetworkDown(), RefreshUnavailable, "no response from the backend"),
        (TimedOut(), RefreshUnavailable, "no response within 10 seconds"),
        (Reply(503), RefreshUnavailable, "answered with 503"),
        (Reply(200), FrontTokenMissing, "no usable front-token"),
    ],
)
def test_during_an_outage_the_status_is_unknown_and_the_session_is_kept(
    signed_in, answer, error, reason
):
    signed_in.backend.always[REFRESH] = answer
    signed_in.expire()
    tab = signed_in.tab
    assert tab.call("does_session_exist") is False
    status = tab.call("get_session_status")
    assert status["status"] == "UNKNOWN"
    assert reason in status["reason"]
    assert tab.call("get_access_token") is None
    for name in ("get_access_token_payload", "get_tenant_id", "attempt_refresh"):
        with pytest.raises(error, match=reason) as raised:
            tab.call(name)
        assert raised.value.status == (answer.status if isinstance(answer, Reply) else None)
    assert tab.call("get_user_id") == "alice"
    assert (signed_in.actions, signed_in.signed_in) == ([], True)
    del signed_in.backend.always[REFRESH]
    signed_in.pass_time(1_000)
    assert tab.call("get_session_status") == ACTIVE


def test_a_refresh_can_be_attempted_at_any_time(signed_in):
    before = signed_in.browser.cookies
    assert signed_in.tab.call("attempt_refresh") is True
    assert signed_in.refreshes == 1
    assert signed_in.browser.cookies["sFrontToken"] != before["sFrontToken"]


def test_attempting_to_refresh_a_session_that_was_ended_is_false(signed_in):
    signed_in.backend.revoke_all()
    assert signed_in.tab.call("attempt_refresh") is False
    assert signed_in.actions == ["UNAUTHORISED"]


def test_an_access_token_that_is_not_exposed_is_none(new_world):
    world = new_world("cookie")
    world.backend.exposes_access_token = False
    world.sign_in()
    assert world.tab.call("does_session_exist")
    assert world.tab.call("get_access_token") is None


def test_the_payload_that_was_just_minted_is_given_even_if_it_looks_expired(signed_in):
    signed_in.backend.lifetime = -30_000
    signed_in.pass_time(120_000)
    payload = signed_in.tab.call("get_access_token_payload")
    assert payload["exp"] * 1000 < signed_in.backend.now
    assert signed_in.refreshes == 1


def test_a_session_that_ends_right_after_its_refresh_is_reported_as_ended(signed_in):
    signed_in.expire()
    tab = signed_in.tab
    call = tab.begin_call("get_access_token_payload")
    while "REFRESH_SESSION" not in signed_in.actions:
        tab.turn()
    signed_in.browser.set_cookie("sFrontToken=;expires=Thu, 01 Jan 1970 00:00:00 GMT")
    with pytest.raises(SessionExpired):
        tab.run(call)


@pytest.mark.parametrize(
    ("in_front_token", "in_access_token", "tenant"),
    [
        ({"tId": "acme"}, {"tId": "other"}, "acme"),
        ({}, {"tId": "acme"}, "acme"),
        ({}, {}, "public"),
        ({}, None, "public"),
        ({"tId": None}, {"tId": "acme"}, "acme"),
        ({"tId": 7}, {"tId": "acme"}, "public"),
        ({}, {"tId": ["acme"]}, "public"),
        ({}, "no json web token", "public"),
    ],
)
def test_the_tenant_is_read_from_front_token_then_access_token_then_public(
    signed_in, in_front_token, in_access_token, tenant
):
    expires = signed_in.backend.now + 1_000
    token = in_access_token
    if not isinstance(token, str):
        token = "" if token is None else jwt.encode(token, KEY)
    headers = {
        "front-token": write_front_token("alice", expires, in_front_token),
        "st-access-token": token,
    }
    signed_in.backend.answers["/items"] = [Reply(200, headers)]
    signed_in.tab.fetch("/items")
    assert signed_in.tab.call("get_tenant_id") == tenant
