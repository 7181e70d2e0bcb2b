"""Access tokens that expire before a request, on its way, or by a clock that is wrong."""

import pytest
from supertokens_pyodide.errors import RefreshUnavailable
from supertokens_pyodide.testing import NetworkDown, Reply

from tests.unit.backend import PUBLIC, REFRESH

HOUR = 3_600_000


@pytest.mark.parametrize("one_shot", [False, True])
def test_a_token_known_to_have_expired_is_not_sent(signed_in, one_shot):
    signed_in.expire()
    assert signed_in.tab.fetch("/items", one_shot=one_shot).text == "alice"
    assert [request.path for request in signed_in.browser.requests] == [REFRESH, "/items"]


def test_a_gateway_whose_refusal_no_page_can_read_hides_no_expiry(signed_in):
    def gateway(request):
        response = signed_in.backend.honest(request)
        if response.status == 401:
            raise NetworkDown
        return response

    signed_in.backend.always["/items"] = gateway
    for _ in range(3):
        signed_in.expire()
        assert signed_in.tab.fetch("/items").text == "alice"


@pytest.mark.parametrize("outage", [NetworkDown(), Reply(503)])
def test_during_an_outage_public_resources_are_answered(signed_in, outage):
    signed_in.backend.always[REFRESH] = outage
    signed_in.expire()
    assert signed_in.tab.fetch(PUBLIC).text == "for everybody"
    assert signed_in.refreshes == 1
    assert signed_in.signed_in


def test_during_an_outage_a_refused_request_has_the_reason(signed_in):
    signed_in.backend.always[REFRESH] = NetworkDown()
    signed_in.backend.jar.clear()
    signed_in.expire()
    with pytest.raises(RefreshUnavailable):
        signed_in.tab.fetch("/items")
    assert signed_in.refreshes == 1


def test_a_session_that_ends_ahead_of_a_request_ends_with_one_event(signed_in):
    signed_in.backend.revoke_all()
    signed_in.expire()
    assert signed_in.tab.fetch("/items").status == 401
    assert signed_in.actions == ["UNAUTHORISED"]
    assert signed_in.refreshes == 1
    assert signed_in.tab.fetch(PUBLIC).status == 200


def test_a_token_that_expired_on_its_way_is_refreshed_once_more(signed_in):
    backend = signed_in.backend

    def slow(request):
        signed_in.pass_time(backend.lifetime + 1_000)
        return backend.honest(request)

    backend.answers["/items"] = [slow, slow]
    assert signed_in.tab.fetch("/items").text == "alice"
    assert signed_in.refreshes == 2


def test_an_endpoint_that_is_always_slower_than_the_tokens_live_is_asked_a_few_times(signed_in):
    backend = signed_in.backend

    def slow(request):
        signed_in.pass_time(backend.lifetime + 1_000)
        return backend.honest(request)

    backend.always["/items"] = slow
    assert signed_in.tab.fetch("/items").status == 401
    assert 2 <= signed_in.refreshes <= 4
    assert signed_in.signed_in


@pytest.mark.parametrize("hours", [-2, 2])
@pytest.mark.parametrize("iat", [True, False])
def test_a_wrong_clock_leads_to_no_refresh_for_each_request(new_world, mode, hours, iat):
    world = new_world(mode, clock_error=hours * HOUR)
    if not iat:
        world.backend.claims |= {"iat": None}
    world.sign_in()
    for _ in range(5):
        assert world.tab.fetch("/items").text == "alice"
    assert world.refreshes == 0


def test_a_clock_that_is_set_meanwhile_leads_to_one_refresh(signed_in):
    signed_in.browser.now += 2 * HOUR
    for _ in range(5):
        assert signed_in.tab.fetch("/items").text == "alice"
    assert signed_in.refreshes == 1


def test_a_provider_of_a_wrong_time_leads_to_no_refresh_for_each_request(new_world, mode):
    class Provider:
        now = staticmethod(lambda: 9e14)
        get_threshold_in_seconds = staticmethod(lambda: 7)
        get_client_clock_skew_in_millis = staticmethod(lambda: 0)
        set_client_clock_skew_in_millis = staticmethod(lambda skew: None)

    world = new_world(mode, date_provider=Provider)
    world.sign_in()
    for _ in range(5):
        assert world.tab.fetch("/items").text == "alice"
    assert world.refreshes == 0


