"""What an SDK lets the world see, without what differs from one session to the next."""

import json
import re
import time
from base64 import b64decode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Request

SESSION_HEADERS = ("anti-csrf", "authorization", "fdi-version", "rid", "st-auth-mode")
# A front token that is none.
DAMAGED = "damaged"


@dataclass
class Reported:
    """All that a scenario lets the world see of an SDK."""

    #: What the script returned.
    result: Any
    sent: list[str]
    arrived: list[str]
    events: list[Any]
    #: The browser's, in the end.
    cookies: dict[str, Any]
    #: The entries of localStorage, in the end.
    storage: dict[str, str]


def certain(events: list[Any], payload_changes: bool) -> list[Any]:
    """The events without payload updates, but for the first where the payload surely changes.

    A token that falls into another second than the last has another payload: that is chance.
    """
    updates = [event for event in events if event.get("action") == "ACCESS_TOKEN_PAYLOAD_UPDATED"]
    chance = updates[1:] if payload_changes else updates
    return [event for event in events if not any(event is other for other in chance)]


def sent(request: Request) -> str:
    """What a page sent, with the values of the session's headers."""
    url = urlsplit(request.url)
    headers = request.headers
    values = [
        f"{name}={_value(name, headers[name])}" for name in SESSION_HEADERS if name in headers
    ]
    where = url._replace(scheme="", netloc=url.hostname or "").geturl()
    return " ".join([request.method, where, *values])


def _value(name: str, text: str) -> str:
    if name == "anti-csrf":
        return "..."
    if name != "authorization":
        return text
    if re.match("Bearer ey[^.]+[.]", text):
        return "access-token"
    return text if text == "Bearer own" else "refresh-token"


def arrived(entry: dict[str, Any]) -> str:
    """What the backend got, with the names of headers and cookies, and answered."""
    names = [*entry["headers"], "|", *entry["cookies"]]
    return " ".join([str(entry["status"]), entry["method"], entry["path"], *names])


def had_the_same_cookies(entries: list[dict[str, Any]]) -> bool:
    """Whether all requests for one path got to the backend with the same cookies."""
    found = {(entry["path"], *sorted(entry["cookies"])) for entry in entries}
    return len(found) == len({path for path, *_ in found})


def kept(cookie: Any) -> dict[str, Any]:
    """A cookie as the browser keeps it."""
    days = round((cookie["expires"] - time.time()) / 86_400)
    return {
        **{name: cookie[name] for name in ("domain", "path", "sameSite", "secure", "httpOnly")},
        "days": days,
        "value": _cookie_value(cookie["name"], cookie["value"]),
    }


def _cookie_value(name: str, value: str) -> Any:
    if name == "sFrontToken" and value != DAMAGED:
        token = json.loads(b64decode(value))
        payload = token["up"]
        minutes = round((token["ate"] / 1000 - payload["iat"]) / 60)
        return {"names": sorted(token), "payload": sorted(payload), "minutes": minutes}
    if name == "st-last-access-token-update":
        value = value.partition("-")[0]  # ours says more at a session's end
    return value if value == DAMAGED else "a number" if value.isdigit() else bool(value)


def is_small_skew(key: str, text: str) -> bool:
    """Whether this says that the clock is right, for which the entry may as well be missing."""
    return key == "__st_clockSkewInMillis" and abs(int(text)) < 7_000
