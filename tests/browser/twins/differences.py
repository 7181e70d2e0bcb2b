"""Where we differ from supertokens-website on purpose, in the words of docs/differences.md.

The twins show a difference in the scenarios that it names: what supertokens-website reports there,
rewritten, is what we report. One that no longer shows fails its test. Others, which take more than
one page and a backend, name the tests that hold them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.browser.twins.reported import Reported
from tests.browser.twins.rewrites import (
    AN_ERROR,
    Rewrite,
    after_one_refresh,
    confirmed,
    ended_ahead,
    ends_in,
    fails,
    first_of_three,
    gives,
    in_the_context,
    in_time,
    lasting_tokens,
    own_mode,
    refresh_first,
    refreshed,
    refreshed_ahead,
    released_first,
    repaired,
    reported_by_the_refresh,
    reported_once,
    says,
    signed_out,
    signed_out_unasked,
    with_all_that_goes_out,
    with_one_refresh,
    with_second_refresh,
    without_cookies,
    without_second_probe,
)


@dataclass(frozen=True)
class Difference:
    """A deliberate difference; ``text`` is its entry in docs/differences.md."""

    text: str
    #: What becomes of theirs, by scenario; with a client's name behind it for that client alone.
    twins: Mapping[str, Rewrite] = field(default_factory=dict)
    #: What becomes of theirs wherever it shows, and a scenario in which it does.
    anywhere: tuple[Rewrite, str] | None = None
    #: Tests elsewhere that hold it.
    tests: tuple[str, ...] = ()

    def rewrite(self, reported: Reported, scenario: str, client: str) -> Reported:
        """What we report, from what they have reported."""
        must_show = [
            self.twins[name] for name in (scenario, f"{scenario}, {client}") if name in self.twins
        ]
        for rewrite in must_show:
            reported = self._shown(rewrite, reported)
        if self.anywhere is not None:
            rewrite, shown_in = self.anywhere
            reported = self._shown(rewrite, reported) if scenario == shown_in else rewrite(reported)
        return reported

    def _shown(self, rewrite: Rewrite, reported: Reported) -> Reported:
        rewritten = rewrite(reported)
        assert rewritten != reported, f"This is no difference any more: {self.text}"
        return rewritten


NO_ANSWER = "the refresh gets no answer"
NO_FRONT_TOKEN = "a refresh is answered without a front token"
ALWAYS_401 = "an endpoint that always answers 401"
LIMITED = "an endpoint that always answers 401, with a limit"

DIFFERENCES = [
    Difference(
        "An outage does not sign a user out: only a refused refresh or `front-token: remove` ends "
        "a session. If the state cannot be known, `does_session_exist()` returns False, "
        "`get_session_status()` returns `UNKNOWN` with the reason, and `sign_out()` raises an "
        "error.",
        {
            "a sign-out while refreshing is answered with 500": lambda reported: replace(
                reported, result={"failed": "SignOutFailed"}, events=[]
            ),
        },
        tests=("tests/unit/test_calls.py",),
    ),
    Difference(
        "`sign_out()` returns True if the backend has confirmed it. With `local_on_error` it ends "
        "the session on this device even if the backend cannot be reached. In cookie mode the "
        "httpOnly cookies then stay until the backend answers a sign-out.",
        {
            "a sign-out": confirmed,
            "a sign-out with an expired token": confirmed,
            "a sign-out without a session": confirmed,
            "a sign-out of a visitor": confirmed,
            "a sign-out after the session was revoked": confirmed,
            "a sign-out without a session, with a context": confirmed,
            "hooks around a sign-out": confirmed,
            "functions are overridden": confirmed,
        },
        tests=("tests/unit/test_sign_out.py",),
    ),
    Difference(
        "`signOut()` checks by itself whether a session exists. It does not call an overridden "
        "`doesSessionExist`.",
        {"functions are overridden": signed_out_unasked},
    ),
    Difference(
        "A new session replaces all stored state, so data of two users is never mixed, even if a "
        "proxy drops the empty headers that clear the old tokens.",
        tests=("tests/unit/test_switched_modes.py",),
    ),
    Difference(
        "A response never makes the session older. Tokens change nothing if they were issued "
        "before the stored ones, or belong to a session that has ended in any tab. (Caches "
        "and slow requests deliver such responses.) If such a response has set httpOnly "
        "cookies, the SDK refreshes the session, or signs out again.",
        {"a sign-out in another tab while a refresh is on its way": signed_out},
        tests=("tests/unit/test_endings.py", "tests/browser/test_hostile.py"),
    ),
    Difference(
        "A malformed front token never raises an error: one refresh replaces it.",
        {"the front token is damaged": repaired},
        tests=("tests/unit/test_front_token.py",),
    ),
    Difference(
        "For a visitor without a session the SDK makes one refresh call and remembers the result. "
        "If the backend could not answer, the SDK remembers this for ten seconds.",
        {"a visitor while refreshing is answered with 500": without_second_probe},
        tests=("tests/unit/test_visitors.py",),
    ),
    Difference(
        "On an http page, a front token in header mode without its tokens is neither "
        "refreshed nor removed, because the session belongs to the https pages.",
        tests=("tests/unit/test_expiry.py",),
    ),
    Difference(
        "An access token that has expired is refreshed before the request is sent. If it "
        "expires during the request, it is refreshed once more.",
        {
            "a request with an expired token": refreshed_ahead,
            "ten requests at once with an expired token": refreshed_ahead,
            "the caller's own Authorization, with our expired token": refreshed_ahead,
            "the locks are others": refreshed_ahead,
            "hooks around a refresh": refreshed_ahead,
            "the refresh is answered with 500": refresh_first,
            NO_ANSWER: refresh_first,
            NO_FRONT_TOKEN: refresh_first,
            "another status says that the session has expired": refreshed,
            "requests at once with an expired token after the session was revoked": ended_ahead,
        },
        tests=("tests/unit/test_expiry.py",),
    ),
    Difference(
        "If an endpoint answers 401 to a fresh token, there is one refresh, and the caller "
        "gets the 401. With `max_retry_attempts_for_session_refresh` set, there are that many "
        "refreshes, and then an error.",
        {
            ALWAYS_401: after_one_refresh,
            f"{ALWAYS_401}, fetch": gives({"status": 401, "body": "message"}),
            f"{ALWAYS_401}, xhr": ends_in(status=401, ends="load"),
            f"{ALWAYS_401}, axios": gives({"status": 401, "body": "message"}),
        },
    ),
    Difference(
        "A refresh without a response within `refresh_timeout` rejects with "
        "`RefreshUnavailable`, which has the cause attached.",
        {f"{NO_ANSWER}, fetch": fails("RefreshUnavailable")},
        tests=("tests/unit/test_refresh_failures.py",),
    ),
    Difference(
        "After a failed refresh the SDK waits before the next one: one second, doubling to "
        "ten, or as long as the response's `Retry-After` says (if CORS exposes it). Until "
        "then every caller that needs a refresh gets the same error.",
        {
            "the session is asked while refreshing is answered with 500": first_of_three,
            "requests at once while refreshing is answered with 500": with_one_refresh,
        },
        tests=("tests/unit/test_refresh_storms.py",),
    ),
    Difference(
        "A refresh that succeeds without a front token is repeated once. Backends respond like "
        "this when the domain of their cookies changes.",
        {
            NO_FRONT_TOKEN: with_second_refresh,
            f"{NO_FRONT_TOKEN}, fetch": fails("FrontTokenMissing"),
        },
    ),
    Difference(
        "The SDK parses URLs as browsers do: `//evil.example` is another host, and `./items.json` "
        "is on the page's host. `init()` refuses a domain that no browser accepts.",
        tests=("tests/unit/differences.py",),
    ),
    Difference(
        "If `apiDomain` is https, a request over plain http does not carry the session, except to "
        "this machine (`localhost`).",
        tests=("tests/unit/differences.py", "tests/unit/test_urls.py"),
    ),
    Difference(
        "A response counts only if its final URL belongs to the API: a redirect to another "
        "host cannot change the session.",
        tests=("tests/browser/test_responses.py",),
    ),
    Difference(
        "Requests that install packages (wheels, package indexes) never carry the session.",
        tests=("tests/browser/test_boot.py",),
    ),
    Difference(
        "Header names are compared without case, and `st-auth-mode` is always set by the SDK.",
        {
            "the caller's own rid in other letters, xhr": says("own, anti-csrf", "own"),
            "the caller's own rid in other letters, axios": says("own, anti-csrf", "own"),
            "the caller's own st-auth-mode, xhr": own_mode,
            "the caller's own st-auth-mode, axios": own_mode,
        },
    ),
    Difference(
        'A `Request` made with `credentials: "omit"` is sent without credentials. If the body '
        "is a stream, the session is refreshed ahead of time, and the request is never sent "
        "again with an empty body. An abort ends a request at any stage.",
        {"a Request that leaves credentials out": without_cookies},
        tests=("tests/unit/test_bodies_and_clocks.py", "tests/browser/test_fetch.py"),
    ),
    Difference(
        "A synchronous `XMLHttpRequest` works: the SDK refreshes the session and sends the "
        "request again at once. If another tab holds the lock, the caller gets its 401.",
        {"a protected request, synchronously": in_time},
        tests=("tests/browser/test_xhr.py",),
    ),
    Difference(
        "An `XMLHttpRequest` ends in `error` or in `load`, never in both, and is an instance "
        "of the native class.",
        {
            "an XMLHttpRequest is looked at": gives([True, 4, "function"]),
            f"{LIMITED}, xhr": gives(AN_ERROR),
            f"{NO_ANSWER}, xhr": gives(AN_ERROR),
            f"{NO_FRONT_TOKEN}, xhr": gives(AN_ERROR),
        },
        tests=("tests/browser/test_xhr.py",),
    ),
    Difference(
        "Foreign JSON is limited in size and depth before it is parsed, and a cookie that no "
        "header can carry counts as absent. If a front token of another subdomain stays after "
        "a sign-out, `sign_out()` reports it.",
        tests=("tests/unit/test_foreign.py", "tests/unit/test_expiry.py"),
    ),
    Difference(
        "On https all session cookies are `Secure`. Tokens in cookies are not deleted after "
        "36 days.",
        anywhere=(lasting_tokens, "a protected request"),
        tests=("tests/unit/test_cookies.py",),
    ),
    Difference(
        "Calls to the backend announce FDI 4.2 as well.",
        anywhere=(says(",4.1 ", ",4.1,4.2 "), "attemptRefreshingSession"),
    ),
    Difference(
        "Event handlers also receive what other tabs do, tabs with supertokens-website included: "
        "`SIGN_OUT`, `SESSION_CREATED`, `REFRESH_SESSION`, `ACCESS_TOKEN_PAYLOAD_UPDATED` and the "
        "new `USER_CHANGED`, each with `other_tab` (`otherTab`). The messages between tabs contain "
        "no data.",
        tests=("tests/browser/test_tabs.py",),
    ),
    Difference(
        "If several concurrent requests find that the session has ended, one event is fired.",
        {
            "requests at once after the session was revoked": reported_once,
            "requests at once with an expired token after the session was revoked": (
                reported_by_the_refresh
            ),
        },
    ),
    Difference(
        "The lock is released before events are fired, so a handler can refresh the session.",
        {"the locks are others": released_first},
        tests=("tests/unit/test_refresh.py",),
    ),
    Difference(
        "Each error has a class, a code and a hint. If supertokens-website rejects with a "
        "`Response`, our error can be read like that response (`status`, `ok`, `headers`, "
        "`text()`, `json()`).",
        {
            "what needs a session is asked without one": gives([{"failed": "NoSession"}] * 2),
            "a claim is asked for without a session": gives([{"failed": "NoSession"}] * 2),
            f"{LIMITED}, fetch": fails("RefreshLimitReached"),
            "attemptRefreshingSession is answered with 500": fails("RefreshUnavailable"),
            "a sign-out is answered with 500": fails("SignOutFailed"),
        },
    ),
    Difference(
        "`validateClaims()` takes its lock only if a validator needs a refresh, and calls that "
        "validator again under the lock. If a validator throws, the call rejects with "
        "`ClaimValidatorFailed`, which has the cause attached. `getInvalidClaimsFromResponse()` "
        "returns an empty list if the response reports no invalid claims.",
        {"why another response was refused": gives([[], []])},
        tests=("tests/unit/test_validate_claims.py",),
    ),
    Difference(
        "A second `init()` with other options is an error; [functions are "
        "replaced](customising.md#calling-init-again). `close()` exists.",
        {"init with other options": gives(["AlreadyInitialised", "function"])},
        tests=("tests/browser/test_boot.py", "tests/shim/init_again.test.mjs"),
    ),
    Difference(
        "An option that is probably misspelt is an error. Other unknown options are ignored "
        "with a warning; in Python they are errors too.",
        tests=("tests/shim/options.test.mjs", "tests/unit/test_config.py"),
    ),
    Difference(
        "supertokens-website on the same page is refused. The second `init()`, theirs or ours, "
        "fails with our error.",
        tests=("tests/browser/twins/test_one_page.py",),
    ),
    Difference(
        "If a hook fails, the console shows the error, and nothing else changes. The hook before a "
        "sign-out receives the call as it is sent, session headers included. The event of a "
        "sign-out has the user context of its caller.",
        {
            "a hook fails": refreshed,
            "hooks around a sign-out": with_all_that_goes_out,
            "functions are overridden": in_the_context,
        },
        tests=("tests/unit/test_hooks.py",),
    ),
    Difference(
        "If a `cookieHandler` or `windowHandler` fails or does not answer within ten seconds, an "
        "error names it: `HandlerFailed`. A state that was never read is unknown, not empty, so "
        "the SDK refreshes and deletes nothing.",
        tests=(
            "tests/shim/handler_jar.test.mjs",
            "tests/shim/window_handler.test.mjs",
            "tests/browser/test_storage.py",
        ),
    ),
]
