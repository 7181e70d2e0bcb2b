"""A session that is kept elsewhere than in cookies, on a site that has one in cookies as well."""

import pytest
from supertokens_pyodide.errors import NoSession
from supertokens_pyodide.testing import Reply, Request

from tests.unit.backend import API, PUBLIC, REFRESH, SIGN_IN, SIGN_OUT


@pytest.fixture
def world(new_world):
    """No user is signed in, except a user of the site whose session is in cookies."""
    world = new_world("header", token_store="indexedDB")
    headers = {"st-auth-mode": "cookie"}
    world.backend(Request("POST", f"{API}{SIGN_IN}?user=bob", headers, "include"))
    assert world.backend.jar
    return world


def test_an_empty_store_is_no_session_and_sends_no_request(world):
    assert world.tab.call("does_session_exist") is False
    assert world.tab.call("get_session_status") == {"status": "NONE", "reason": None}
    assert world.tab.call("attempt_refresh") is False
    assert world.tab.call("sign_out") is True
    with pytest.raises(NoSession):
        world.tab.call("get_user_id")
    assert world.browser.requests == []
    assert world.browser.cookies == {}


def test_a_visitors_request_goes_out_at_once_and_its_401_is_the_callers(world):
    world.backend.always["/items"] = Reply(401)
    assert world.tab.fetch(PUBLIC).status == 200
    assert world.tab.fetch("/items").status == 401
    assert [request.path for request in world.browser.requests] == [PUBLIC, "/items"]


@pytest.mark.parametrize("exposed", [True, False])
def test_a_response_of_the_session_in_cookies_is_not_taken_for_ours(world, exposed):
    world.backend.exposes_access_token = exposed
    [bob] = world.backend.sessions
    world.backend.always["/items"] = lambda _: Reply(200, world.backend.tokens(bob, "cookie"))
    assert world.tab.fetch("/items").status == 200
    assert world.tab.call("does_session_exist") is False
    assert world.actions == []
    assert world.browser.cookies == {}


def test_the_calls_of_such_a_session_carry_no_cookies(world):
    world.sign_in("alice")
    world.expire()
    assert world.tab.fetch("/items").text == "alice"
    assert world.tab.call("sign_out") is True
    own = [each for each in world.browser.requests if each.path in (REFRESH, SIGN_OUT)]
    assert [(each.path, each.credentials) for each in own] == [
        (REFRESH, "omit"),
        (SIGN_OUT, "omit"),
    ]


def test_a_store_that_has_a_refresh_token_alone_is_asked_about(world):
    world.sign_in("alice")
    for name in ("sFrontToken", "st-last-access-token-update"):
        world.browser.set_cookie(f"{name}=;expires=Thu, 01 Jan 1970 00:00:00 GMT")
    assert world.tab.call("get_user_id") == "alice"
    assert world.refreshes == 1
