"""An expired access token: refreshed once for all who need it, and the requests sent again."""

import pytest
from supertokens_pyodide.errors import RefreshLimitReached
from supertokens_pyodide.testing import Reply
from supertokens_pyodide.testing.matching import covers

from tests.unit.backend import API, REFRESH


@pytest.mark.parametrize("known", [True, False], ids=["known to have expired", "refused"])
def test_ten_parallel_requests_share_one_refresh(signed_in, known):
    if known:
        signed_in.expire()
    else:
        signed_in.backend.refuse_access_tokens()
    calls = signed_in.fetch_in_parallel(10)
    assert [call.result().text for call in calls] == ["alice"] * 10
    assert signed_in.refreshes == 1
    assert len(signed_in.sent("/items")) == (10 if known else 20)
    assert signed_in.actions.count("REFRESH_SESSION") == 1


def test_requests_and_calls_share_one_refresh(signed_in):
    signed_in.expire()
    fetch = signed_in.tab.begin_fetch("/items")
    names = ("does_session_exist", "attempt_refresh", "get_access_token", "get_session_status")
    calls = [signed_in.tab.begin_call(name) for name in names]
    signed_in.run_all()
    exists, refreshed, token, status = [call.result() for call in calls]
    assert (exists, refreshed, status["status"]) == (True, True, "ACTIVE")
    assert token == signed_in.browser.cookies["st-access-token"]
    assert fetch.result().status == 200
    assert signed_in.refreshes == 1


def test_apis_under_one_domain_share_the_session_and_its_refresh(new_world, mode):
    world = new_world(mode, session_token_backend_domain=".example.com")
    world.sign_in()
    hosts = ["api.example.com", "billing.example.com", "deep.api.example.com"]
    config = world.tab.client.config
    domains = config.api_domain, config.session_token_backend_domain
    assert all(covers(f"https://{host}/items", *domains) for host in hosts)
    world.expire()
    calls = [world.tab.begin_fetch(f"https://{host}/items") for host in hosts]
    world.run_all()
    assert [call.result().text for call in calls] == ["alice"] * 3
    (refresh,) = world.sent(REFRESH)
    assert refresh.url == API + REFRESH
    sent = world.sent("/items")[-3:]
    assert {request.url.split("/")[2] for request in sent} == set(hosts)
    header = {"cookie": "anti-csrf", "header": "authorization"}[mode]
    assert len({request.headers[header] for request in sent}) == 1


def test_each_expiry_takes_one_refresh(signed_in):
    for _ in range(3):
        signed_in.expire()
        signed_in.fetch_in_parallel(2)
    assert signed_in.refreshes == 3
    assert signed_in.backend.thefts == 0


def test_a_refresh_carries_exactly_its_headers(signed_in):
    cookies = signed_in.browser.cookies
    signed_in.expire()
    signed_in.tab.fetch("/items")
    (request,) = signed_in.sent(REFRESH)
    if signed_in.mode == "cookie":
        own = {"anti-csrf": cookies["sAntiCsrf"]}
    else:
        own = {"authorization": f"Bearer {cookies['st-refresh-token']}"}
    assert (request.method, request.url) == ("POST", API + REFRESH)
    assert request.headers == {
        "rid": "session",
        "fdi-version": "1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0,4.1,4.2",
        "st-auth-mode": signed_in.mode,
        **own,
    }
    assert request.credentials == "include"


def test_a_visitors_probe_carries_no_tokens(world):
    world.tab.fetch("/public")
    (request,) = world.sent(REFRESH)
    assert set(request.headers) == {"rid", "fdi-version", "st-auth-mode"}


def test_the_second_attempt_carries_the_new_tokens(signed_in):
    signed_in.backend.refuse_access_tokens()
    signed_in.tab.fetch("/items")
    first, second = signed_in.sent("/items")
    header = {"cookie": "anti-csrf", "header": "authorization"}[signed_in.mode]
    assert first.headers[header] != second.headers[header]


def test_an_endpoint_that_refuses_fresh_tokens_gets_one_refresh_and_the_caller_its_response(
    signed_in,
):
    refusal = Reply(401, text="never")
    signed_in.backend.always["/items"] = refusal
    assert signed_in.tab.fetch("/items") is refusal
    assert (signed_in.refreshes, len(signed_in.sent("/items"))) == (1, 2)
    assert signed_in.signed_in
    assert "UNAUTHORISED" not in signed_in.actions


