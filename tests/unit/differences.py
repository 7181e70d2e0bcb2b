"""Where we differ from supertokens-website on purpose: rows of its vectors, each with the reason.

A row that is listed here and does not differ any more fails its test.
"""

from __future__ import annotations

import re
from typing import Any

from tests.unit.vectors import Difference, Row, becomes

URLS = [
    Difference(
        "urls",
        ('apiDomain "HTTPS://api.example.com"',),
        "A scheme is one in any case; they read it as a host.",
        becomes("https://api.example.com"),
    ),
    Difference(
        "urls",
        (
            'apiDomain "htps:*"',
            'apiDomain "ftp:*"',
            'apiDomain "file:*"',
            'apiDomain "https:///path"',
            'apiBasePath "https://"',
            'sessionToken*Domain "ftp://*',
        ),
        "What is no http address is refused with a hint; they read its scheme as a host.",
        becomes(None),
    ),
    Difference(
        "urls",
        ('apiDomain "https://api..example.com"', 'apiDomain "http://."', '* "..example.com"'),
        "A host with an empty label cannot exist: a slip of the pen, so it is refused with a hint.",
        becomes(None),
    ),
    Difference(
        "urls",
        ('apiDomain "https://api.exa\\tmple.com"',),
        "A host that is broken by a tab is a mistake, so it is refused.",
        becomes(None),
    ),
    Difference(
        "urls",
        ('apiBasePath "/auth//"', 'apiBasePath "//"'),
        "No backend serves //session/refresh, so all slashes at the end go.",
        lambda theirs: theirs.rstrip("/"),
    ),
    Difference(
        "urls",
        ('apiBasePath "/au th"',),
        "A space within a path is a mistake, so it is refused.",
        becomes(None),
    ),
    Difference(
        "urls",
        ('apiBasePath "HTTPS://example.com/auth"', 'apiBasePath "example.com:8080/auth"'),
        "An address gives its path, with any case of its scheme and with a port, too.",
        becomes("/auth"),
    ),
    Difference(
        "urls",
        ('sessionTokenFrontendDomain " .example.com "*',),
        "Spaces around a domain do not take its leading dot; for a cookie it means the same.",
        becomes(".example.com"),
    ),
    Difference(
        "urls",
        (
            'sessionTokenFrontendDomain "other.example.com"*',
            'sessionTokenFrontendDomain ".other.net"*',
            'sessionTokenFrontendDomain "sub.app.example.com"*',
            'sessionTokenFrontendDomain "p.example.com"*',
        ),
        "Browsers drop every cookie for a domain that the page is not in: init() says so at once.",
        becomes(None),
    ),
]

INTERCEPTION = [
    Difference(
        "interception",
        ('*: "HTTPS://API.EXAMPLE.COM/items"',),
        "A scheme is one in any case; they read it as a host.",
        becomes(True),
    ),
    Difference(
        "interception",
        (
            'another host: "//api.example.com/items"',
            'an API elsewhere: "//api.example.com/items"',
        ),
        "An address without a scheme names its host; they take it for the page's own.",
        becomes(True),
    ),
    Difference(
        "interception",
        ('*: "http://api.example.com:3001/items?query#hash"',),
        "The API is on https: by plain http anyone on the way could read the tokens.",
        becomes(False),
    ),
    Difference(
        "interception",
        ('all of example.com: "//evil.net/items"',),
        "An address without a scheme names its host: they give the session to a stranger.",
        becomes(False),
    ),
    Difference(
        "interception",
        (
            'the same host: "../items"',
            'the same host: "*items.json"',
            'all of example.com, the page too: "../items"',
            'all of example.com, the page too: "*items.json"',
            'localhost: "items.json"',
            'all of localhost: "items.json"',
        ),
        "A relative address is the page's own, with a dot in it, too; they take it for a host.",
        becomes(True),
    ),
    Difference(
        "interception",
        ('another host: "api.example.com/items"',),
        "An address without a scheme is relative, so it goes to the page's own host.",
        becomes(False),
    ),
    Difference(
        "interception",
        (
            'the same host: "data:*"',
            'the same host: "blob:*"',
            'all of example.com, the page too: "data:*"',
            'all of example.com, the page too: "blob:*"',
        ),
        "What is no request to a backend needs no session.",
        becomes(False),
    ),
]

NEVER, PAST = "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"


def is_bearer(write: str) -> bool:
    return write.startswith(("st-access-token=", "st-refresh-token="))


def kept_for_ever(write: str) -> str:
    if not is_bearer(write) or PAST in write:
        return write
    return re.sub("expires=[^;]*", f"expires={NEVER}", write)


def writes_on_https(row: Row) -> bool:
    secure = row["given"].get("page", "https://").startswith("https://")
    iframe = row["given"]["options"].get("isInIframe")
    return secure and not iframe and bool(row["expected"])


def ends_a_session(row: Row) -> bool:
    is_there = "sFrontToken" in row["given"].get("cookies", {})
    return is_there and any(write.startswith("sFrontToken=;") for write in row["expected"])


COOKIES = [
    Difference(
        "cookies",
        lambda row: any(kept_for_ever(write) != write for write in row["expected"]),
        "Their bearer tokens go after 36 days, and with them sessions that live longer.",
        lambda writes: [kept_for_ever(write) for write in writes],
    ),
    Difference(
        "cookies",
        writes_on_https,
        "What belongs together has the same fate: no plain connection carries or shows any of it.",
        lambda writes: [f"{write};secure" for write in writes],
    ),
    Difference(
        "cookies",
        ends_a_session,
        "The mark of an end says which session it was, so that no cache brings it back.",
        lambda writes: [
            re.sub(r"(?<=^st-last-access-token-update=)\d+", r"\g<0>-1700000000-5bb98734", write)
            for write in writes
        ],
    ),
    Difference(
        "cookies",
        ("a response with an empty anti-csrf token, *", "empty tokens, *"),
        "An empty anti-csrf token is none, as an empty token of any other kind is.",
        lambda writes: [write.replace(NEVER, PAST) for write in writes],
    ),
]


