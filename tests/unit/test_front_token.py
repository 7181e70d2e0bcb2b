"""Front tokens that end a session, and unreadable front tokens."""

import pytest
from supertokens_pyodide.testing import NetworkDown, Reply, write_front_token

from tests.unit.backend import REFRESH, REMOVED


@pytest.mark.parametrize("headers", [REMOVED, {"front-token": "remove"}])
@pytest.mark.parametrize("status", [200, 204, 403, 500])
def test_a_removed_front_token_is_a_sign_out(signed_in, status, headers):
    signed_in.backend.answers["/items"] = [Reply(status, headers)]
    assert signed_in.tab.fetch("/items").status == status
    assert signed_in.actions == ["SIGN_OUT"]
    assert set(signed_in.browser.cookies) == {"st-last-access-token-update"}
    assert signed_in.refreshes == 0
    assert not signed_in.tab.call("does_session_exist")


def test_a_front_token_removed_with_a_refusal_ends_the_session(signed_in):
    signed_in.backend.answers["/items"] = [Reply(401, REMOVED)]
    assert signed_in.tab.fetch("/items").status == 401
    assert signed_in.actions[0] == "UNAUTHORISED"
    assert signed_in.tab.events[0]["session_expired_or_revoked"] is True
    assert set(signed_in.actions) == {"UNAUTHORISED"}
    assert signed_in.refreshes == 0
    assert not signed_in.signed_in


def test_removing_what_is_not_there_is_no_event(world):
    world.learn_that_no_user_is_signed_in()
    world.backend.answers["/items"] = [Reply(200, REMOVED)]
    world.tab.fetch("/items")
    assert world.actions == []


def test_a_refused_visitor_gets_an_event_that_there_was_no_session(world):
    world.learn_that_no_user_is_signed_in()
    assert world.tab.fetch("/items").status == 401
    assert world.actions == ["UNAUTHORISED"]
    assert world.tab.events[0]["session_expired_or_revoked"] is False
    assert world.refreshes == 0


@pytest.mark.parametrize("text", ["malformed", "e30=", "bnVsbA==", "%%%", ""])
def test_a_malformed_front_token_cookie_is_replaced_by_one_refresh(signed_in, text):
    find(signed_in, text)
    assert signed_in.tab.call("does_session_exist")
    assert signed_in.refreshes == 1
    assert signed_in.tab.call("get_user_id") == "alice"
    assert signed_in.refreshes == 1


def find(world, text):
    """Open a page that finds this front token."""
    world.browser.set_cookie(f"sFrontToken={text}")
    world.tab = world.open_tab()


ODD_NUMBERS = [float("nan"), float("inf"), -float("inf"), 1e300, 10**400, -(10**400)]


def short(value):
    return str(value)[:9]


def put_front_token(world, expires_at, payload):
    find(world, write_front_token("alice", expires_at, payload))


@pytest.mark.parametrize("expires_at", [*ODD_NUMBERS, None, "soon", True], ids=short)
def test_a_front_token_without_an_expiry_that_can_be_one_is_malformed(signed_in, expires_at):
    put_front_token(signed_in, expires_at, {"sub": "alice"})
    assert signed_in.tab.call("get_session_status")["status"] == "ACTIVE"
    assert signed_in.refreshes == 1
    assert signed_in.tab.warnings == []


@pytest.mark.parametrize("issued_at", [*ODD_NUMBERS, None, "soon", True, -1], ids=short)
@pytest.mark.parametrize("left", [10_000, 10_000.5, -10_000])
def test_a_front_token_whose_iat_is_odd_is_none_the_worse(signed_in, issued_at, left):
    put_front_token(signed_in, signed_in.browser.now + left, {"sub": "alice", "iat": issued_at})
    assert signed_in.tab.call("does_session_exist")
    assert signed_in.tab.call("ensure_fresh")
    assert signed_in.refreshes <= 1
    assert signed_in.tab.warnings == []


@pytest.mark.parametrize("text", ["W10=", "IiI=", "MQ==", "eyJ1aWQiOiAi/yJ9", "A", "A" * 10_001])
def test_other_things_than_front_tokens_are_malformed_as_well(signed_in, text):
    find(signed_in, text)
    assert signed_in.tab.call("get_user_id") == "alice"
    assert signed_in.refreshes == 1


@pytest.mark.parametrize(
    ("answer", "status"),
    [(Reply(401), "NONE"), (Reply(503), "UNKNOWN"), (NetworkDown(), "UNKNOWN")],
)
def test_a_malformed_front_token_never_makes_a_check_fail(signed_in, answer, status):
    signed_in.backend.always[REFRESH] = answer
    find(signed_in, "malformed")
    assert signed_in.tab.call("does_session_exist") is False
    assert signed_in.tab.call("get_session_status")["status"] == status
    assert signed_in.refreshes == 1
    assert "sFrontToken" not in signed_in.browser.cookies


@pytest.mark.parametrize("text", ["malformed", write_front_token("mallory", 1, {})])
def test_a_front_token_that_another_subdomain_sets_beside_ours_costs_one_refresh_a_page(
    signed_in, text
):
    find(signed_in, text)
    for _ in range(3):
        assert signed_in.tab.fetch("/items").status == 200
        signed_in.browser.set_cookie(f"sFrontToken={text}")  # it cannot be replaced
        assert signed_in.tab.call("get_user_id") == "alice"
    assert signed_in.refreshes == 1


def test_a_malformed_front_token_does_not_keep_a_request_from_being_made(signed_in):
    find(signed_in, "malformed")
    signed_in.backend.always[REFRESH] = NetworkDown()
    assert signed_in.tab.fetch("/items").status == 200


def test_a_malformed_front_token_is_replaced_by_the_next_one(signed_in):
    good = signed_in.browser.cookies["sFrontToken"]
    find(signed_in, "malformed")
    signed_in.backend.always[REFRESH] = NetworkDown()
    signed_in.backend.answers["/items"] = [Reply(200, {"front-token": good})]
    signed_in.tab.fetch("/items")
    assert signed_in.browser.cookies["sFrontToken"] == good
    assert signed_in.actions == []


def test_a_malformed_front_token_header_is_ignored_with_a_warning(signed_in):
    good = signed_in.browser.cookies["sFrontToken"]
    secret = "malformed-header-that-must-not-be-seen"
    signed_in.backend.secrets.append(secret)
    signed_in.backend.answers["/items"] = [Reply(200, {"front-token": secret})]
    assert signed_in.tab.fetch("/items").status == 200
    assert signed_in.browser.cookies["sFrontToken"] == good
    assert (signed_in.actions, len(signed_in.tab.warnings)) == ([], 1)
    assert "malformed front-token" in signed_in.tab.warnings[0]