# ---- a page that sees a part of the session ----


@pytest.fixture
def plain_page(new_world):
    """An http page that finds the front token of a session in headers, and not its tokens."""
    world = new_world("header")
    world.sign_in()
    for name in ("st-access-token", "st-refresh-token"):
        world.browser.set_cookie(f"{name}=;expires=Thu, 01 Jan 1970 00:00:00 GMT")
    world.tab = world.open_tab(https=False)
    return world


@pytest.mark.parametrize("expired", [False, True])
def test_a_page_that_cannot_see_the_tokens_neither_refreshes_nor_ends_the_session(
    plain_page, expired
):
    if expired:
        plain_page.expire()
    kept = plain_page.browser.cookies
    assert plain_page.tab.fetch("/items").status == 401
    assert plain_page.tab.fetch(PUBLIC).status == 200
    assert plain_page.tab.call("does_session_exist") is False
    status = plain_page.tab.call("get_session_status")
    assert status["status"] == "UNKNOWN"
    assert "cannot see" in status["reason"]
    for name in ("get_user_id", "get_access_token_payload"):
        with pytest.raises(RefreshUnavailable, match="https"):
            plain_page.tab.call(name)
    assert plain_page.refreshes == 0
    assert plain_page.browser.cookies == kept
    assert plain_page.actions == []


# ---- cookies that other subdomains set ----


def test_a_sign_out_says_when_a_front_token_stays(signed_in):
    from supertokens_pyodide.errors import SignOutFailed

    token = signed_in.browser.cookies["sFrontToken"]
    remove = signed_in.browser.set_cookie

    def keep_the_parents(write):
        remove(write)
        if write.startswith("sFrontToken=;"):
            remove(f"sFrontToken={token};domain=.example.com")

    signed_in.browser.set_cookie = keep_the_parents
    with pytest.raises(SignOutFailed, match="front token") as raised:
        signed_in.tab.call("sign_out")
    assert "parent domain" in raised.value.hint
    assert not any(session.alive for session in signed_in.backend.sessions)
    for tab in (signed_in.tab, signed_in.open_tab()):
        assert tab.call("does_session_exist") is False


@pytest.mark.parametrize("name", ["sAntiCsrf", "st-access-token", "st-refresh-token"])
def test_a_cookie_that_no_header_can_carry_breaks_no_request(signed_in, name):
    signed_in.browser.set_cookie(f"{name}=caf\N{SNOWMAN}")
    signed_in.tab.fetch(PUBLIC)
    (request,) = signed_in.sent(PUBLIC)
    assert all(text.isascii() for text in request.headers.values())


@pytest.mark.parametrize("outage", [NetworkDown(), Reply(503), Reply(401)])
def test_a_session_that_begins_after_a_failed_refresh_is_used_for_a_refused_request(
    signed_in, outage
):
    backend, other = signed_in.backend, signed_in.open_tab()

    def refused_while_bob_signs_in(request):
        response = backend.honest(request)
        signed_in.sign_in("bob", tab=other)
        return response

    backend.answers[REFRESH] = [outage]
    backend.answers["/items"] = [refused_while_bob_signs_in]
    signed_in.expire()
    assert signed_in.tab.fetch("/items").text == "bob"


@pytest.mark.parametrize("way", ["two tabs", "a page for each request"])
@pytest.mark.parametrize("iat", [{}, {"iat": None}], ids=["iat", "no iat"])
def test_a_wrong_clock_leads_to_no_refresh_for_each_tab_or_page(new_world, mode, way, iat):
    world = new_world(mode, clock_error=HOUR)
    world.backend.claims |= iat
    tabs = [world.tab, world.open_tab()]
    world.sign_in()
    for count in range(6):
        world.pass_time(10)
        tab = tabs[count % 2] if way == "two tabs" else world.open_tab()
        assert tab.fetch("/items").text == "alice"
    assert world.refreshes == 0
    world.expire()
    for count in range(6):
        world.pass_time(10)
        tab = tabs[count % 2] if way == "two tabs" else world.open_tab()
        assert tab.fetch("/items").text == "alice"
    assert world.refreshes == 1
    assert world.backend.thefts == 0
