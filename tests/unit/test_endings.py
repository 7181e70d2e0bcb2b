"""No response makes the session older: caches, late responses and the cookies that they set."""

import json

import pytest
from supertokens_pyodide._core.state.endings import Ending, ending_of, time_of, write_mark
from supertokens_pyodide._core.state.tokens import read_front_token
from supertokens_pyodide.testing import NetworkDown, Reply, write_front_token

from tests.unit.backend import REFRESH, SIGN_IN, SIGN_OUT

SETTINGS = "/settings"


@pytest.fixture
def cached(signed_in):
    """Alice's /settings has answered with tokens, and a cache has kept that response."""
    backend = signed_in.backend
    backend.answers[SETTINGS] = [
        lambda request: Reply(200, backend.tokens(backend.sessions[0], signed_in.mode))
    ]
    backend.always[SETTINGS] = kept = signed_in.tab.fetch(SETTINGS)
    assert kept.headers["front-token"] == signed_in.browser.cookies["sFrontToken"]
    signed_in.pass_time(2_000)
    signed_in.forget()
    return signed_in


def seen(world):
    """What the browser keeps of the session."""
    return {n: t for n, t in world.browser.cookies.items() if n != "st-last-access-token-update"}


def test_a_response_from_a_cache_does_not_undo_a_refresh(cached):
    cached.tab.call("attempt_refresh")
    kept = seen(cached)
    assert cached.tab.fetch(SETTINGS).status == 200
    assert seen(cached) == kept
    cached.tab.fetch(SETTINGS)
    assert ["no-store" in warning for warning in cached.tab.warnings] == [True]
    assert cached.actions[-1] == "REFRESH_SESSION"
    assert cached.tab.fetch("/items").text == "alice"
    assert cached.refreshes == 1


def test_a_response_from_a_cache_does_not_bring_back_the_user_before(cached):
    cached.sign_in("bob")
    kept = seen(cached)
    cached.tab.fetch(SETTINGS)
    assert seen(cached) == kept
    assert cached.tab.call("get_user_id") == "bob"
    cached.expire()
    assert cached.tab.fetch("/items").text == "bob"
    assert cached.backend.thefts == 0


@pytest.mark.parametrize("where", ["this tab", "another tab", "a page loaded later"])
def test_a_response_from_a_cache_does_not_bring_back_a_session_that_was_signed_out(cached, where):
    other = cached.open_tab()
    cached.tab.call("sign_out")
    tab = {"this tab": cached.tab, "another tab": other}.get(where) or cached.open_tab()
    cached.forget()
    tab.fetch(SETTINGS)
    assert seen(cached) == {}
    assert tab.call("get_session_status")["status"] == "NONE"
    assert [event["action"] for event in tab.events] == []
    assert cached.sent(SIGN_OUT) == []


def test_after_another_users_end_a_cache_does_not_bring_back_the_first_user(cached):
    cached.sign_in("bob")
    cached.tab.call("sign_out")
    page = cached.open_tab()
    page.fetch(SETTINGS)
    assert page.call("does_session_exist") is False


def test_who_signs_in_within_the_second_of_a_sign_out_is_signed_in(signed_in):
    signed_in.tab.call("sign_out")
    signed_in.sign_in("bob")
    assert signed_in.open_tab().call("get_user_id") == "bob"


def test_two_tokens_of_one_second_are_not_older_than_each_other(signed_in):
    backend = signed_in.backend
    tokens = [backend.tokens(backend.sessions[0], signed_in.mode) for _ in range(2)]
    for one in reversed(tokens):
        backend.answers[SETTINGS] = [Reply(200, one)]
        signed_in.tab.fetch(SETTINGS)
        assert signed_in.browser.cookies["sFrontToken"] == one["front-token"]


def test_tokens_that_do_not_say_when_they_were_issued_go_by_their_expiry(new_world):
    world = new_world()
    world.backend.claims |= {"iat": None}
    world.sign_in()
    old = Reply(200, {"front-token": world.browser.cookies["sFrontToken"]})
    world.pass_time(2_000)
    world.tab.call("attempt_refresh")
    kept = world.browser.cookies["sFrontToken"]
    world.backend.answers[SETTINGS] = [old]
    world.tab.fetch(SETTINGS)
    assert world.browser.cookies["sFrontToken"] == kept


