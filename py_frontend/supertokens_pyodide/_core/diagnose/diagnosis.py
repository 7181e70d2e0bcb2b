"""Findings about a set-up, from the facts that a page reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import FrontTokenMissing
from ..config.options import Config
from ..config.urls import hostname_of, is_ip_address
from ..refresh.outcome import Available, Ended, Outcome, Unavailable
from ..state.snapshot import Present, Snapshot
from .report import DiagnosticReport, Facts, Finding

# In milliseconds. A clock that is wrong by more is reported, although the session corrects it.
_CLOCK_TOLERANCE = 5 * 60 * 1000


def diagnose(
    config: Config, facts: Facts, *, skew: float, snapshot: Snapshot, refresh: Outcome | None
) -> DiagnosticReport:
    """Judge a page. ``skew`` is how far its clock is behind; ``refresh`` is a refresh's outcome."""
    findings = [
        *_of_the_page(config, facts),
        _same_site(config),
        *_of_interception(facts),
        _clock(skew),
        _exposed_headers(snapshot, refresh),
        *([] if refresh is None else [_refresh(refresh)]),
    ]
    names = ("package", "shim", "pyodide", "python")
    versions: Mapping[str, Any] = facts
    return DiagnosticReport(
        ok=all(finding.ok is not False for finding in findings),
        findings=findings,
        versions={name: versions[name] for name in names},
        options=config.options(),
    )


def _of_the_page(config: Config, facts: Facts) -> Iterator[Finding]:
    yield _finding(
        "SECURE_CONTEXT",
        facts["secureContext"],
        "The page is a secure context.",
        "The page is not a secure context, so it has neither Web Locks nor WebCrypto.",
        "Serve it over https; plain http works on localhost only.",
    )
    yield _cookies(facts)
    yield _finding(
        "STORAGE",
        facts["storage"] or config.token_store == "indexedDB",
        "localStorage is available, or not needed (token_store).",
        "localStorage is blocked: the clock's skew is not stored, and tabs with "
        "supertokens-website may refresh at the same time.",
        "Usually a browser setting blocks it, or the page is in a sandboxed frame.",
    )
    yield _finding(
        "LOCKS",
        facts["locks"],
        "Tabs refresh one at a time, with Web Locks.",
        "There are no Web Locks: tabs refresh one at a time with localStorage only.",
        "Serve the page over https.",
    )
    yield _frame(config, facts)
    yield Finding(
        "ISOLATION",
        True,
        "The page is cross-origin isolated."
        if facts["isolated"]
        else "The page is not cross-origin isolated, which the session does not need.",
    )


def _cookies(facts: Facts) -> Finding:
    kept = facts["kept"]
    if kept == "cookieHandler":
        return Finding("COOKIES", True, "The page's cookieHandler keeps the session.")
    if kept == "indexedDB":
        return Finding("COOKIES", True, "IndexedDB keeps the session (token_store).")
    lost = "The browser does not keep the session's cookies" + (f": {kept} does." if kept else ".")
    return _finding(
        "COOKIES",
        kept == "cookies",
        "The browser keeps the session's cookies.",
        lost,
        "Cookies are blocked for this site, or session_token_frontend_domain is not the page's own "
        "domain, or is_in_iframe needs https.",
    )


def _frame(config: Config, facts: Facts) -> Finding:
    if config.is_in_iframe:
        return _finding(
            "IFRAME",
            config.page.secure,
            "Cookies are written for a frame (is_in_iframe).",
            "is_in_iframe makes cookies Secure, which a page without https may not write.",
            "Serve the page over https, or leave is_in_iframe out.",
        )
    return _finding(
        "IFRAME",
        facts["frame"] != "cross-origin",
        "The page is not in a frame of another origin.",
        "The page is in a frame of another origin, and is_in_iframe is not set.",
        "Set is_in_iframe=True, and serve the page over https.",
    )


def _same_site(config: Config) -> Finding:
    page, api = config.page.hostname, hostname_of(config.api_domain)
    api_is_secure = config.api_domain.startswith("https:")
    if config.page.secure and not api_is_secure and not _is_local(api):
        return Finding(
            "SAME_SITE",
            False,
            "The page uses https and the API does not, so the browser blocks its requests.",
            "Serve the API over https.",
        )
    ok = is_same_site(page, api)
    if config.page.secure != api_is_secure and not _is_local(api):
        ok = False
    if config.token_transfer_method == "header":
        return Finding("SAME_SITE", True, "Sessions in headers work across sites.")
    if ok is None:
        return Finding(
            "SAME_SITE",
            None,
            f"Whether {page} and {api} are one site depends on who may register names there.",
            "They are, unless their common ending is a public suffix such as github.io; then set "
            "token_transfer_method='header'.",
        )
    return _finding(
        "SAME_SITE",
        ok,
        "The page and the API are one site.",
        "The page and the API are two sites, and browsers do not send the session's cookies there.",
        "Serve both from one domain and with one scheme, or set token_transfer_method='header'.",
    )


