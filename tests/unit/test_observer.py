"""What other tabs have done: one event, in every tab but the one that did it."""

import json

import pytest
from supertokens_pyodide._core.config.options import Page, read_config
from supertokens_pyodide._core.session.session import Session
from supertokens_pyodide._core.state.observer import what_happened
from supertokens_pyodide._core.state.tokens import read_front_token
from supertokens_pyodide._core.wire.port import Port
from supertokens_pyodide.testing import NetworkDown, Reply, write_front_token

from tests.unit.backend import PUBLIC, SIGN_OUT


def token(user="alice", expires=1_000, handle="h1", **payload):
    return write_front_token(user, expires, {"sessionHandle": handle, **payload})


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (None, token(), "SESSION_CREATED"),
        (token(), None, "SIGN_OUT"),
        ("damaged", None, "SIGN_OUT"),
        (token(), token(user="bob", handle="h2"), "USER_CHANGED"),
        (token(), token(user="bob"), "USER_CHANGED"),
        (token(), token(handle="h2"), "SESSION_CREATED"),
        (token(), token(expires=2_000), "REFRESH_SESSION"),
        (token(), token(expires=2_000, role="admin"), "REFRESH_SESSION"),
        (token(refreshTokenHash1="a"), token(refreshTokenHash1="b"), "REFRESH_SESSION"),
        (
            token(refreshTokenHash1="a"),
            token(refreshTokenHash1="a", expires=2_000),
            "ACCESS_TOKEN_PAYLOAD_UPDATED",
        ),
        (token(), token(role="admin"), "ACCESS_TOKEN_PAYLOAD_UPDATED"),
        (token(handle=None), token(handle=None, expires=2_000), "REFRESH_SESSION"),
        (token(), "damaged", None),
        ("damaged", token(), None),
    ],
)
def test_two_front_tokens_show_what_happened_between_them(before, after, action):
    assert what_happened(before, after) == action


@pytest.fixture
def other(signed_in):
    return signed_in.open_tab()


def received(tab):
    """The events of a tab, and that they all are of another."""
    assert all(event["other_tab"] is True for event in tab.events)
    return [event["action"] for event in tab.events]


def sign_out_elsewhere(world, tab):
    tab.call("sign_out")


def sign_out_here_only(world, tab):
    world.backend.answers[SIGN_OUT] = [NetworkDown()]
    tab.call("sign_out", local_on_error=True)


def refresh(world, tab):
    world.pass_time(1_000)
    tab.call("attempt_refresh")


def change_payload(world, tab):
    session = world.backend.sessions[-1]
    world.backend.claims["role"] = "admin"
    answer = Reply(200, world.backend.tokens(session, world.mode))
    world.backend.answers["/items"] = [answer]
    tab.fetch("/items")


def revoke(world, tab):
    world.backend.revoke_all()
    world.expire()
    tab.fetch("/items")


@pytest.mark.parametrize(
    ("deed", "action"),
    [
        (sign_out_elsewhere, "SIGN_OUT"),
        (sign_out_here_only, "SIGN_OUT"),
        (revoke, "SIGN_OUT"),
        (refresh, "REFRESH_SESSION"),
        (change_payload, "ACCESS_TOKEN_PAYLOAD_UPDATED"),
    ],
)
def test_each_change_is_one_event_in_each_other_tab(signed_in, other, deed, action):
    third = signed_in.open_tab()
    signed_in.forget()
    signed_in.tab.call("does_session_exist")
    requests = len(signed_in.browser.requests)
    deed(signed_in, other)
    made = len(signed_in.browser.requests) - requests
    assert received(signed_in.tab) == received(third) == [action]
    for tab in (signed_in.tab, other, third):
        tab.look()
        tab.call("get_session_status")
    assert received(signed_in.tab) == received(third) == [action]
    assert not any(event.get("other_tab") for event in other.events)
    assert len(signed_in.browser.requests) - requests == made


def test_a_sign_in_in_another_tab_is_an_event(world):
    other = world.open_tab()
    world.learn_that_no_user_is_signed_in()
    other.fetch("/auth/signin?user=alice", method="POST")
    assert received(world.tab) == ["SESSION_CREATED"]
    assert [event["action"] for event in other.events] == ["SESSION_CREATED"]
    assert world.tab.call("get_user_id") == "alice"