def without(*tokens: str) -> Any:
    """The writes of a sign-in that also clear these tokens, before the session is written."""
    clears = [f"{name}=;expires={PAST};path=/;samesite=lax;secure" for name in tokens]

    def writes(theirs: list[str]) -> list[str]:
        session = next(n for n, write in enumerate(theirs) if not is_bearer(write))
        return [*theirs[:session], *clears, *theirs[session:]]

    return writes


COOKIES += [
    Difference(
        "cookies",
        (f"sign in as another in the other mode, {mode}, *",),
        "A token that a new session does not bring is another's, though a proxy dropped its end.",
        without(*tokens),
    )
    for mode, tokens in {
        "cookie": ["sAntiCsrf"],
        "header": ["st-refresh-token", "st-access-token"],
    }.items()
]

UNAUTHORISED = {"action": "UNAUTHORISED", "sessionExpiredOrRevoked": False, "userContext": {}}
REFRESHED = {"action": "REFRESH_SESSION", "userContext": {}}
REFUSED = {"status": 401, "text": "/items"}

DECISIONS = [
    Difference(
        "decisions",
        (
            "a refused request, no session, in the lock another session*",
            "a refused request, no session, in the lock unknown*",
        ),
        "If no user is signed in there is no refresh, so the lock is not waited for.",
        becomes({"paths": ["/items"], "events": [UNAUTHORISED], "result": REFUSED}),
    ),
    Difference(
        "decisions",
        (
            "an attempt, no session, in the lock another session*",
            "an attempt, no session, in the lock unknown*",
        ),
        "If no user is signed in there is no refresh, so the lock is not waited for.",
        becomes({"paths": [], "events": [UNAUTHORISED], "result": False}),
    ),
    Difference(
        "decisions",
        (
            "an attempt, there, in the lock unknown, *",
            "an expired session, there, in the lock unknown, *",
        ),
        "They refresh within a refresh, for the anti-csrf token of a session that is not there.",
        lambda theirs: {
            **theirs,
            "paths": list(dict.fromkeys(theirs["paths"])),
            "events": [event for event in theirs["events"] if event["action"] != "SESSION_CREATED"][
                -1:
            ],
        },
    ),
    Difference(
        "decisions",
        ("a refused request, unknown, in the lock the same, refresh new",),
        "A token that was minted after the request began is refused for good.",
        lambda theirs: {
            "paths": theirs["paths"][:2],
            "events": theirs["events"][:2],
            "result": REFUSED,
        },
    ),
    Difference(
        "decisions",
        (
            "a refused request, unknown, in the lock the same, refresh failed",
            "a refused request, unknown, in the lock the same, refresh no response",
        ),
        "A refresh that has just failed is not made again at once.",
        lambda theirs: {**theirs, "paths": theirs["paths"][:2], "result": "error"},
    ),
    Difference(
        "decisions",
        ("a refused request, unknown, in the lock another session, *",),
        "A token that was minted after the request began is refused for good.",
        becomes({"paths": ["/items"], "events": [], "result": REFUSED}),
    ),
]


def delivered(row: str, status: int, text: str, *events: dict[str, Any]) -> Difference:
    return Difference(
        "events",
        (row,),
        "A malformed front token counts as none; they throw, and keep it.",
        becomes({"events": list(events), "result": {"status": status, "text": text}}),
    )


ENDED = {"action": "UNAUTHORISED", "sessionExpiredOrRevoked": True, "userContext": {}}
REFRESH = "/auth/session/refresh"

EVENTS = [
    delivered("request, *, 200, malformed", 200, "/items"),
    delivered("request, there, 401, malformed", 401, REFRESH, ENDED),
    delivered("request, no session, 401, malformed", 401, "/items", UNAUTHORISED),
    delivered("request, unknown, 401, malformed", 401, "/items", UNAUTHORISED),
    delivered("refresh, there, 401, malformed", 401, REFRESH),
    delivered("refresh, there, 503, malformed", 503, REFRESH),
]


def newer(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Requests as releases after the one that the vectors were made with send them."""
    return [
        {
            **each,
            "headers": {n: t + ",4.2" if n == "fdi-version" else t for n, t in headers.items()},
        }
        for each in requests
        for headers in [each["headers"]]
    ]


HEADERS = [
    Difference(
        "headers",
        lambda row: newer(row["expected"]) != row["expected"],
        "The release after theirs speaks FDI 4.2 as well.",
        newer,
    ),
]

CLOCK = [
    Difference(
        "clock",
        ("iat 1e+300",),
        "No clock is off by that much: a damaged number is no time.",
        becomes({"skew": 0, "stored": "0"}),
    ),
    Difference(
        "clock",
        ("getAccessTokenPayloadSecurely, the next token looks expired",),
        "What was just minted is given, however the clocks are; they refresh until it looks valid.",
        lambda theirs: {**theirs, "paths": theirs["paths"][:1]},
    ),
]

DIFFERENCES: list[Difference] = [
    *URLS,
    *INTERCEPTION,
    *COOKIES,
    *DECISIONS,
    *EVENTS,
    *HEADERS,
    *CLOCK,
]