@pytest.mark.parametrize("way", ["sign out", "revoked", "local"])
def test_a_new_session_can_begin_after_any_end(signed_in, way):
    if way == "sign out":
        signed_in.tab.call("sign_out")
    elif way == "revoked":
        signed_in.backend.revoke_all()
        signed_in.expire()
        signed_in.tab.fetch("/items")
    else:
        signed_in.backend.always[SIGN_OUT] = NetworkDown()
        signed_in.tab.call("sign_out", local_on_error=True)
    assert not signed_in.signed_in
    signed_in.pass_time(1_000)
    signed_in.sign_in("bob")
    assert signed_in.tab.fetch("/items").text == "bob"


# ---- responses of requests that were sent in another state ----


def answered_late(world, response, then):
    """Fetch something that is answered only when ``then`` has happened."""

    def answer(request):
        then()
        return response() if callable(response) else response

    world.backend.answers["/slow"] = [answer]
    return world.tab.fetch("/slow")


def test_who_signs_in_while_a_visitors_request_is_refused_stays_signed_in(world):
    world.learn_that_no_user_is_signed_in()
    refused = Reply(401, {"front-token": "remove"})
    answered_late(world, refused, lambda: world.sign_in("bob"))
    assert world.tab.call("get_user_id") == "bob"
    assert "SIGN_OUT" not in world.actions


def slow_tokens(world):
    """Tokens that the backend makes for a slow request, which it has begun before the sign-out."""
    tokens = world.backend.tokens(world.backend.sessions[0], world.mode)
    access = world.backend.jar.get("access")
    return Reply(200, tokens), access


def test_after_a_dropped_response_the_sign_out_is_called_again_for_its_cookies(signed_in):
    backend = signed_in.backend
    late, access = slow_tokens(signed_in)

    def then():
        signed_in.tab.call("sign_out")

    def set_cookies_again():
        if signed_in.mode == "cookie":
            backend.jar["access"] = access
        return late

    answered_late(signed_in, set_cookies_again, then)
    assert signed_in.tab.call("get_session_status")["status"] == "NONE"
    calls = signed_in.sent(SIGN_OUT)
    assert len(calls) == (2 if signed_in.mode == "cookie" else 1)
    assert backend.jar == {}
    assert signed_in.tab.fetch("/items").status == 401
    if signed_in.mode == "cookie":
        assert calls[1].headers["anti-csrf"] == late.headers["anti-csrf"]


def test_after_a_dropped_response_the_session_that_is_there_is_refreshed(signed_in):
    backend = signed_in.backend
    late, access = slow_tokens(signed_in)

    def set_cookies_again():
        if signed_in.mode == "cookie":
            backend.jar["access"] = access
        return late

    answered_late(signed_in, set_cookies_again, lambda: signed_in.sign_in("bob"))
    assert signed_in.refreshes == (1 if signed_in.mode == "cookie" else 0)
    assert signed_in.tab.call("get_user_id") == "bob"
    assert signed_in.tab.fetch("/items").text == "bob"


def overtaken(world, url):
    """Let the next refresh be answered after another tab's request, which was made before."""
    world.sign_in()
    other = world.open_tab()
    request = other.begin_fetch(url, method="POST")

    def answer(refresh):
        refreshed = world.backend.honest(refresh)
        other.run(request)
        return refreshed

    world.backend.answers[REFRESH] = [answer]
    world.expire()


def test_a_refresh_that_another_tabs_sign_out_overtakes_leaves_no_cookies(new_world):
    world = new_world("cookie")
    world.backend.always[SIGN_OUT] = Reply(200, {"front-token": "remove"})
    overtaken(world, SIGN_OUT)
    assert world.tab.call("does_session_exist") is False
    assert [request.path for request in world.browser.requests] == [REFRESH, SIGN_OUT, SIGN_OUT]
    assert world.browser.locks == {}


def test_a_refresh_that_a_sign_in_overtakes_is_made_again_for_the_new_session(new_world):
    world = new_world("cookie")
    overtaken(world, f"{SIGN_IN}?user=bob")
    assert world.tab.fetch("/items").text == "bob"
    assert world.refreshes == 2
    assert world.tab.call("get_user_id") == "bob"


