"""How supertokens-website's report is changed if we differ."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import ANY

from tests.browser.twins.reported import Reported

Rewrite = Callable[[Reported], Reported]


def gives(result: Any) -> Rewrite:
    """The script gets something else."""
    return lambda reported: replace(reported, result=result)


def fails(name: str) -> Rewrite:
    """The script gets an error of this name."""
    return gives({"failed": name})


def ends_in(**result: Any) -> Rewrite:
    """An XMLHttpRequest, and so the script, reports a different result in part."""
    return lambda reported: replace(reported, result={**reported.result, **result})


FDI = "fdi-version=1.16,1.17,1.18,1.19,2.0,3.0,3.1,4.0,4.1,4.2"
AN_ERROR = {"status": 0, "body": "", "ends": "error"}


def after_one_refresh(reported: Reported) -> Reported:
    """The second refusal goes to the caller."""
    return replace(
        reported, sent=reported.sent[:3], arrived=reported.arrived[:3], events=reported.events[:1]
    )


REFRESH = "/session/refresh"


def refreshed_ahead(reported: Reported) -> Reported:
    """No token that is known to have expired is sent: each request lacks its first attempt."""
    requests = [n for n, entry in enumerate(reported.sent) if REFRESH not in entry]
    first = requests[: len(requests) // 2]
    return replace(
        reported,
        sent=[entry for n, entry in enumerate(reported.sent) if n not in first],
        arrived=[e for e in reported.arrived if REFRESH in e or not e.startswith("401 ")],
    )


def refresh_first(reported: Reported) -> Reported:
    """A refresh fails before the request is sent, which goes out all the same."""
    return replace(reported, sent=sorted(reported.sent, key=lambda entry: REFRESH not in entry))


def ended_ahead(reported: Reported) -> Reported:
    """The refresh before the requests ends the session: they go out without one."""
    return replace(
        reported,
        sent=sorted(e if REFRESH in e else _without_token(e) for e in reported.sent),
        arrived=sorted(e if REFRESH in e else _without_user(e) for e in reported.arrived),
    )


def _without_token(entry: str) -> str:
    return entry.replace(" authorization=access-token", "")


def _without_user(entry: str) -> str:
    before = entry.partition("|")[0].replace(" authorization", "")
    return f"{before}| st-last-access-token-update"


def reported_once(reported: Reported) -> Reported:
    """If several requests report the same end, one reports that there was a session."""
    ended = [event for event in reported.events if event["sessionExpiredOrRevoked"]]
    return replace(
        reported, events=[event for event in reported.events if event not in ended] + ended[:1]
    )


def reported_by_the_refresh(reported: Reported) -> Reported:
    return replace(reported, events=[e for e in reported.events if e["sessionExpiredOrRevoked"]])


def without_second_probe(reported: Reported) -> Reported:
    return replace(reported, sent=[*reported.sent[:2], *reported.sent[3:]])


def with_one_refresh(reported: Reported) -> Reported:
    return replace(reported, sent=reported.sent[:4])


def first_of_three(reported: Reported) -> Reported:
    return replace(reported, sent=reported.sent[:1])


def with_second_refresh(reported: Reported) -> Reported:
    last = max(n for n, entry in enumerate(reported.sent) if REFRESH in entry)
    return replace(
        reported, sent=[*reported.sent[: last + 1], reported.sent[last], *reported.sent[last + 1 :]]
    )


def signed_out(reported: Reported) -> Reported:
    """The late refresh brings nothing back, and the cookies that it has set are signed out."""
    unauthorised = {"action": "UNAUTHORISED", "sessionExpiredOrRevoked": False, "userContext": {}}
    gone = (
        {"sFrontToken"}
        if _in_headers(reported)
        else {"sFrontToken", "sAccessToken", "sRefreshToken"}
    )
    cookies = {name: text for name, text in reported.cookies.items() if name not in gone}
    again = [] if _in_headers(reported) else [reported.sent[-1].replace(REFRESH, "/signout")]
    arrived = [reported.arrived[-1].replace(REFRESH, "/signout").replace("sRefreshToken ", "")]
    return replace(
        reported,
        result=[False, True],
        events=[unauthorised],
        cookies=cookies,
        sent=[*reported.sent, *again],
        arrived=[*reported.arrived, *(arrived if again else [])],
    )


def _in_headers(reported: Reported) -> bool:
    return "st-refresh-token" in reported.cookies


def _refresh_call(header: bool) -> str:
    value = "authorization=refresh-token " if header else ""
    mode = "header" if header else "cookie"
    return f"POST //localhost/auth/session/refresh {value}{FDI} rid=session st-auth-mode={mode}"


def repaired(reported: Reported) -> Reported:
    """A damaged front token was replaced by a refresh."""
    header = "st-refresh-token" in reported.cookies
    says = "authorization " if header else ""
    carries = (
        "st-access-token st-refresh-token"
        if header
        else "sAccessToken sRefreshToken st-access-token"
    )
    actions = ("SESSION_CREATED", "REFRESH_SESSION")
    return replace(
        reported,
        result=True,
        sent=[_refresh_call(header)],
        arrived=[f"200 POST /auth/session/refresh {says}fdi-version rid st-auth-mode | {carries}"],
        events=[{"action": action, "userContext": {}} for action in actions],
        cookies=with_a_new_front_token(reported),
    )


def with_a_new_front_token(reported: Reported) -> dict[str, Any]:
    return {**reported.cookies, "sFrontToken": {**reported.cookies["sFrontToken"], "value": ANY}}


def in_time(reported: Reported) -> Reported:
    """A synchronous request has its response when it returns."""
    return replace(
        reported,
        result={"status": 200, "body": "sessionHandle tenantId tokenExpiry userId"},
    )


def without_cookies(reported: Reported) -> Reported:
    return replace(reported, arrived=[text.partition("|")[0] + "|" for text in reported.arrived])


def says(before: str, after: str) -> Rewrite:
    """What the page sends reads otherwise."""
    return lambda reported: replace(
        reported, sent=[text.replace(before, after) for text in reported.sent]
    )


def own_mode(reported: Reported) -> Reported:
    mode = "header" if "st-refresh-token" in reported.cookies else "cookie"
    return says("st-auth-mode=any", f"st-auth-mode={mode}")(reported)


def lasting_tokens(reported: Reported) -> Reported:
    cookies = {
        name: {**cookie, "days": 400} if cookie["days"] == 36 else cookie
        for name, cookie in reported.cookies.items()
    }
    return replace(reported, cookies=cookies)


def confirmed(reported: Reported) -> Reported:
    """A sign-out says that the backend has confirmed it."""
    if reported.result == "undefined":
        return replace(reported, result=True)
    return replace(
        reported, result=[True if each == "undefined" else each for each in reported.result]
    )


def refreshed(reported: Reported) -> Reported:
    """A request with an expired token went its way after a refresh, as if there were no hook."""
    header = "st-refresh-token" in reported.cookies
    request, refused = reported.sent[0], reported.arrived[0]
    refresh = refused.replace("GET /api/protected", "POST /auth/session/refresh")
    refresh = refresh.replace(" rid", " fdi-version rid").replace("401", "200")
    actions = ("ACCESS_TOKEN_PAYLOAD_UPDATED", "REFRESH_SESSION")
    return replace(
        reported,
        result={
            **({"ends": "load"} if "ends" in reported.result else {}),
            "status": 200,
            "body": "sessionHandle tenantId tokenExpiry userId",
        },
        sent=[_refresh_call(header), request],
        arrived=[
            refresh if header else refresh.replace("sAccessToken", "sAccessToken sRefreshToken"),
            refused.replace("401", "200"),
        ],
        events=[{"action": action, "userContext": {}} for action in actions],
        cookies=with_a_new_front_token(reported),
    )


def in_the_context(reported: Reported) -> Reported:
    """The event of a sign-out has its caller's user context."""
    event = {"action": "SIGN_OUT", "userContext": {"own": 1}}
    events = [event if each.get("action") == "SIGN_OUT" else each for each in reported.events]
    return replace(reported, events=events)


def with_all_that_goes_out(reported: Reported) -> Reported:
    """The hook before a sign-out sees all of its headers."""
    value = "authorization " if "authorization" in reported.arrived[0] else ""
    before = {**reported.events[0], "how": f"POST include {value}fdi-version rid st-auth-mode"}
    return in_the_context(replace(reported, events=[before, *reported.events[1:]]))


def signed_out_unasked(reported: Reported) -> Reported:
    """What a sign-out asked is missing: the question after its own beginning."""
    after = reported.events.index({"called": "signOut", "userContext": {"own": 1}}) + 1
    return replace(reported, events=[*reported.events[:after], *reported.events[after + 1 :]])


def released_first(reported: Reported) -> Reported:
    *before, released = reported.events
    return replace(reported, events=[before[0], released, *before[1:]])