@pytest.mark.parametrize(
    ("user", "action"), [("bob", "USER_CHANGED"), ("alice", "SESSION_CREATED")]
)
def test_another_session_in_place_of_the_previous_one_is_an_event(new_world, mode, user, action):
    world = new_world(mode)
    world.backend.claims["sessionHandle"] = "first"
    world.sign_in()
    other = world.open_tab()
    world.backend.claims["sessionHandle"] = "second"
    other.fetch(f"/auth/signin?user={user}", method="POST")
    assert received(world.tab) == [action]
    assert world.tab.call("get_user_id") == user


def test_a_page_that_opens_gets_no_events_about_an_existing_session(signed_in):
    assert signed_in.open_tab().events == []


def test_a_change_that_a_call_finds_is_reported_with_it(signed_in, other):
    signed_in.browser.tabs.remove(signed_in.tab)  # it is not notified
    refresh(signed_in, other)
    assert signed_in.actions == []
    signed_in.tab.fetch("/items")
    assert received(signed_in.tab) == ["REFRESH_SESSION"]
    signed_in.browser.tabs.append(signed_in.tab)
    signed_in.tab.look()
    assert received(signed_in.tab) == ["REFRESH_SESSION"]


def test_handlers_get_an_event_for_another_users_session(signed_in, other):
    seen = []
    signed_in.tab.client.on("USER_CHANGED", seen.append)
    other.fetch("/auth/signin?user=bob", method="POST")
    assert seen == [{"action": "USER_CHANGED", "user_context": {}, "other_tab": True}]


def test_a_closed_page_gets_no_events(signed_in, other):
    signed_in.tab.client.close()
    other.call("sign_out")
    assert signed_in.actions == []


def test_a_browser_that_loses_its_cookies_is_no_sign_out(signed_in, other):
    signed_in.browser.clear_cookies()
    signed_in.tab.look()
    assert signed_in.actions == []


def test_a_front_token_that_was_not_kept_is_no_deed_of_another_tab(signed_in):
    kept = signed_in.browser.cookies["sFrontToken"]
    write = signed_in.browser.set_cookie

    def full(text):
        write(f"sFrontToken={kept}" if text.startswith("sFrontToken=") else text)

    signed_in.browser.set_cookie = full
    signed_in.tab.call("attempt_refresh")
    signed_in.forget()
    signed_in.tab.look()
    assert signed_in.actions == []


def test_a_tab_in_the_middle_of_its_writes_is_waited_for(signed_in):
    """Every cookie is written by itself, the mark of the update first."""
    now = read_front_token(signed_in.browser.cookies["sFrontToken"])
    new = write_front_token("alice", now.expires_at + 1_000, now.payload)
    signed_in.browser.set_cookie("st-last-access-token-update=1700000009999")
    signed_in.tab.look()
    assert signed_in.actions == []
    signed_in.browser.set_cookie(f"sFrontToken={new}")
    signed_in.tab.look()
    assert received(signed_in.tab) == ["REFRESH_SESSION"]


def test_a_damaged_front_token_is_no_deed(signed_in):
    signed_in.browser.set_cookie("st-last-access-token-update=1700000009999")
    signed_in.browser.set_cookie("sFrontToken=damaged")
    signed_in.tab.look()
    assert signed_in.actions == []


def test_messages_to_other_tabs_contain_nothing_of_a_session(signed_in, other):
    signed_in.expire()
    other.fetch("/items")
    other.fetch("/auth/signin?user=bob", method="POST")
    other.call("sign_out")
    keys = {key for event in signed_in.tab.events for key in event}
    assert keys == {"action", "user_context", "other_tab"}
    assert all(event["user_context"] == {} for event in signed_in.tab.events)


def test_visitors_send_each_other_nothing(world):
    other = world.open_tab()
    other.fetch(PUBLIC)
    assert world.actions == []


NOW = 1_700_000_000_000


@pytest.mark.parametrize("times", [1, 2, 3])
def test_exchanges_that_began_before_the_core_are_no_news(times):
    def cookies(user):
        front_token = token(user, NOW + 60_000)
        return f"sFrontToken={front_token}; st-last-access-token-update={NOW}"

    def events(step):
        return [event["action"] for event in json.loads(step).get("events", [])]

    page = Page("app.example.com", secure=True)
    port = Port(Session(read_config({"api_domain": "https://api.example.com"}, page)))
    assert events(port.call("get_user_id", "", cookies("alice"), NOW)) == []
    for earlier in range(times, 0, -1):
        step = port.exchange("", False, cookies(f"user {earlier}"), NOW - earlier)
        assert events(step) == []
    assert events(port.call("get_user_id", "", cookies("alice"), NOW + 1)) == []
    assert events(port.call("get_user_id", "", cookies("bob"), NOW + 2)) == ["USER_CHANGED"]
