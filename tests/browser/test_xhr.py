"""The page's XMLHttpRequest, asynchronous and synchronous, against the real backend.

That it looks like a native one in all this, test_xhr_conformance.py holds.
"""

from typing import Any

import pytest
from playwright.sync_api import Route

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog
from tests.browser.expectations import expect
from tests.browser.spa import CHANGED_BODIES, Spa

ECHO = "/api/echo"

RESULT_OF = """
globalThis.result_of = (method, url, { prepare, body, isAsync = true } = {}) =>
  new Promise((resolve) => {
    const xhr = new XMLHttpRequest();
    const ends = [];
    for (const type of ["load", "error", "abort", "timeout"]) {
      xhr.addEventListener(type, () => ends.push(type));
    }
    xhr.onloadend = () => resolve({ ends, status: xhr.status, url: xhr.responseURL,
      body: xhr.responseType === "" ? xhr.responseText : null });
    xhr.open(method, url, isAsync);
    prepare?.(xhr);
    xhr.send(body);
  });
"""


@pytest.fixture(scope="module", params=["cookie", "worker"])
def spa_kind(request: pytest.FixtureRequest) -> str:
    """Tokens in headers only for a request that is sent again: the core decides how they travel."""
    return str(request.param)


def of_kind(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("spa_kind", kinds, indirect=True)


# A page whose Python is in a worker has no synchronous requests that carry the session.
ON_THE_PAGE = of_kind("cookie")


@pytest.fixture
def spa(spa: Spa) -> Spa:
    spa.run(RESULT_OF)
    return spa


def result_of(spa: Spa, arguments: str) -> Any:
    return spa.run(f"return result_of({arguments})")


@pytest.mark.parametrize("known", [True, False], ids=["expired", "refused"])
@of_kind("cookie", "header", "worker")
def test_a_request_is_refreshed_for_and_arrives_whole(spa: Spa, known: bool) -> None:
    if known:
        spa.let_token_expire()
    else:
        spa.spoil_token()
    mark = spa.demo.mark()
    reported = result_of(spa, '"POST", "/api/echo", { body: "grüezi" }')
    assert (reported["status"], reported["ends"]) == (200, ["load"])
    assert '"body":"grüezi"' in reported["body"]
    statuses = [entry["status"] for entry in spa.demo.requests(mark)]
    assert statuses == ([200, 200] if known else [401, 200, 200])


def test_ten_requests_of_both_kinds_make_one_refresh(spa: Spa) -> None:
    spa.spoil_token()
    mark = spa.demo.mark()
    statuses = spa.run(
        """
        const five = Array.from({ length: 5 });
        const xhr = five.map(() => result_of("GET", "/api/protected").then(({ status }) => status));
        const fetched = five.map(() => fetch("/api/protected").then((response) => response.status));
        return Promise.all([...xhr, ...fetched]);
        """
    )
    assert statuses == [200] * 10
    assert spa.demo.count(mark, REFRESH) == 1
    assert spa.demo.count(mark, PROTECTED, 401) == 10


@pytest.mark.parametrize("kind", ["", "json", "arraybuffer", "blob"])
def test_an_invalid_claim_is_an_event_for_every_response_type(spa: Spa, kind: str) -> None:
    spa.run(
        """
        const prepare = (xhr) => { xhr.responseType = argument; };
        await result_of("GET", "/api/needs-claim", { prepare });
        """,
        kind,
    )
    expect(spa.page.get_by_test_id("event-log")).to_contain_text("API_INVALID_CLAIM")


@ON_THE_PAGE
@pytest.mark.parametrize("is_async", ["true", "false"], ids=["asynchronous", "synchronous"])
@pytest.mark.parametrize(
    "origin", ["", "http://localhost:59999"], ids=["own-origin", "other-origin"]
)
def test_headers_are_those_of_the_last_response(
    spa: Spa, browser_log: BrowserLog, is_async: str, origin: str
) -> None:
    """WebKit lists the headers of an object's first response for all that follow."""
    count = 0

    def answer(route: Route) -> None:
        nonlocal count
        count += 1
        headers = {
            "x-count": str(count),
            "access-control-allow-origin": spa.demo.origin,
            "access-control-allow-credentials": "true",
            "access-control-expose-headers": "x-count, front-token",
        }
        ends = {"front-token": "remove"} if count == 4 else {}
        route.fulfill(status=200 if count % 2 == 0 else 401, headers=headers | ends)

    spa.route(f"{origin or '**'}/api/counted", answer)
    reported = spa.run(
        f"""
        const xhr = new XMLHttpRequest();
        const use = () => new Promise((resolve) => {{
          xhr.onloadend = () => {{
            const all = xhr.getAllResponseHeaders();
            const listed = /^x-count: (.*)$/m.exec(all)?.[1];
            resolve([xhr.status, xhr.getResponseHeader("x-count"), listed]);
          }};
          xhr.open("GET", "{origin}/api/counted", {is_async});
          xhr.send();
        }});
        return [await use(), await use(), await supertokens.doesSessionExist()];
        """
    )
    assert reported == [[200, "2", "2"], [200, "4", "4"], False]
    assert not [text for text in browser_log.console_errors if "unsafe header" in text]


@pytest.mark.parametrize("status", [200, 401])
def test_an_attempt_that_the_cache_answers_comes_to_an_end(spa: Spa, status: int) -> None:
    kept = {"cache-control": "max-age=600"}
    path = f"/api/kept-{status}"
    spa.route(f"**{path}", lambda route: route.fulfill(status=status, headers=kept, body="kept"))
    for _ in range(2):
        reported = result_of(spa, f'"GET", "{path}"')
        assert (reported["status"], reported["body"], reported["ends"]) == (
            status,
            "kept",
            ["load"],
        )


def test_the_callers_own_401_comes_after_one_refresh(spa: Spa) -> None:
    mark = spa.demo.mark()
    reported = result_of(spa, '"GET", "/api/always-401"')
    assert (reported["status"], reported["ends"]) == (401, ["load"])
    assert spa.demo.count(mark, REFRESH) == 1


@ON_THE_PAGE
@pytest.mark.parametrize("is_async", ["true", "false"], ids=["asynchronous", "synchronous"])
def test_a_session_that_has_ended_gives_the_refreshs_response(spa: Spa, is_async: str) -> None:
    spa.demo.revoke_all(spa.run("return supertokens.getUserId()"))
    spa.spoil_token()
    reported = result_of(spa, f'"GET", "/api/protected", {{ isAsync: {is_async} }}')
    assert (reported["status"], reported["ends"]) == (401, ["load"])
    assert reported["url"].endswith(REFRESH)
    assert spa.run("return supertokens.doesSessionExist()") is False


def test_an_outage_is_an_error_event_and_nothing_else(spa: Spa) -> None:
    spa.spoil_token()
    spa.route(f"**{REFRESH}", lambda route: route.abort())
    reported = result_of(spa, '"GET", "/api/protected"')
    assert (reported["status"], reported["ends"]) == (0, ["error"])


def test_tokens_that_came_while_a_request_was_on_its_way_are_used_at_once(spa: Spa) -> None:
    held: list[Route] = []
    spa.page.route(f"**{PROTECTED}", lambda route: held.append(route), times=1)
    spa.run('globalThis.reported = result_of("GET", "/api/protected")')
    spa.wait_for(held)
    mark = spa.demo.mark()
    assert spa.run("return supertokens.attemptRefreshingSession()") is True
    held[0].fulfill(status=401)
    assert spa.run("return (await reported).status") == 200
    assert spa.demo.count(mark, REFRESH) == 1


def test_each_attempt_reports_its_own_upload(spa: Spa) -> None:
    spa.spoil_token()
    reported = spa.run(
        """
        const reported = [];
        const prepare = ({ upload }) => {
          const note = ({ type, loaded, total }) => reported.push([type, loaded === total]);
          for (const type of ["loadstart", "load", "loadend", "error", "abort"]) {
            upload.addEventListener(type, note);
          }
          upload.onprogress = ({ loaded, total }) => { reported.last = loaded / total; };
        };
        const { status } = await result_of("POST", "/api/echo", {
          prepare, body: "x".repeat(300000),
        });
        return [status, reported.last, reported];
        """
    )
    attempt = [["loadstart", False], ["load", True], ["loadend", True]]
    assert reported == [200, 1, attempt * 2]


OTHER = "const other = document.body.appendChild(document.createElement('iframe')).contentWindow;"
CHANGED = CHANGED_BODIES | {
    "form-of-another-frame": (
        f"{OTHER} const b = new other.FormData(); b.append('a', 'as it was');"
        "|b.set('a', 'changed');"
    ),
    "query-of-another-frame": (
        f"{OTHER} const b = new other.URLSearchParams('a=as it was');|b.set('a', 'changed');"
    ),
    "buffer-of-another-frame": (
        f"{OTHER} const b = new other.Uint8Array(new TextEncoder().encode('as it was')).buffer;"
        "|new Uint8Array(b).fill(65);"
    ),
    "document": (
        "const b = new DOMParser().parseFromString('<a>as it was</a>', 'text/xml');"
        "|b.documentElement.textContent = 'changed';"
    ),
}


@pytest.mark.parametrize("body", CHANGED)
def test_what_is_sent_again_is_what_was_sent(spa: Spa, body: str) -> None:
    spa.spoil_token()
    make, change = CHANGED[body].split("|")
    reported = spa.run(
        f"""
        const before = location.href;
        const url = new URL("api/echo", before);
        {make}
        const sent = [url, "api/echo"];
        const waiting = sent.map((each) => result_of("POST", each, {{ body: b }}));
        url.pathname = "/elsewhere";
        history.pushState(null, "", "/some/where/else/");
        {change}
        const reported = await Promise.all(waiting);
        history.replaceState(null, "", before);
        return reported;
        """
    )
    for each in reported:
        assert each["status"] == 200
        assert "as it was" in each["body"].replace("as+it+was", "as it was")


def test_the_time_limit_counts_from_the_beginning(spa: Spa) -> None:
    spa.spoil_token()
    held: list[Route] = []
    spa.route(f"**{REFRESH}", lambda route: held.append(route))
    spa.run(
        """
        const prepare = (xhr) => { xhr.timeout = 60000; };
        globalThis.reported = result_of("POST", "/api/echo", { prepare });
        """
    )
    spa.wait_for(held)
    spa.route(f"**{ECHO}", lambda route: None)  # the second attempt never gets an answer
    spa.run("const now = performance.now(); performance.now = () => now + 60001;")
    held[0].continue_()
    assert spa.run("const { ends } = await reported; delete performance.now; return ends") == [
        "timeout"
    ]


ELSEWHERE = "http://elsewhere.test"


@pytest.mark.parametrize("is_async", ["true", "false"], ids=["asynchronous", "synchronous"])
def test_what_is_not_ours_is_left_alone(spa: Spa, is_async: str) -> None:
    sent: list[dict[str, str]] = []
    spa.route(
        f"{ELSEWHERE}/**",
        lambda route: (
            sent.append(route.request.headers),
            route.fulfill(status=401, headers={"access-control-allow-origin": "*"}, body="x"),
        )[1],
    )
    mark = spa.demo.mark()
    reported = result_of(spa, f'"GET", "{ELSEWHERE}/x", {{ isAsync: {is_async} }}')
    assert (reported["status"], reported["ends"]) == (401, ["load"])
    assert "st-auth-mode" not in sent[0]
    assert spa.demo.requests(mark) == []


def test_credentials_are_included_for_the_api_only(spa: Spa) -> None:
    # Browsers refuse the asterisk where credentials are included.
    spa.route(
        f"{ELSEWHERE}/**",
        lambda route: route.fulfill(headers={"access-control-allow-origin": "*"}),
    )
    reported = spa.run(
        f"""
        const xhr = new XMLHttpRequest();
        const send = async (url) => {{
          xhr.open("GET", url);
          await new Promise((resolve) => {{ xhr.onloadend = resolve; xhr.send(); }});
          return [xhr.status, xhr.withCredentials];
        }};
        return [await send("/api/protected"), await send("{ELSEWHERE}/x")];
        """
    )
    assert reported == [[200, False], [200, False]]


def test_closing_leaves_what_is_on_its_way_to_its_callers(spa: Spa) -> None:
    spa.spoil_token()
    held: dict[str, Route] = {}
    for path in (ECHO, REFRESH):
        spa.route(f"**{path}", lambda route: held.setdefault(route.request.url, route))
    spa.run(
        """
        globalThis.sent = result_of("POST", "/api/echo");
        globalThis.waiting = result_of("GET", "/api/protected");
        """
    )
    spa.wait_for(held, 2)
    spa.run("supertokens.close()")
    for route in held.values():
        route.fulfill(status=401)
    assert spa.run("return (await sent).status") == 401
    assert spa.run("return (await waiting).ends") == ["error"]


# ---- synchronous ---------------------------------------------------------------------------------

SYNC = """
const sync = (method, url) => {
  const xhr = new XMLHttpRequest();
  xhr.open(method, url, false);
  try { xhr.send(); } catch (e) { return [xhr.readyState, xhr.status, e.name, e.cause?.name]; }
  return xhr.status;
};
"""


@of_kind("cookie", "header")
@pytest.mark.parametrize("known", [True, False], ids=["expired", "refused"])
def test_a_synchronous_request_is_refreshed_for(spa: Spa, known: bool) -> None:
    if known:
        spa.let_token_expire()
    else:
        spa.spoil_token()
    mark = spa.demo.mark()
    reported = result_of(spa, '"POST", "/api/echo", { isAsync: false, body: "x" }')
    assert (reported["status"], reported["ends"]) == (200, ["load"])
    assert '"body":"x"' in reported["body"]
    statuses = [entry["status"] for entry in spa.demo.requests(mark)]
    assert statuses == ([200, 200] if known else [401, 200, 200])


@ON_THE_PAGE
def test_a_synchronous_request_throws_in_an_outage(spa: Spa) -> None:
    spa.spoil_token()
    spa.route(f"**{REFRESH}", lambda route: route.abort())
    reported = spa.run(f'{SYNC} return sync("GET", "/api/protected")')
    assert reported == [4, 0, "RefreshUnavailable", "NetworkError"]


@ON_THE_PAGE
def test_a_synchronous_request_hands_back_its_own_401_while_another_tab_refreshes(
    spa: Spa,
) -> None:
    held: list[Route] = []
    other = Spa(spa.demo, spa.page.context.new_page(), spa.mode)
    other.route(f"**{REFRESH}", lambda route: held.append(route))
    other.run("globalThis.refreshed = supertokens.attemptRefreshingSession()")
    other.wait_for(held)
    spa.spoil_token()
    mark = spa.demo.mark()
    status = f'{SYNC} return sync("GET", "/api/protected")'
    assert spa.run(status) == 401
    assert spa.demo.count(mark, REFRESH) == 0
    held[0].continue_()
    assert other.run("return refreshed") is True
    assert spa.run(status) == 200
    other.page.close()


@ON_THE_PAGE
@pytest.mark.parametrize("other", ["supertokens-website", "this-tab"])
def test_a_synchronous_request_does_not_wait_for_the_refresh_of(spa: Spa, other: str) -> None:
    spa.spoil_token()
    held: list[Route] = []
    if other == "this-tab":
        spa.route(f"**{REFRESH}", lambda route: held.append(route))
        spa.run('globalThis.waiting = fetch("/api/protected").then((response) => response.status)')
        spa.wait_for(held)
    else:
        spa.run(
            """
            // The other tab would say again and again that it holds the lock.
            const now = Date.now();
            globalThis.clock = Date.now;
            Date.now = () => now;
            const times = { timeAcquired: now, timeRefreshed: now };
            const entry = { id: "other", iat: "x", timeoutKey: "k", ...times };
            localStorage.setItem("browser-tabs-lock-key-REFRESH_TOKEN_USE", JSON.stringify(entry));
            """
        )
    assert spa.run(f'{SYNC} return sync("GET", "/api/protected")') == 401
    if held:
        held[0].continue_()
        assert spa.run("return waiting") == 200
    else:
        spa.run(
            """
            Date.now = clock;
            localStorage.removeItem("browser-tabs-lock-key-REFRESH_TOKEN_USE");
            """
        )
    assert spa.run('return (await fetch("/api/protected")).status') == 200


@ON_THE_PAGE
def test_a_synchronous_request_of_an_unknown_visitor_does_not_wait_for_the_probe(spa: Spa) -> None:
    held: list[Route] = []
    spa.route(f"**{REFRESH}", lambda route: held.append(route))
    spa.page.context.clear_cookies()
    spa.run('globalThis.waiting = fetch("/api/public").then((response) => response.status)')
    spa.wait_for(held)
    mark = spa.demo.mark()
    assert spa.run(f'{SYNC} return sync("GET", "/api/public")') == 200
    # What it needs to sign in with.
    assert spa.demo.requests(mark)[0]["headers"] == ["rid", "st-auth-mode"]
    held[0].continue_()
    assert spa.run("return waiting") == 200
