"""What an intercepted request carries, and what its caller gets, while all is well."""

import pytest
from supertokens_pyodide.testing import NetworkDown, Reply

from tests.unit.backend import REFRESH, SIGN_IN


def test_signing_in_creates_a_session(world):
    response = world.tab.fetch(SIGN_IN, method="POST")
    assert response.status == 200
    assert world.actions == ["SESSION_CREATED"]
    assert world.signed_in
    assert world.tab.call("does_session_exist")
    assert world.tab.fetch("/items").text == "alice"


def test_what_is_kept_of_a_session_depends_on_the_mode(signed_in):
    common = {"sFrontToken", "st-last-access-token-update", "st-access-token"}
    own = {"cookie": {"sAntiCsrf"}, "header": {"st-refresh-token"}}
    assert set(signed_in.browser.cookies) == common | own[signed_in.mode]


def test_a_request_carries_exactly_the_sessions_headers(signed_in):
    signed_in.tab.fetch("/items", {"Accept": "text/plain"})
    (request,) = signed_in.browser.requests
    cookies = signed_in.browser.cookies
    if signed_in.mode == "cookie":
        own = {"anti-csrf": cookies["sAntiCsrf"]}
    else:
        own = {"authorization": f"Bearer {cookies['st-access-token']}"}
    assert request.headers == {
        "accept": "text/plain",
        "rid": "anti-csrf",
        "st-auth-mode": signed_in.mode,
        **own,
    }
    assert request.credentials == "include"


def test_a_visitors_request_carries_no_tokens(world):
    world.learn_that_no_user_is_signed_in()
    world.tab.fetch("/public")
    (request,) = world.browser.requests
    assert request.headers == {"rid": "anti-csrf", "st-auth-mode": world.mode}


def test_credentials_are_left_alone_if_the_page_says_so(new_world, mode):
    world = new_world(mode, auto_add_credentials=False)
    world.tab.fetch("/public")
    assert world.sent("/public")[0].credentials is None


@pytest.mark.parametrize("name", ["rid", "RID"])
def test_the_callers_own_rid_is_respected(signed_in, name):
    signed_in.tab.fetch("/items", {name: "emailpassword"})
    assert signed_in.browser.requests[0].headers["rid"] == "emailpassword"


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
def test_the_callers_own_authorization_is_respected(signed_in, name):
    signed_in.tab.fetch("/public", {name: "Basic xyz"})
    assert signed_in.browser.requests[0].headers["authorization"] == "Basic xyz"


def test_our_access_token_given_by_the_caller_is_replaced_by_the_next_one(new_world):
    world = new_world("header")
    world.sign_in()
    ours = f"Bearer {world.browser.cookies['st-access-token']}"
    world.backend.refuse_access_tokens()
    assert world.tab.fetch("/items", {"Authorization": ours}).text == "alice"
    first, second = world.sent("/items")
    assert first.headers["authorization"] == ours
    assert second.headers["authorization"] != ours


def test_an_exposed_access_token_given_by_the_caller_is_the_callers(new_world):
    world = new_world("cookie")
    world.sign_in()
    exposed = f"Bearer {world.browser.cookies['st-access-token']}"
    world.tab.fetch("/items", {"Authorization": exposed})
    assert world.browser.requests[0].headers["authorization"] == exposed


def test_an_exposed_access_token_is_not_sent_as_a_header(new_world):
    world = new_world("cookie")
    world.sign_in()
    world.tab.fetch("/items")
    assert "authorization" not in world.browser.requests[0].headers


def test_a_request_that_fails_gives_its_caller_the_failure_itself(signed_in):
    failure = NetworkDown("cable pulled")
    signed_in.backend.answers["/items"] = [failure]
    with pytest.raises(NetworkDown) as raised:
        signed_in.tab.fetch("/items")
    assert raised.value is failure
    assert len(signed_in.tab.client.session.flows) == 0
    assert signed_in.tab.fetch("/items").status == 200


@pytest.mark.parametrize("status", [200, 204, 302, 400, 403, 404, 429, 500, 503])
def test_any_response_but_a_refusal_goes_to_the_caller_as_it_is(signed_in, status):
    response = Reply(status, text="as it is")
    signed_in.backend.answers["/items"] = [response]
    assert signed_in.tab.fetch("/items") is response
    assert signed_in.refreshes == 0
    assert signed_in.actions == []


def test_a_response_without_our_headers_writes_nothing(signed_in):
    before = signed_in.browser.cookie_string()
    signed_in.tab.fetch("/items")
    assert signed_in.browser.cookie_string() == before


@pytest.mark.parametrize("token", ["next-anti-csrf", ""])
def test_an_anti_csrf_token_is_taken_from_any_response(signed_in, token):
    signed_in.backend.answers["/items"] = [Reply(200, {"anti-csrf": token})]
    signed_in.tab.fetch("/items")
    assert signed_in.browser.cookies.get("sAntiCsrf", "") == token
    signed_in.tab.fetch("/items")
    assert signed_in.browser.requests[-1].headers.get("anti-csrf", "") == token


def test_an_anti_csrf_token_without_a_session_is_not_kept(world):
    world.learn_that_no_user_is_signed_in()
    world.backend.answers["/items"] = [Reply(200, {"anti-csrf": "stray"})]
    world.tab.fetch("/items")
    assert "sAntiCsrf" not in world.browser.cookies


@pytest.mark.parametrize("header", ["st-access-token", "st-refresh-token"])
def test_a_bearer_token_is_stored_or_cleared_as_a_response_says(signed_in, header):
    signed_in.backend.answers["/items"] = [Reply(200, {header: "next"}), Reply(200, {header: ""})]
    signed_in.tab.fetch("/items")
    assert signed_in.browser.cookies[header] == "next"
    signed_in.tab.fetch("/items")
    assert header not in signed_in.browser.cookies


def test_a_status_of_the_backends_own_means_expired(new_world, mode):
    world = new_world(mode, session_expired_status_code=440)
    world.sign_in()
    world.backend.answers["/items"] = [Reply(440), Reply(401)]
    assert world.tab.fetch("/items").status == 401
    assert world.refreshes == 1


def test_requests_of_other_paths_do_not_wait_for_a_refresh(signed_in):
    signed_in.backend.refuse_access_tokens()
    slow = signed_in.tab.begin_fetch("/items")
    signed_in.tab.turn()  # it is refused now, and waits for the refresh
    quick = signed_in.tab.begin_fetch("/public")
    while not quick.ended:
        signed_in.tab.turn()
    assert signed_in.sent(REFRESH) == [] or not slow.ended
    assert quick.result().status == 200
    assert signed_in.tab.run(slow).status == 200
