"""A page that is configured for the other mode than the session which it finds."""

import pytest
from supertokens_pyodide.testing import Reply

from tests.unit.backend import REFRESH

OTHER = {"cookie": "header", "header": "cookie"}
BEARERS = {"st-access-token", "st-refresh-token"}


@pytest.fixture(params=[False, True], ids=["plain", "behind a proxy that drops empty headers"])
def switched(signed_in, request):
    """Alice is signed in; from now on pages are configured for the other mode."""
    if request.param:
        honest = signed_in.backend

        def behind_a_proxy(sent):
            response = honest(sent)
            return Reply(
                response.status, {n: t for n, t in response.headers.items() if t}, response.text
            )

        signed_in.browser.backend = behind_a_proxy
    reopen(signed_in, OTHER[signed_in.mode])
    return signed_in


def reopen(world, mode):
    """Load the page again, which is configured for this mode."""
    world.tab.client.close()
    world.options["token_transfer_method"] = mode
    world.tab = world.open_tab()


def test_a_session_continues_in_the_mode_that_it_was_made_in(switched):
    kept = set(switched.browser.cookies)
    for _ in range(2):
        assert switched.tab.fetch("/items").text == "alice"
        switched.expire()
    assert switched.refreshes == 1
    assert switched.tab.call("does_session_exist")
    assert switched.backend.thefts == 0
    assert set(switched.browser.cookies) == kept


def test_its_requests_show_what_the_page_is_configured_for(switched):
    switched.expire()
    switched.tab.fetch("/items")
    modes = {request.headers["st-auth-mode"] for request in switched.browser.requests}
    assert modes == {OTHER[switched.mode]}


def test_it_can_be_signed_out(switched):
    switched.tab.call("sign_out")
    assert switched.actions == ["SIGN_OUT"]
    assert set(switched.browser.cookies) == {"st-last-access-token-update"}
    assert not any(session.alive for session in switched.backend.sessions)


def test_it_is_ended_by_a_refused_refresh(switched):
    switched.backend.revoke_all()
    switched.expire()
    assert switched.tab.fetch("/items").status == 401
    assert set(switched.browser.cookies) == {"st-last-access-token-update"}
    assert not switched.tab.call("does_session_exist")


def test_requests_are_made_as_the_user_who_signed_in_last(switched):
    switched.sign_in("bob")
    assert switched.tab.fetch("/items").text == "bob"
    assert switched.tab.call("get_user_id") == "bob"
    switched.expire()
    assert switched.tab.fetch("/items").text == "bob"
    assert switched.refreshes == 1
    assert switched.backend.thefts == 0


def test_nothing_is_kept_of_the_session_before(switched):
    before = switched.browser.cookies
    switched.sign_in("bob")
    after = switched.browser.cookies
    assert not {n: t for n, t in after.items() if before.get(n) == t}
    assert (after.keys() >= BEARERS) is (switched.mode == "cookie")


def test_and_back_again(switched):
    switched.sign_in("bob")
    reopen(switched, switched.mode)
    assert switched.tab.fetch("/items").text == "bob"
    switched.sign_in("carol")
    switched.expire()
    assert switched.tab.fetch("/items").text == "carol"
    assert switched.sent(REFRESH)
    assert switched.backend.thefts == 0
