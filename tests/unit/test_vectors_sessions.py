"""A session takes the course that it takes with supertokens-website, cookie for cookie."""

from tests.unit.played import Played
from tests.unit.vectors import each_row, expected


@each_row("cookies")
def test_the_same_cookies_are_written(row):
    assert Played(row["given"]).browser.writes == expected("cookies", row)


@each_row("decisions")
def test_the_same_follows_from_the_state_before_and_in_the_lock(row):
    assert Played(row["given"]).seen(row["expected"]) == expected("decisions", row)


@each_row("events")
def test_the_same_events_are_fired(row):
    assert Played(row["given"]).seen(row["expected"]) == expected("events", row)


@each_row("headers")
def test_the_same_headers_are_sent(row):
    assert Played(row["given"]).requests == expected("headers", row)


@each_row("clock")
def test_a_wrong_clock_is_corrected_alike_and_a_token_expires_at_the_same_time(row):
    played = Played(row["given"])
    assert played.seen(row["expected"]) == expected("clock", row)