def test_a_refresh_whose_session_gets_a_new_payload_meanwhile_counts(signed_in):
    backend = signed_in.backend

    def answer(request):
        refreshed = backend.honest(request)
        payload = json.loads(json.dumps(signed_in.tab.client.session._state.front_token().payload))
        update = write_front_token("alice", backend.now + 1_000, {**payload, "note": 1})
        backend.answers[SETTINGS] = [Reply(200, {"front-token": update})]
        signed_in.tab.fetch(SETTINGS)
        return refreshed

    backend.answers[REFRESH] = [answer]
    signed_in.tab.call("attempt_refresh")
    assert signed_in.browser.cookies["sFrontToken"] != ""
    signed_in.expire()
    assert signed_in.tab.fetch("/items").text == "alice"
    assert backend.thefts == 0
    assert signed_in.refreshes == 2


def test_cookies_that_the_browser_has_lost_meanwhile_end_no_session(signed_in):
    tokens, _ = slow_tokens(signed_in)
    response = answered_late(signed_in, tokens, signed_in.browser.clear_cookies)
    assert response.status == 200
    assert signed_in.sent(SIGN_OUT) == []
    assert signed_in.tab.call("get_user_id") == "alice"
    assert signed_in.tab.fetch("/items").text == "alice"


def test_cookies_that_the_browser_has_lost_during_a_refresh_end_no_session(signed_in):
    backend = signed_in.backend

    def answer(request):
        signed_in.browser.clear_cookies()
        return backend.honest(request)

    signed_in.expire()
    backend.answers[REFRESH] = [answer]
    assert signed_in.tab.fetch("/items").text == "alice"
    assert signed_in.sent(SIGN_OUT) == []
    assert signed_in.refreshes == 1


@pytest.mark.parametrize("since", ["is there", "was signed out"])
def test_after_a_sign_in_that_another_one_has_overtaken_the_cookies_are_those_of_one_session(
    new_world, since
):
    world = new_world("cookie")
    world.learn_that_no_user_is_signed_in()
    backend = world.backend

    def overtaken(request):
        slow = backend.honest(request)
        jar = dict(backend.jar)
        world.pass_time(2_000)
        world.sign_in("bob")
        if since == "was signed out":
            world.tab.call("sign_out")
        backend.jar = jar  # its cookies come last
        return slow

    backend.answers[SIGN_IN] = [overtaken]
    world.tab.fetch(f"{SIGN_IN}?user=alice", method="POST")
    if world.tab.call("does_session_exist"):
        assert world.tab.fetch("/items").text == world.tab.call("get_user_id")
    else:
        assert world.tab.fetch("/items").status == 401


# ---- the mark ----


def test_a_mark_says_which_session_ended():
    token = read_front_token(write_front_token("u", 2_000, {"iat": 1.5, "sessionHandle": "a"}))
    mark = write_mark(5, Ending.of(token))
    assert ending_of(mark) == Ending.of(token)
    assert time_of(mark) == time_of(write_mark(5, None)) == 5
    assert ending_of(write_mark(5, None)) is None


@pytest.mark.parametrize(
    "mark", [None, "", "x", "1-", "1-2", "1-2-xyz", "-1-2-", "9" * 17, "\u0661"]
)
def test_a_mark_of_another_form_says_nothing(mark):
    assert (time_of(mark), ending_of(mark)) == (None, None)


@pytest.mark.parametrize(
    ("payload", "is_covered"),
    [
        ({"iat": 10, "sessionHandle": "a"}, True),
        ({"iat": 99, "sessionHandle": "a"}, True),
        ({"iat": 9, "sessionHandle": "b"}, True),
        ({"iat": 10, "sessionHandle": "b"}, False),
        ({"iat": 11, "sessionHandle": "b"}, False),
        ({"sessionHandle": "b"}, False),
        ({"iat": 10}, False),
        ({}, False),
    ],
)
def test_an_end_covers_its_session_and_what_was_issued_before(payload, is_covered):
    ended = read_front_token(write_front_token("u", 1, {"iat": 10, "sessionHandle": "a"}))
    assert Ending.of(ended).covers(read_front_token(write_front_token("u", 1, payload))) is (
        is_covered
    )


def test_who_was_signed_in_before_1970_can_sign_in_again():
    ended = read_front_token(write_front_token("u", 1, {"iat": -9, "sessionHandle": "a"}))
    again = read_front_token(write_front_token("u", 1, {"iat": -5, "sessionHandle": "b"}))
    assert not Ending.of(ended).covers(again)
