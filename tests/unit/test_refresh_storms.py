"""A refresh that has failed is not made again at once: a backend in trouble gets a rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supertokens_pyodide._core.environment.clock import Clock
from supertokens_pyodide._core.refresh.cooldown import LONGEST_ASKED, Cooldown, read_retry_after
from supertokens_pyodide.errors import FrontTokenMissing, RefreshUnavailable, SignOutFailed
from supertokens_pyodide.testing import NetworkDown, Reply, TimedOut

from tests.unit.backend import PUBLIC, REFRESH, SIGN_OUT

START = 1_700_000_000_000  # Tue, 14 Nov 2023 22:13:20 GMT
OUTAGES = [NetworkDown(), TimedOut(), Reply(429), Reply(500), Reply(503), Reply(200)]


def in_outage(world, answer=None):
    """The token has expired, and the one refresh that was made has failed."""
    world.backend.always[REFRESH] = answer or Reply(503)
    world.expire()
    world.tab.call("does_session_exist")
    world.forget()
    return world


def made_after(world, milliseconds):
    """How many refresh calls are made by a request after some time."""
    world.pass_time(milliseconds)
    world.forget()
    with pytest.raises(RefreshUnavailable):
        world.tab.call("attempt_refresh")
    return world.refreshes


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_request_after_a_failed_refresh_gets_that_failure(signed_in, outage):
    in_outage(signed_in, outage)
    tab = signed_in.tab
    for call in signed_in.fetch_in_parallel(10):
        with pytest.raises(RefreshUnavailable) as raised:
            call.result()
        assert raised.value.status == (outage.status if isinstance(outage, Reply) else None)
        assert raised.value.hint
    assert tab.call("does_session_exist") is False
    assert tab.call("get_session_status")["status"] == "UNKNOWN"
    with pytest.raises(RefreshUnavailable):
        tab.call("get_access_token_payload")
    assert signed_in.refreshes == 0
    assert len(signed_in.sent("/items")) == 10  # they themselves go out
    assert (signed_in.actions, signed_in.signed_in) == ([], True)


def test_the_failure_keeps_its_kind(signed_in):
    in_outage(signed_in, Reply(200))
    with pytest.raises(FrontTokenMissing, match="no usable front-token"):
        signed_in.tab.fetch("/items")


def test_each_gets_an_error_of_their_own(signed_in):
    in_outage(signed_in)
    errors = []
    for _ in range(2):
        with pytest.raises(RefreshUnavailable) as raised:
            signed_in.tab.fetch("/items")
        errors.append(raised.value)
    assert errors[0] is not errors[1]


def test_requests_that_need_no_refresh_are_none_the_worse(signed_in):
    in_outage(signed_in)
    assert signed_in.tab.fetch(PUBLIC).status == 200
    assert signed_in.tab.fetch("/items", method="POST", one_shot=True).status == 401
    assert signed_in.refreshes == 0


def test_the_rest_doubles_from_one_second_to_ten(signed_in):
    in_outage(signed_in)
    for rest in (1_000, 2_000, 4_000, 8_000, 10_000, 10_000):
        assert made_after(signed_in, rest - 1) == 0
        assert made_after(signed_in, 1) == 1


def test_a_refresh_that_succeeds_ends_the_trouble(signed_in):
    in_outage(signed_in)
    assert made_after(signed_in, 1_000) == 1
    del signed_in.backend.always[REFRESH]
    signed_in.pass_time(2_000)
    assert signed_in.tab.fetch("/items").status == 200
    in_outage(signed_in)
    assert made_after(signed_in, 999) == 0
    assert made_after(signed_in, 1) == 1


def test_a_session_that_has_ended_ends_the_trouble(signed_in):
    in_outage(signed_in)
    signed_in.pass_time(1_000)
    signed_in.backend.always[REFRESH] = Reply(401)
    assert signed_in.tab.fetch("/items").status == 401
    assert signed_in.actions == ["UNAUTHORISED"]
    signed_in.sign_in()
    in_outage(signed_in)
    assert made_after(signed_in, 1_000) == 1


def test_a_sign_in_meanwhile_does_not_have_to_wait(signed_in):
    in_outage(signed_in)
    del signed_in.backend.always[REFRESH]
    signed_in.sign_in("bob")
    signed_in.backend.answers["/items"] = [Reply(401)]
    assert signed_in.tab.fetch("/items").text == "bob"
    assert signed_in.refreshes == 1


def test_a_tab_uses_what_another_has_refreshed_meanwhile(signed_in):
    in_outage(signed_in)
    del signed_in.backend.always[REFRESH]
    assert signed_in.open_tab().fetch("/items").status == 200
    assert signed_in.tab.fetch("/items").status == 200
    assert signed_in.refreshes == 1


def test_signing_out_fails_without_another_call(signed_in):
    in_outage(signed_in, Reply(503))
    with pytest.raises(SignOutFailed) as raised:
        signed_in.tab.call("sign_out")
    assert raised.value.status == 503
    assert signed_in.browser.requests == []


def test_it_is_tried_again_though_the_clients_clock_was_set_back(signed_in):
    in_outage(signed_in)
    signed_in.browser.now -= 3_600_000
    assert made_after(signed_in, 0) == 1


def test_a_visitor_gets_the_outage_with_one_probe(world):
    world.backend.always[REFRESH] = Reply(503)
    for _ in range(2):
        with pytest.raises(RefreshUnavailable):
            world.tab.fetch("/items")
    assert world.refreshes == 1


# ---- Retry-After ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("30", 30_000),
        (" 30 ", 30_000),
        ("1", 1_000),
        ("0", 1_000),
        ("-30", 1_000),
        ("1.5", 1_000),
        ("soon", 1_000),
        ("", 1_000),
        ("\u0663", 1_000),
        ("999999999999999999999", LONGEST_ASKED),
        ("86400", LONGEST_ASKED),
    ],
)
def test_a_backend_that_asks_for_a_rest_gets_it(signed_in, status, text, rest):
    in_outage(signed_in, Reply(status, {"retry-after": text}))
    assert made_after(signed_in, rest - 1) == 0
    assert made_after(signed_in, 1) == 1


@pytest.mark.parametrize("error", [0, 7_200_000, -7_200_000])
def test_it_may_name_the_time_by_its_own_clock(new_world, mode, error):
    world = new_world(mode, clock_error=error)
    world.sign_in()
    world.backend.always[REFRESH] = Reply(
        429, {"retry-after": "Tue, 14 Nov 2023 22:15:00 GMT", "access-control-allow-origin": "*"}
    )
    world.expire()
    world.tab.call("does_session_exist")
    rest = START + 100_000 - world.backend.now
    assert 10_000 < rest < 100_000
    assert made_after(world, rest - 1) == 0
    assert made_after(world, 1) == 1


def test_a_short_rest_does_not_undo_what_repeated_failures_have_taught(signed_in):
    in_outage(signed_in, Reply(429, {"retry-after": "1"}))
    assert made_after(signed_in, 1_000) == 1
    assert made_after(signed_in, 1_000) == 0
    assert made_after(signed_in, 1_000) == 1


def test_retry_after_on_another_response_means_nothing_to_the_session(signed_in):
    signed_in.backend.answers["/items"] = [Reply(503, {"retry-after": "60"})]
    assert signed_in.tab.fetch("/items").status == 503
    signed_in.expire()
    assert signed_in.tab.fetch("/items").status == 200


def test_a_sign_out_that_is_to_be_tried_later_fails_like_any_other(signed_in):
    signed_in.backend.always[SIGN_OUT] = Reply(429, {"retry-after": "60"})
    with pytest.raises(SignOutFailed):
        signed_in.tab.call("sign_out")
    assert signed_in.signed_in


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"))
def test_every_cooldown_ends(text):
    clock = Clock()
    clock.client_now = START
    cooldown = Cooldown(clock)
    cooldown.begin("state", retry_after=text)
    assert cooldown.lasts("state")
    assert not cooldown.lasts("another")
    clock.client_now += LONGEST_ASKED
    assert not cooldown.lasts("state")


def test_a_date_is_read_as_the_backend_means_it():
    assert read_retry_after("Tue, 14 Nov 2023 22:13:21 GMT", START) == 1_000
    assert read_retry_after("Tue, 14 Nov 2023 22:13:20 GMT", START) == 0
    assert read_retry_after("Tue, 14 Nov 2023 22:13:20", START) == 0