def test_parallel_requests_to_such_an_endpoint_share_the_refresh_too(signed_in):
    signed_in.backend.always["/items"] = Reply(401)
    calls = signed_in.fetch_in_parallel(5)
    assert [call.result().status for call in calls] == [401] * 5
    assert signed_in.refreshes == 1


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_with_a_limit_that_many_refreshes_are_made_and_then_it_is_an_error(new_world, mode, limit):
    world = new_world(mode, max_retry_attempts_for_session_refresh=limit)
    world.sign_in()
    world.backend.always["/items"] = Reply(401)
    with pytest.raises(RefreshLimitReached, match=f"after {limit} refreshes") as raised:
        world.tab.fetch("/items")
    assert raised.value.code == "REFRESH_LIMIT_REACHED"
    assert world.refreshes == limit
    assert len(world.sent("/items")) == limit + 1
    assert world.signed_in


@pytest.mark.parametrize(("limit", "status"), [(1, None), (2, 200), (None, 401)])
def test_with_a_limit_a_late_success_counts(new_world, mode, limit, status):
    world = new_world(mode, max_retry_attempts_for_session_refresh=limit)
    world.sign_in()
    world.backend.answers["/items"] = [Reply(401), Reply(401)]
    if status is None:
        with pytest.raises(RefreshLimitReached):
            world.tab.fetch("/items")
    else:
        assert world.tab.fetch("/items").status == status


def test_a_limit_of_none_does_not_matter_if_nothing_is_refused(new_world, mode):
    world = new_world(mode, max_retry_attempts_for_session_refresh=0)
    world.sign_in()
    assert world.tab.fetch("/items").status == 200


def test_a_changed_payload_is_an_event(signed_in):
    signed_in.backend.claims = {"tId": "acme", "role": "admin"}
    signed_in.expire()
    signed_in.tab.fetch("/items")
    assert signed_in.actions == ["ACCESS_TOKEN_PAYLOAD_UPDATED", "REFRESH_SESSION"]
    assert signed_in.tab.call("get_access_token_payload")["role"] == "admin"


def test_a_payload_that_stays_the_same_is_no_event(signed_in):
    front_token = {"front-token": signed_in.browser.cookies["sFrontToken"]}
    signed_in.backend.answers["/items"] = [Reply(200, front_token)]
    before = signed_in.browser.cookies["st-last-access-token-update"]
    signed_in.tab.fetch("/items")
    assert signed_in.actions == []
    assert signed_in.browser.cookies["st-last-access-token-update"] != before


@pytest.mark.parametrize("mark", ["9" * 15, "9" * 40, "12 ", "x", "", "-5", "\u0663"])
def test_every_update_leaves_another_mark(signed_in, mark):
    cookies = signed_in.browser.cookies
    signed_in.browser.set_cookie(f"st-last-access-token-update={mark}")
    signed_in.backend.answers["/items"] = [Reply(200, {"front-token": cookies["sFrontToken"]})] * 2
    marks = [mark]
    for _ in range(2):
        signed_in.tab.fetch("/items")
        marks.append(signed_in.browser.cookies["st-last-access-token-update"])
    assert len(set(marks)) == 3


def test_old_versions_cookie_is_cleared_when_state_is_saved(signed_in):
    signed_in.browser.set_cookie("sIRTFrontend=old")
    signed_in.expire()
    signed_in.tab.fetch("/items")
    assert "sIRTFrontend" not in signed_in.browser.cookie_string()


def test_the_caller_that_triggered_a_refresh_may_go_away_while_others_wait(signed_in):
    signed_in.backend.refuse_access_tokens()
    tab = signed_in.tab
    calls = [tab.begin_fetch("/items") for _ in range(3)]
    for _ in calls:
        tab.turn()  # each is refused and waits; the first has started the refresh
    flows = tab.client.session.flows
    tab.client.port.cancel(min(flows._running))
    signed_in.run_all()
    assert [call.result().status for call in calls[1:]] == [200, 200]
    assert signed_in.refreshes == 1
    assert len(signed_in.sent("/items")) == 5
    assert len(flows) == 0


def test_refreshing_continues_when_all_callers_are_gone(signed_in):
    signed_in.expire()
    tab = signed_in.tab
    tab.begin_fetch("/items")
    tab.turn()
    tab.client.port.cancel(min(tab.client.session.flows._running))
    signed_in.run_all()
    assert signed_in.refreshes == 1
    assert signed_in.actions[-1] == "REFRESH_SESSION"
    assert tab.fetch("/items").status == 200
    assert signed_in.refreshes == 1
