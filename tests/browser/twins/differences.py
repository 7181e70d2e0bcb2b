"""Where we differ from supertokens-website on purpose: all that README.md says of it, in its words.

The twins show a difference in the scenarios that it names: what supertokens-website tells there,
rewritten, is what we tell. One that no longer shows fails its test. Others, which take more than
one page and a backend, name the tests that hold them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tests.browser.twins.rewrites import (
    AN_ERROR,
    Rewrite,
    after_one_refresh,
    confirmed,
    ends_in,
    fails,
    first_of_three,
    gives,
    in_the_context,
    in_time,
    lasting_tokens,
    own_mode,
    refreshed,
    released_first,
    repaired,
    says,
    signed_out,
    signed_out_unasked,
    told_by_the_refresh,
    told_once,
    with_all_that_goes_out,
    with_one_refresh,
    with_second_refresh,
    without_cookies,
    without_second_probe,
)
from tests.browser.twins.told import Told


@dataclass(frozen=True)
class Difference:
    """A deliberate difference; ``text`` is its entry in README.md."""

    text: str
    #: What becomes of theirs, by scenario; with a client's name behind it for that client alone.
    twins: Mapping[str, Rewrite] = field(default_factory=dict)
    #: What becomes of theirs wherever it shows, and a scenario in which it does.
    anywhere: tuple[Rewrite, str] | None = None
    #: Tests elsewhere that hold it.
    tests: tuple[str, ...] = ()

    def rewrite(self, told: Told, scenario: str, client: str) -> Told:
        """What we tell, by what they have told."""
        must_show = [
            self.twins[name] for name in (scenario, f"{scenario}, {client}") if name in self.twins
        ]
        for rewrite in must_show:
            told = self._shown(rewrite, told)
        if self.anywhere is not None:
            rewrite, shown_in = self.anywhere
            told = self._shown(rewrite, told) if scenario == shown_in else rewrite(told)
        return told

    def _shown(self, rewrite: Rewrite, told: Told) -> Told:
        rewritten = rewrite(told)
        assert rewritten != told, f"This is no difference any more: {self.text}"
        return rewritten


NO_ANSWER = "the refresh gets no answer"
NO_FRONT_TOKEN = "a refresh is answered without a front token"
ALWAYS_401 = "an endpoint that always answers 401"
LIMITED = "an endpoint that always answers 401, with a limit"

DIFFERENCES = [
    Difference(
        "An outage is no sign-out: only a refused refresh or `front-token: remove` ends a session. "
        "`does_session_exist()` is False when nobody can tell, `get_session_status()` says "
        "`UNKNOWN` and why, and `sign_out()` raises rather than say that nobody is signed in.",
        {
            "a sign-out while refreshing is answered with 500": lambda told: replace(
                told, result={"failed": "SignOutFailed"}, events=[]
            ),
        },
        tests=("tests/unit/test_calls.py",),
    ),
    Difference(
        "`sign_out()` returns whether the backend has confirmed it. With `local_on_error` it ends "
        "the session here even when the backend cannot be asked; in cookie mode the httpOnly "
        "cookies then stay until it answers one.",
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
        "An endpoint that answers 401 to a fresh token gets one refresh, and the caller gets its "
        "401. With `max_retry_attempts_for_session_refresh` set, it gets that many, and then an "
        "error.",
        {
            ALWAYS_401: after_one_refresh,
            f"{ALWAYS_401}, fetch": gives({"status": 401, "body": "message"}),
            f"{ALWAYS_401}, xhr": ends_in(status=401, ends="load"),
            f"{ALWAYS_401}, axios": gives({"status": 401, "body": "message"}),
        },
    ),
    Difference(
        "A refresh that gets no reply within `refresh_timeout` rejects with `RefreshUnavailable` "
        "(the cause attached).",
        {f"{NO_ANSWER}, fetch": fails("RefreshUnavailable")},
        tests=("tests/unit/test_refresh_failures.py",),
    ),
    Difference(
        "A refresh that has failed is not made again at once, but after a second, doubling to ten, "
        "or when the reply's `Retry-After` says (where CORS exposes it); until then who needs one "
        "gets the same error.",
        {
            "the session is asked while refreshing is answered with 500": first_of_three,
            "requests at once while refreshing is answered with 500": with_one_refresh,
        },
        tests=("tests/unit/test_refresh_storms.py",),
    ),
    Difference(
        "A session's first reply replaces all that was kept of another: a proxy that drops the "
        "empty headers which clear the old tokens does not mix two users.",
        tests=("tests/unit/test_switched_modes.py",),
    ),
    Difference(
        "A refresh that succeeds without a front token is made once more: backends do that on "
        "purpose when their cookies' domain changes.",
        {
            NO_FRONT_TOKEN: with_second_refresh,
            f"{NO_FRONT_TOKEN}, fetch": fails("FrontTokenMissing"),
        },
    ),
    Difference(
        "Errors are typed and carry a code and a hint. If supertokens-website rejects with a "
        "`Response`, the error here can be read like that response (`status`, `ok`, `headers`, "
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
        "Event handlers also hear what other tabs do, supertokens-website's included: `SIGN_OUT`, "
        "`SESSION_CREATED`, `REFRESH_SESSION`, `ACCESS_TOKEN_PAYLOAD_UPDATED` and, new, "
        "`USER_CHANGED`, each with `other_tab` (`otherTab`). Tabs tell each other only that there "
        "is something to see.",
        tests=("tests/browser/test_tabs.py",),
    ),
    Difference(
        "A response never makes the session older. Tokens that were issued before those that are "
        "kept, or of a session that has ended in any tab, change nothing: caches and slow requests "
        "deliver such responses. If one has set httpOnly cookies all the same, the session is "
        "refreshed, or signed out once more.",
        {"a sign-out in another tab while a refresh is on its way": signed_out},
        tests=("tests/unit/test_endings.py", "tests/browser/test_hostile.py"),
    ),
    Difference(
        "An access token that has expired is refreshed before the request is sent. If it expires "
        "on its way, it is refreshed once more.",
        tests=("tests/unit/test_expiry.py",),
    ),
    Difference(
        "JSON of others is limited in size and depth before it is read, and a cookie that no "
        "header can carry counts as absent. If another subdomain's front token outlives the "
        "session, `sign_out()` says so.",
        tests=("tests/unit/test_foreign.py", "tests/unit/test_expiry.py"),
    ),
    Difference(
        "On an http page, a front token in header mode without its tokens is neither refreshed nor "
        "removed: the session belongs to the https pages.",
        tests=("tests/unit/test_expiry.py",),
    ),
    Difference(
        "Requests at once that find the session ended tell so once.",
        {
            "requests at once after the session was revoked": told_once,
            "requests at once with an expired token after the session was revoked": (
                told_by_the_refresh
            ),
        },
    ),
    Difference(
        "A synchronous `XMLHttpRequest` works: it is refreshed for and sent again at once, and "
        "where another tab holds the lock it hands back its own 401.",
        {"a protected request, synchronously": in_time},
        tests=("tests/browser/test_xhr.py",),
    ),
    Difference(
        "An `XMLHttpRequest` ends in `error` or in `load`, never in both, and is an instance of "
        "the native class.",
        {
            "an XMLHttpRequest is looked at": gives([True, 4, "function"]),
            f"{LIMITED}, xhr": gives(AN_ERROR),
            f"{NO_ANSWER}, xhr": gives(AN_ERROR),
            f"{NO_FRONT_TOKEN}, xhr": gives(AN_ERROR),
        },
        tests=("tests/browser/test_xhr.py",),
    ),
    Difference(
        "A malformed front token is replaced by one refresh and never throws.",
        {"the front token is damaged": repaired},
        tests=("tests/unit/test_front_token.py",),
    ),
    Difference(
        'A `Request` made with `credentials: "omit"` stays without; a stream as body is refreshed '
        "for ahead of time and never sent again empty; an abort ends a request at any stage.",
        {"a Request that leaves credentials out": without_cookies},
        tests=("tests/unit/test_bodies_and_clocks.py", "tests/browser/test_fetch.py"),
    ),
    Difference(
        "Names of headers are compared without case, and `st-auth-mode` is the session's own.",
        {
            "the caller's own rid in other letters, xhr": says("own, anti-csrf", "own"),
            "the caller's own rid in other letters, axios": says("own, anti-csrf", "own"),
            "the caller's own st-auth-mode, xhr": own_mode,
            "the caller's own st-auth-mode, axios": own_mode,
        },
    ),
    Difference(
        "A visitor without a session costs one probe; the answer is remembered, for ten seconds "
        "where the backend could not tell.",
        {"a visitor while refreshing is answered with 500": without_second_probe},
        tests=("tests/unit/test_visitors.py",),
    ),
    Difference(
        "On https all of the session's cookies are `Secure`, and tokens in cookies do not go after "
        "36 days.",
        anywhere=(lasting_tokens, "a protected request"),
        tests=("tests/unit/test_cookies.py",),
    ),
    Difference(
        "Addresses are read as browsers read them: `//evil.example` is another host, "
        "`./items.json` is the page's own. `init()` refuses a domain that no browser would take.",
        tests=("tests/unit/differences.py",),
    ),
    Difference(
        "If `apiDomain` is https, a request by plain http does not carry the session, except to "
        "this machine itself (`localhost`).",
        tests=("tests/unit/differences.py", "tests/unit/test_urls.py"),
    ),
    Difference(
        "A response counts only if its final URL is the API's: a redirect to another host cannot "
        "change the session.",
        tests=("tests/browser/test_responses.py",),
    ),
    Difference(
        "What installs packages (wheels, package indexes) never carries the session.",
        tests=("tests/browser/test_boot.py",),
    ),
    Difference(
        "`validateClaims()` takes its lock only when a validator wants a refresh, which it is then "
        "asked again. A validator that throws rejects with `ClaimValidatorFailed` (the cause "
        "attached). `getInvalidClaimsFromResponse()` of any other reply is an empty list.",
        {"why another reply was refused": gives([[], []])},
        tests=("tests/unit/test_validate_claims.py",),
    ),
    Difference(
        "A hook that fails is told on the console and changes nothing. The one before a sign-out "
        "sees the call as it goes out, session headers included, and the event of a sign-out has "
        "its caller's user context.",
        {
            "a hook fails": refreshed,
            "hooks around a sign-out": with_all_that_goes_out,
            "functions are overridden": in_the_context,
        },
        tests=("tests/unit/test_hooks.py",),
    ),
    Difference(
        "A `cookieHandler` or `windowHandler` that fails is named by an error, `HandlerFailed`, "
        "and has ten seconds to answer. What was never read is unknown, not empty, so nothing is "
        "refreshed or deleted.",
        tests=("tests/unit/test_shim_parts.py", "tests/browser/test_storage.py"),
    ),
    Difference(
        "`signOut()` asks the session itself whether there is one, not an overridden "
        "`doesSessionExist`.",
        {"functions are overridden": signed_out_unasked},
    ),
    Difference(
        "The lock is free before events are fired, so that a handler may have the session "
        "refreshed.",
        {"the locks are others": released_first},
        tests=("tests/unit/test_refresh.py",),
    ),
    Difference(
        "`init()` twice with other options is an error; [functions are "
        "replaced](docs/customising.md#calling-init-again). `close()` exists.",
        {"init with other options": gives(["AlreadyInitialised", "function"])},
        tests=("tests/browser/test_boot.py", "tests/unit/test_page_life.py"),
    ),
    Difference(
        "An option that is likely to be misspelt is an error; other unknown options are ignored "
        "with a warning. In Python every unknown option is an error.",
        tests=("tests/unit/test_page_life.py", "tests/unit/test_config.py"),
    ),
    Difference(
        "supertokens-website on the same page is refused, whichever comes first: its `init()` "
        "fails with our error, or ours does.",
        tests=("tests/browser/twins/test_one_page.py",),
    ),
    Difference(
        "Calls to the backend say that FDI 4.2 is understood as well.",
        anywhere=(says(",4.1 ", ",4.1,4.2 "), "attemptRefreshingSession"),
    ),
]
