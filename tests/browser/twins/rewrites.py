"""What becomes of that which supertokens-website tells, where we differ."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

from tests.browser.twins.told import Told

Rewrite = Callable[[Told], Told]


def gives(result: Any) -> Rewrite:
    """The script gets something else."""
    return lambda told: replace(told, result=result)


def fails(name: str) -> Rewrite:
    """The script gets an error of this name."""
    return gives({"failed": name})


def ends_in(**result: Any) -> Rewrite:
    """An XMLHttpRequest, and so the script, tells something else in part."""
    return lambda told: replace(told, result={**told.result, **result})


FDI = "fdi-version=1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0,4.1,4.2"
AN_ERROR = {"status": 0, "body": "", "ends": "error"}


def after_one_refresh(told: Told) -> Told:
    """The second refusal goes to the caller."""
    return replace(told, sent=told.sent[:3], arrived=told.arrived[:3], events=told.events[:1])


REFRESH = "/session/refresh"


def refreshed_ahead(told: Told) -> Told:
    """No token that is known to have expired is sent: each request lacks its first attempt."""
    requests = [n for n, entry in enumerate(told.sent) if REFRESH not in entry]
    first = requests[: len(requests) // 2]
    return replace(
        told,
        sent=[entry for n, entry in enumerate(told.sent) if n not in first],
        arrived=[e for e in told.arrived if REFRESH in e or not e.startswith("401 ")],
    )


def refresh_first(told: Told) -> Told:
    """A refresh fails before the request is sent, which goes out all the same."""
    return replace(told, sent=sorted(told.sent, key=lambda entry: REFRESH not in entry))


def ended_ahead(told: Told) -> Told:
    """The refresh before the requests ends the session: they go out without one."""
    return replace(
        told,
        sent=sorted(e if REFRESH in e else _without_token(e) for e in told.sent),
        arrived=sorted(e if REFRESH in e else _of_nobody(e) for e in told.arrived),
    )


def _without_token(entry: str) -> str:
    return entry.replace(" authorization=access-token", "")


def _of_nobody(entry: str) -> str:
    before = entry.partition("|")[0].replace(" authorization", "")
    return f"{before}| st-last-access-token-update"


def told_once(told: Told) -> Told:
    """Of what several requests tell of the same end, one tells that there was a session."""
    ended = [event for event in told.events if event["sessionExpiredOrRevoked"]]
    return replace(told, events=[event for event in told.events if event not in ended] + ended[:1])


def told_by_the_refresh(told: Told) -> Told:
    return replace(told, events=[e for e in told.events if e["sessionExpiredOrRevoked"]])


def without_second_probe(told: Told) -> Told:
    return replace(told, sent=[*told.sent[:2], *told.sent[3:]])


def with_one_refresh(told: Told) -> Told:
    return replace(told, sent=told.sent[:4])


def first_of_three(told: Told) -> Told:
    return replace(told, sent=told.sent[:1])


def with_second_refresh(told: Told) -> Told:
    last = max(n for n, entry in enumerate(told.sent) if REFRESH in entry)
    return replace(told, sent=[*told.sent[: last + 1], told.sent[last], *told.sent[last + 1 :]])


def signed_out(told: Told) -> Told:
    """The late refresh brings nothing back, and the cookies that it has set are signed out."""
    unauthorised = {"action": "UNAUTHORISED", "sessionExpiredOrRevoked": False, "userContext": {}}
    gone = (
        {"sFrontToken"} if _in_headers(told) else {"sFrontToken", "sAccessToken", "sRefreshToken"}
    )
    cookies = {name: text for name, text in told.cookies.items() if name not in gone}
    again = [] if _in_headers(told) else [told.sent[-1].replace(REFRESH, "/signout")]
    arrived = [told.arrived[-1].replace(REFRESH, "/signout").replace("sRefreshToken ", "")]
    return replace(
        told,
        result=[False, True],
        events=[unauthorised],
        cookies=cookies,
        sent=[*told.sent, *again],
        arrived=[*told.arrived, *(arrived if again else [])],
    )


def _in_headers(told: Told) -> bool:
    return "st-refresh-token" in told.cookies


def _refresh_call(header: bool) -> str:
    value = "authorization=refresh-token " if header else ""
    mode = "header" if header else "cookie"
    return f"POST //localhost/auth/session/refresh {value}{FDI} rid=session st-auth-mode={mode}"


def repaired(told: Told) -> Told:
    """A damaged front token was replaced by a refresh."""
    header = "st-refresh-token" in told.cookies
    says = "authorization " if header else ""
    carries = (
        "st-access-token st-refresh-token"
        if header
        else "sAccessToken sRefreshToken st-access-token"
    )
    actions = ("SESSION_CREATED", "REFRESH_SESSION")
    return replace(
        told,
        result=True,
        sent=[_refresh_call(header)],
        arrived=[f"200 POST /auth/session/refresh {says}fdi-version rid st-auth-mode | {carries}"],
        events=[{"action": action, "userContext": {}} for action in actions],
        cookies=with_a_new_front_token(told),
    )


def with_a_new_front_token(told: Told) -> dict[str, Any]:
    return {**told.cookies, "sFrontToken": {**told.cookies["sFrontToken"], "value": ANY}}


def in_time(told: Told) -> Told:
    """A synchronous request has its response when it returns."""
    return replace(
        told,
        result={"status": 200, "body": "sessionHandle tenantId tokenExpiry userId"},
    )


def without_cookies(told: Told) -> Told:
    return replace(told, arrived=[text.partition("|")[0] + "|" for text in told.arrived])


def says(before: str, after: str) -> Rewrite:
    """What the page sends reads otherwise."""
    return lambda told: replace(told, sent=[text.replace(before, after) for text in told.sent])


def own_mode(told: Told) -> Told:
    mode = "header" if "st-refresh-token" in told.cookies else "cookie"
    return says("st-auth-mode=any", f"st-auth-mode={mode}")(told)


def lasting_tokens(told: Told) -> Told:
    cookies = {
        name: {**cookie, "days": 400} if cookie["days"] == 36 else cookie
        for name, cookie in told.cookies.items()
    }
    return replace(told, cookies=cookies)


def confirmed(told: Told) -> Told:
    """A sign-out says that the backend has confirmed it."""
    if told.result == "undefined":
        return replace(told, result=True)
    return replace(told, result=[True if each == "undefined" else each for each in told.result])


def refreshed(told: Told) -> Told:
    """A request with an expired token went its way after a refresh, as if there were no hook."""
    header = "st-refresh-token" in told.cookies
    request, refused = told.sent[0], told.arrived[0]
    refresh = refused.replace("GET /api/protected", "POST /auth/session/refresh")
    refresh = refresh.replace(" rid", " fdi-version rid").replace("401", "200")
    actions = ("ACCESS_TOKEN_PAYLOAD_UPDATED", "REFRESH_SESSION")
    return replace(
        told,
        result={
            **({"ends": "load"} if "ends" in told.result else {}),
            "status": 200,
            "body": "sessionHandle tenantId tokenExpiry userId",
        },
        sent=[_refresh_call(header), request],
        arrived=[
            refresh if header else refresh.replace("sAccessToken", "sAccessToken sRefreshToken"),
            refused.replace("401", "200"),
        ],
        events=[{"action": action, "userContext": {}} for action in actions],
        cookies=with_a_new_front_token(told),
    )


def in_the_context(told: Told) -> Told:
    """The event of a sign-out has its caller's user context."""
    event = {"action": "SIGN_OUT", "userContext": {"own": 1}}
    events = [event if each.get("action") == "SIGN_OUT" else each for each in told.events]
    return replace(told, events=events)


def with_all_that_goes_out(told: Told) -> Told:
    """The hook before a sign-out sees all of its headers."""
    value = "authorization " if "authorization" in told.arrived[0] else ""
    before = {**told.events[0], "how": f"POST include {value}fdi-version rid st-auth-mode"}
    return in_the_context(replace(told, events=[before, *told.events[1:]]))


def signed_out_unasked(told: Told) -> Told:
    """What a sign-out asked is missing: the question after its own beginning."""
    after = told.events.index({"called": "signOut", "userContext": {"own": 1}}) + 1
    return replace(told, events=[*told.events[:after], *told.events[after + 1 :]])


def released_first(told: Told) -> Told:
    *before, released = told.events
    return replace(told, events=[before[0], released, *before[1:]])
