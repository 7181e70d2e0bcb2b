"""Bodies that can be sent only once, and clients whose clock is wrong."""

import pytest
from supertokens_pyodide.testing import NetworkDown, Reply

from tests.unit.backend import PUBLIC, REFRESH

HOURS = 3_600_000


def upload(world, path="/items"):
    return world.tab.fetch(path, method="POST", one_shot=True)


def test_a_one_shot_body_is_sent_at_once_while_the_token_is_valid(signed_in):
    assert upload(signed_in).status == 200
    assert len(signed_in.browser.requests) == 1


def test_the_session_is_refreshed_ahead_of_a_one_shot_body(signed_in):
    signed_in.expire()
    assert upload(signed_in).status == 200
    assert [request.path for request in signed_in.browser.requests] == [REFRESH, "/items"]


def test_a_one_shot_body_is_never_sent_twice(signed_in):
    refusal = Reply(401)
    signed_in.backend.always["/items"] = refusal
    assert upload(signed_in) is refusal
    assert len(signed_in.sent("/items")) == 1
    assert signed_in.signed_in


def test_the_next_one_goes_out_with_other_tokens(signed_in):
    signed_in.backend.answers["/items"] = [Reply(401)]
    assert upload(signed_in).status == 401
    assert upload(signed_in).status == 200
    assert [request.path for request in signed_in.browser.requests] == ["/items", REFRESH, "/items"]


def test_one_that_is_refused_after_a_refresh_makes_no_other(signed_in):
    signed_in.backend.always["/items"] = Reply(401)
    signed_in.expire()
    assert upload(signed_in).status == 401
    assert [request.path for request in signed_in.browser.requests] == [REFRESH, "/items"]


@pytest.mark.parametrize("limit", [0, 3])
def test_a_limit_of_refreshes_does_not_change_that(new_world, mode, limit):
    world = new_world(mode, max_retry_attempts_for_session_refresh=limit)
    world.sign_in()
    world.backend.always["/items"] = Reply(401)
    assert upload(world).status == 401
    assert len(world.sent("/items")) == 1


@pytest.mark.parametrize(
    ("answer", "kept"), [(NetworkDown(), True), (Reply(503), True), (Reply(401), False)]
)
def test_a_one_shot_body_is_sent_even_if_the_refresh_before_it_fails(signed_in, answer, kept):
    signed_in.backend.answers[REFRESH] = [answer]
    signed_in.expire()
    signed_in.backend.jar.clear()
    assert upload(signed_in).status == 401
    assert len(signed_in.sent("/items")) == 1
    assert signed_in.refreshes == 1
    assert signed_in.signed_in is kept


def test_an_unreadable_front_token_counts_as_expired_ahead_of_a_one_shot_body(signed_in):
    signed_in.browser.set_cookie("sFrontToken=malformed")
    signed_in.tab = signed_in.open_tab()
    assert upload(signed_in).status == 200
    assert [request.path for request in signed_in.browser.requests] == [REFRESH, "/items"]


def test_a_visitors_one_shot_body_is_sent_once(world):
    assert upload(world, PUBLIC).status == 200
    assert world.refreshes == 1


@pytest.mark.parametrize("hours", [2, -2, 24 * 400])
def test_a_wrong_clock_neither_refreshes_too_often_nor_too_late(new_world, mode, hours):
    world = new_world(mode, clock_error=hours * HOURS)
    world.sign_in()
    for _ in range(2):
        assert world.tab.call("does_session_exist")
        assert world.tab.call("get_access_token_payload")["sub"] == "alice"
        assert upload(world).status == 200
    assert world.refreshes == 0
    world.expire()
    assert world.tab.call("does_session_exist")
    assert world.refreshes == 1


@pytest.mark.parametrize("hours", [2, -2])
def test_the_skew_is_kept_for_the_next_page(new_world, mode, hours):
    world = new_world(mode, clock_error=hours * HOURS)
    world.sign_in()
    assert world.browser.storage == {"__st_clockSkewInMillis": str(-hours * HOURS)}
    reloaded = world.open_tab()
    assert reloaded.call("does_session_exist")
    assert world.refreshes == 0
    world.expire()
    assert reloaded.call("does_session_exist")
    assert world.refreshes == 1


def test_a_refusal_overrides_what_the_clock_says(new_world, mode):
    world = new_world(mode)
    world.sign_in()
    world.browser.now -= 2 * HOURS
    world.backend.now += world.backend.lifetime + 1
    assert world.tab.call("does_session_exist")  # by its clock the token is valid
    assert world.tab.fetch("/items").status == 200
    assert world.refreshes == 1


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_is_set_right_while_signed_in_costs_one_refresh(new_world, mode, hours):
    world = new_world(mode, clock_error=hours * HOURS)
    world.sign_in()
    world.browser.now -= hours * HOURS
    world.expire()
    assert world.tab.fetch("/items").status == 200
    assert world.tab.call("does_session_exist")
    assert world.refreshes == 1
    assert world.browser.storage["__st_clockSkewInMillis"] == "0"
    world.expire()
    assert world.tab.call("does_session_exist")
    assert world.refreshes == 2


@pytest.mark.parametrize("hours", [2, -2])
def test_a_tab_that_has_not_seen_the_token_arrive_learns_the_skew_by_one_refresh(
    new_world, mode, hours
):
    world = new_world(mode, clock_error=hours * HOURS)
    other = world.open_tab()
    world.sign_in()
    world.expire()
    for _ in range(2):
        assert other.fetch("/items").status == 200
        assert other.call("does_session_exist")
    assert world.refreshes == 1
    assert world.backend.thefts == 0


@pytest.mark.parametrize("hours", [2, -2])
def test_a_token_without_iat_and_a_wrong_clock_make_no_storm(new_world, mode, hours):
    world = new_world(mode, clock_error=hours * HOURS)
    world.backend.claims = {"iat": None}
    world.sign_in()
    assert world.tab.call("get_access_token_payload")["sub"] == "alice"
    assert world.tab.call("does_session_exist")
    assert world.refreshes <= 2


@pytest.mark.parametrize("issued_at", [float("nan"), float("inf"), 10**400, "soon", -1])
def test_an_odd_iat_does_not_break_the_session(signed_in, issued_at):
    backend = signed_in.backend
    backend.answers["/items"] = [
        lambda request: Reply(200, backend.tokens(backend.sessions[0], signed_in.mode))
    ]
    signed_in.backend.claims = {"iat": issued_at}
    signed_in.expire()
    assert signed_in.tab.fetch("/items").status == 200
    assert signed_in.tab.fetch("/items").status == 200
    assert signed_in.tab.warnings == []


def test_our_expired_token_given_by_the_caller_goes_out_no_more_once_the_session_has_ended(
    new_world,
):
    world = new_world("header")
    world.sign_in()
    ours = f"Bearer {world.browser.cookies['st-access-token']}"
    world.backend.revoke_all()
    world.expire()
    world.tab.fetch("/items", {"Authorization": ours}, method="POST", one_shot=True)
    (request,) = world.sent("/items")
    assert "authorization" not in request.headers