def is_same_site(page: str, api: str) -> bool | None:
    """Whether two hosts have one registrable domain; None if that needs the public suffixes."""
    if page == api:
        return True
    if any(is_ip_address(host) or host.startswith("[") for host in (page, api)):
        return False
    if page.endswith(f".{api}") or api.endswith(f".{page}"):
        # A host that serves pages is not a public suffix; a single label is one, also localhost.
        return "." in page and "." in api
    return None if page.split(".")[-2:] == api.split(".")[-2:] and "." in page else False


def _is_local(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or host in ("127.0.0.1", "[::1]")


def _of_interception(facts: Facts) -> Iterator[Finding]:
    for name, is_ours in facts["patched"].items():
        yield Finding(
            f"{name.upper()}_INTERCEPTED",
            True if is_ours else None,
            f"The page's {name} carries the session."
            if is_ours
            else f"Another script has replaced our {name}.",
            "" if is_ours else "It carries the session if that script calls ours.",
        )
    missed = sorted(name for name, is_covered in facts["clients"].items() if not is_covered)
    yield _finding(
        "PYTHON_CLIENTS",
        not missed,
        "The loaded HTTP clients of Python carry the session.",
        f"Something has changed the functions that these call: {', '.join(missed)}.",
        "Call init() after the code that replaces functions of pyodide.http or urllib3.",
    )
    yield _user_agent(facts)
    yield _finding(
        "OTHER_SDK",
        not facts["otherSdk"],
        "No other session SDK is active on this page.",
        "supertokens-website is active on this page too, and refreshes the same session.",
        "Remove its init(). With supertokens-web-js leave Session.init() out of the recipeList. "
        "With supertokens-auth-react keep its UI on a page of its own; the session is shared.",
    )
    yield _finding(
        "VERSIONS",
        facts["shim"] == facts["package"],
        "The shim and the Python package have the same version.",
        f"The shim is {facts['shim']}, the Python package {facts['package']}.",
        "Load the same version of both.",
    )


def _user_agent(facts: Facts) -> Finding:
    has_urllib3 = any(name.startswith("urllib3.") for name in facts["clients"])
    if not (facts["asksForUserAgent"] and has_urllib3):
        return Finding("USER_AGENT", True, "No request needs permission for User-Agent.")
    return Finding(
        "USER_AGENT",
        None,
        "requests sets the header User-Agent, and this browser asks the API for permission.",
        "Add User-Agent to the headers that the API allows (CORS), unless it is there.",
    )


def _clock(skew: float) -> Finding:
    return _finding(
        "CLOCK",
        abs(skew) <= _CLOCK_TOLERANCE,
        "This device's clock agrees with the backend's.",
        f"This clock is wrong by {abs(skew) / 60_000:.0f} minutes; the session corrects it.",
        "Set the clock: other programs may not correct it.",
    )


def _exposed_headers(snapshot: Snapshot, refresh: Outcome | None) -> Finding:
    code = "EXPOSED_HEADERS"
    if isinstance(refresh, Unavailable) and isinstance(refresh.error, FrontTokenMissing):
        return Finding(code, False, refresh.error.message, refresh.error.hint)
    if isinstance(refresh, Available) or isinstance(snapshot, Present):
        return Finding(code, True, "The page has seen the session's headers.")
    return Finding(
        code,
        None,
        "Before a sign-in it is unknown whether the API exposes the session's headers.",
        "An API of another origin must list front-token in access-control-expose-headers; "
        "get_all_cors_headers() of the backend SDK does.",
    )


def _refresh(outcome: Outcome) -> Finding:
    match outcome:
        case Available():
            return Finding("REFRESH", True, "The session was refreshed.")
        case Ended():
            return Finding(
                "REFRESH", True, "The refresh endpoint answers that no user is signed in."
            )
        case Unavailable(error):  # pragma: no branch
            return Finding("REFRESH", False, error.message, error.hint)


def _finding(code: str, ok: bool, good: str, bad: str, hint: str) -> Finding:
    return Finding(code, True, good) if ok else Finding(code, False, bad, hint)
