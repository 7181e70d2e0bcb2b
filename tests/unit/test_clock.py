"""The clock, which corrects the client's with the times in tokens."""

import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supertokens_pyodide._browser.adapters import ReportedProvider
from supertokens_pyodide._core.environment.clock import THRESHOLD, Clock

NOW = 1_700_000_000_000
HOURS = 3_600_000


def clock(stored=None, now=NOW):
    made = Clock(stored)
    made.client_now = now
    return made


def test_a_clock_without_skew_is_the_clients():
    assert clock().now() == NOW


@pytest.mark.parametrize("error", [2 * HOURS, -2 * HOURS, THRESHOLD, -THRESHOLD, 365 * 24 * HOURS])
def test_a_token_corrects_a_wrong_clock(error):
    wrong = clock(now=NOW + error)
    assert wrong.learn({"iat": NOW / 1000}) == str(-error)
    assert wrong.now() == NOW


@pytest.mark.parametrize("error", [0, 1, THRESHOLD - 1, 1 - THRESHOLD])
def test_a_small_difference_is_none(error):
    slow = clock(now=NOW + error)
    slow.learn({"iat": NOW / 1000})
    assert slow.now() == NOW + error


def test_the_skew_of_the_last_token_counts():
    made = clock(now=NOW + 2 * HOURS)
    made.learn({"iat": NOW / 1000})
    made.client_now = NOW
    made.learn({"iat": NOW / 1000})
    assert made.now() == NOW


@pytest.mark.parametrize(
    ("stored", "skew"),
    [
        (None, 0),
        ("", 0),
        ("0", 0),
        ("7200000", 2 * HOURS),
        ("-7200000", -2 * HOURS),
        ("6999", 0),
        ("7000", 7000),
        ("null", 0),
        ("NaN", 0),
        ("Infinity", 0),
        ("1.5", 0),
        ("9" * 400, 0),
        ("9" * 5000, 0),
    ],
)
def test_a_stored_skew_is_taken_over_if_it_can_be_one(stored, skew):
    assert clock(stored).now() == NOW + skew


@given(st.integers(-(10**12), 10**12))
def test_a_stored_skew_means_the_same_as_when_it_was_learnt(issued_at):
    first = clock()
    assert clock(first.learn({"iat": issued_at})).now() == first.now()


@pytest.mark.parametrize(
    "issued_at",
    [None, "1700000000", True, [], {}, math.nan, math.inf, -math.inf, 1e300, 10**400, -(10**400)],
)
def test_an_odd_iat_means_no_skew(issued_at):
    made = clock("7200000")
    assert made.learn({"iat": issued_at}) == "0"
    assert made.now() == NOW


@given(st.text() | st.none(), st.floats() | st.integers() | st.text() | st.booleans())
def test_the_clock_has_a_time_for_every_token(stored, issued_at):
    made = clock(stored)
    assert math.isfinite(made.now())
    assert int(made.learn({"iat": issued_at})) is not None
    assert math.isfinite(made.now())


def test_the_calculation_of_the_skew_can_be_replaced():
    made = Clock()
    made.calculate_skew = lambda payload: payload["ahead"]
    made.client_now = NOW
    assert made.learn({"ahead": 60_000}) == "60000"
    assert made.now() == NOW + 60_000


@pytest.mark.parametrize("now", [None, "noon", object()], ids=lambda value: type(value).__name__)
def test_a_date_provider_that_gives_no_number_is_reported_and_not_used(now, caplog):
    given = SimpleNamespace(
        now=lambda: now,
        get_threshold_in_seconds=lambda: None,
        set_client_clock_skew_in_millis=lambda skew: None,
        get_client_clock_skew_in_millis=lambda: 0,
    )
    provider = ReportedProvider(given)
    assert provider.now() > NOW
    assert provider.get_threshold_in_seconds() == THRESHOLD / 1000
    assert caplog.text.count("date_provider failed") == 2
