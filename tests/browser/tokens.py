"""Access tokens that live for a moment, made so that even a slow machine sees them end.

A token that has expired on its way to the page counts as valid there, since the clock may be wrong.
So each of these has arrived alive; where one has not, the next lives longer.
"""

import json
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext

from tests.browser.demo import LONG, REFRESH, Demo


@dataclass(frozen=True)
class Token:
    """The times of an access token, in milliseconds since the epoch."""

    ends: float
    arrived: float


def front_token_of(context: BrowserContext) -> Any:
    """The browser's front token, decoded; raises ValueError without a good one."""
    [text] = [c["value"] for c in context.cookies() if c["name"] == "sFrontToken"]
    return json.loads(b64decode(text))


def token_of(context: BrowserContext) -> Token:
    """The times in the token of the browser's cookies."""
    marks = [c["value"] for c in context.cookies() if c["name"] == "st-last-access-token-update"]
    return Token(front_token_of(context)["ate"], float(marks[0]))


def get_short_token(demo: Demo, refresh: Callable[[], Token]) -> Token:
    """Have ``refresh`` get a token that lives for a moment: for a second, or what it needs."""
    seconds = 1
    while True:
        demo.set_token_life(seconds)
        token = refresh()
        if token.arrived < token.ends:
            demo.set_token_life(LONG)
            return token
        seconds *= 2


def wait_for_end_of(*tokens: Token) -> None:
    """Wait until these tokens have expired."""
    time.sleep(max(0, max(token.ends for token in tokens) / 1000 - time.time()) + 0.01)


def let_shown_token_expire(
    demo: Demo,
    context: BrowserContext,
    refresh: Callable[[], object],
    has_expired: Callable[[], bool],
    pause: Callable[[], object],
    seconds: int = 1,
) -> None:
    """Have a page that shows its token get a short one, and wait until it shows that it is over.

    A page that is notified of a new token may read it, and refresh if it has expired by then. On a
    machine so slow each new token lives longer than the last.
    """
    mark, refreshes = demo.mark(), 0
    demo.set_token_life(seconds)
    refresh()
    while True:
        before, refreshes = refreshes, demo.count(mark, REFRESH, 200)
        if before and refreshes > before:
            seconds *= 2
            demo.set_token_life(seconds)
        if refreshes and has_expired():
            token = token_of(context)
            if token.arrived < token.ends:
                break
            seconds *= 2
            demo.set_token_life(seconds)
            refresh()
        pause()
    demo.set_token_life(LONG)
