"""The session's state at one instant, and the whole table of what follows from two of them."""

import pytest
from supertokens_pyodide._core.config.options import Page, read_config
from supertokens_pyodide._core.environment.cookies import Cookies
from supertokens_pyodide._core.state.snapshot import (
    ABSENT,
    UNKNOWN,
    Present,
    decide,
    take_snapshot,
)

CONFIG = read_config({"api_domain": "https://api.example.com"}, Page("app.example.com", True))
GIVE_UP, RETRY, REFRESH = "give up", "retry", "refresh"
OLD, NEW = Present("1"), Present("2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", UNKNOWN),
        ("sFrontToken=f", UNKNOWN),
        ("st-last-access-token-update=1", ABSENT),
        ("st-last-access-token-update=", UNKNOWN),
        ("sFrontToken=f; st-last-access-token-update=1", Present("1")),
        ("sFrontToken=; st-last-access-token-update=1", Present("1")),
        ("st-access-token=a; st-refresh-token=r; sAntiCsrf=c", UNKNOWN),
    ],
)
def test_a_snapshot_needs_front_token_and_update_mark(text, expected):
    cookies = Cookies(CONFIG)
    cookies.load(text)
    assert take_snapshot(cookies) == expected


@pytest.mark.parametrize(
    ("before", "now", "decision"),
    [
        (OLD, OLD, REFRESH),
        (OLD, NEW, RETRY),
        (NEW, OLD, RETRY),
        (OLD, ABSENT, GIVE_UP),
        (OLD, UNKNOWN, REFRESH),
        (ABSENT, OLD, RETRY),
        (ABSENT, ABSENT, GIVE_UP),
        (ABSENT, UNKNOWN, REFRESH),
        (UNKNOWN, OLD, RETRY),
        (UNKNOWN, ABSENT, GIVE_UP),
        (UNKNOWN, UNKNOWN, REFRESH),
    ],
)
def test_what_a_refused_request_does_follows_from_the_state_before_and_now(before, now, decision):
    assert decide(before, now) == decision
