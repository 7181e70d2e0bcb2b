"""The page's fetch, and the JavaScript API, against the real backend."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.spa import Spa

ECHO = "/api/echo"


BODIES = {
    "string": 'new Request("/api/echo", { method: "POST", body: "grüezi" })',
    "init": '"/api/echo", { method: "POST", body: "grüezi" }',
    "url-object": 'new URL("/api/echo", location.href), { method: "POST", body: "grüezi" }',
    "blob": '"/api/echo", { method: "POST", body: new Blob(["grüezi"]) }',
    "buffer": '"/api/echo", { method: "POST", body: new TextEncoder().encode("grüezi") }',
    "request-and-init": (
        'new Request("/api/echo", { method: "POST", body: "x" }), { body: "grüezi" }'
    ),
}


def test_every_kind_of_body_arrives_whole_after_a_refresh(spa: Spa) -> None:
    spa.spoil_token()
    mark = spa.demo.mark()
    calls = ",".join(f"fetch({call}).then((r) => r.json())" for call in BODIES.values())
    answers = spa.run(f"return Promise.all([{calls}])")
    assert [answer["body"] for answer in answers] == ["grüezi"] * len(BODIES)
    assert spa.demo.count(mark, REFRESH) == 1
    assert spa.demo.count(mark, ECHO, 401) == len(BODIES)


def test_a_form_keeps_its_type_and_length_after_a_refresh(spa: Spa) -> None:
    spa.let_token_expire()
    answer = spa.run(
        """
        const form = new FormData();
        form.append("file", new Blob(["x".repeat(100000)]), "x.txt");
        return (await fetch("/api/echo", { method: "POST", body: form })).json();
        """
    )
    assert answer["contentType"].startswith("multipart/form-data; boundary=")
    assert answer["length"] > 100_000


def test_an_endpoint_that_always_answers_401_gets_one_refresh(spa: Spa) -> None:
    mark = spa.demo.mark()
    assert spa.run('return (await fetch("/api/always-401")).status') == 401
    assert spa.demo.count(mark, "/api/always-401") == 2
    assert spa.demo.count(mark, REFRESH) == 1
    assert spa.run("return supertokens.doesSessionExist()") is True


def test_an_abort_ends_the_wait_for_a_refresh_and_not_the_refresh(spa: Spa) -> None:
    spa.let_token_expire()
    held: list[Callable[[], None]] = []
    spa.route(f"**{REFRESH}", lambda route: held.append(route.continue_))
    spa.run(
        """
        globalThis.control = new AbortController();
        globalThis.first = fetch("/api/protected", { signal: control.signal }).then(
          (r) => r.status, (e) => e.name);
        globalThis.second = fetch("/api/protected").then((r) => r.status);
        """
    )
    while not held:
        spa.run("")  # lets the browser's messages in
    assert spa.run("control.abort(); return first") == "AbortError"
    mark = spa.demo.mark()
    held[0]()
    assert spa.run("return second") == 200
    assert spa.demo.count(mark, REFRESH) == 1


@pytest.mark.parametrize("response", [500, None], ids=["500", "no-response"])
def test_a_refresh_that_fails_reaches_the_caller_and_keeps_the_session(
    spa: Spa, response: int | None
) -> None:
    spa.let_token_expire()
    spa.route(
        f"**{REFRESH}",
        lambda route: (
            route.abort() if response is None else route.fulfill(status=response, body="down")
        ),
    )
    answer = spa.run(
        """return fetch("/api/protected").then(
          async (r) => [r.status, await r.text()], (e) => [e.name, e.code, e.cause?.name])"""
    )
    status = spa.run("return supertokens.getSessionStatus()")
    assert status["status"] == "UNKNOWN"
    assert status["reason"]
    assert spa.run("return supertokens.doesSessionExist()") is False
    spa.unroute()
    # What has just failed is not tried again at once.
    spa.page.wait_for_function(
        'fetch("/api/protected").then(({ status }) => status === 200, () => false)', polling=200
    )
    if response is None:
        assert answer == ["RefreshUnavailable", "REFRESH_UNAVAILABLE", "TypeError"]
    else:
        assert answer == [500, "down"]


@pytest.mark.parametrize(
    "spa_kind", ["cookie", "header"], indirect=True
)  # it sets the page's clock
def test_a_backend_that_asks_for_a_rest_gets_it(spa: Spa) -> None:
    spa.let_token_expire()
    calls: list[Route] = []
    spa.route(
        f"**{REFRESH}",
        lambda route: (
            calls.append(route),
            route.fulfill(status=429, headers={"retry-after": "60"}, body="later"),
        ),
    )
    answers = spa.run(
        """
        const answer = () => fetch("/api/protected").then((r) => r.status, (e) => e.code);
        const { now } = Date;
        const at = (seconds) => { Date.now = () => now() + seconds * 1000; return answer(); };
        try { return [await at(0), await at(30), await at(61)]; } finally { Date.now = now; }
        """
    )
    assert answers == [429, "REFRESH_UNAVAILABLE", 429]
    assert len(calls) == 2


def test_null_is_an_address_as_it_is_for_the_native_fetch(spa: Spa) -> None:
    assert spa.run("return (await fetch(null)).url").endswith("/null")


def test_what_is_not_ours_goes_to_the_native_fetch_untouched(spa: Spa) -> None:
    sent: list[dict[str, str]] = []
    spa.route(
        "http://elsewhere.test/**",
        lambda route: (sent.append(route.request.headers), route.fulfill(status=204))[1],
    )
    spa.run('await fetch("http://elsewhere.test/x", { mode: "no-cors" })')
    spa.run('await fetch("/api/protected?superTokensDoNotDoInterception")')
    assert "st-auth-mode" not in sent[0]
    assert "rid" not in spa.demo.requests(0)[-1]["headers"]


def test_the_callers_choice_of_credentials_is_respected(spa: Spa, spa_mode: str) -> None:
    status = 'return (await fetch("/api/protected", { credentials: "omit" })).status'
    mark = spa.demo.mark()
    assert spa.run(status) == (401 if spa_mode == "cookie" else 200)
    assert all(entry["cookies"] == [] for entry in spa.demo.requests(mark)[:1])


@pytest.mark.parametrize("spa_kind", ["header"], indirect=True)
def test_our_own_token_in_authorization_is_replaced_after_a_refresh(spa: Spa) -> None:
    spa.let_token_expire()
    status = spa.run(
        """
        const [, token] = /st-access-token=([^;]+)/.exec(document.cookie);
        const authorization = `Bearer ${token}`;
        return (await fetch("/api/protected", { headers: { authorization } })).status;
        """
    )
    assert status == 200


def test_an_invalid_claim_is_an_event_and_its_body_stays_readable(spa: Spa) -> None:
    response = spa.run(
        """
        const response = await fetch("/api/needs-claim");
        return [response.status, (await response.json()).claimValidationErrors.length];
        """
    )
    assert response == [403, 1]
    log = spa.page.get_by_test_id("event-log")
    assert "API_INVALID_CLAIM" in log.inner_text()


def test_the_javascript_api_reads_what_the_session_holds(spa: Spa) -> None:
    reported = spa.run(
        """
        const token = await supertokens.getAccessToken();
        return {
          exists: await supertokens.doesSessionExist(),
          status: (await supertokens.getSessionStatus()).status,
          user: await supertokens.getUserId(),
          tenant: await supertokens.getTenantId(),
          payload: await supertokens.getAccessTokenPayloadSecurely(),
          decoded: JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))),
        };
        """
    )
    assert reported["exists"] is True
    assert reported["status"] == "ACTIVE"
    assert reported["tenant"] == "public"
    assert reported["user"] == reported["payload"]["sub"] == reported["decoded"]["sub"]


def test_the_real_backend_sees_the_session_headers_on_every_call(spa: Spa, spa_mode: str) -> None:
    mark = spa.demo.mark()
    spa.run('await fetch("/api/protected")')
    [entry] = [e for e in spa.demo.requests(mark) if e["path"] == PROTECTED]
    expected = {"rid", "st-auth-mode"} | ({"authorization"} if spa_mode == "header" else set())
    assert set(entry["headers"]) == expected
    assert ("sAccessToken" in entry["cookies"]) == (spa_mode == "cookie")


def test_answers_change_at_once_when_another_tab_changes_the_cookies(spa: Spa) -> None:
    ask = "return [await supertokens.doesSessionExist(), await supertokens.getUserId()]"
    assert spa.run(ask) == spa.run(ask)
    gone = "sFrontToken=;path=/;expires=Thu, 01 Jan 1970 00:00:00 GMT"
    assert spa.run(f"document.cookie = '{gone}'; return supertokens.doesSessionExist()") is False


@pytest.mark.parametrize("spa_kind", ["header"], indirect=True)
def test_a_token_can_expire_on_a_machine_where_it_arrives_expired(spa: Spa) -> None:
    def slow(route: Route) -> None:
        response = route.fetch()
        time.sleep(1.5)  # longer than the first token lives
        route.fulfill(response=response)

    spa.page.route(f"**{REFRESH}", slow)
    spa.let_token_expire()
    spa.unroute()
    mark = spa.demo.mark()
    assert spa.run('return (await fetch("/api/protected")).status') == 200
    assert spa.demo.count(mark, REFRESH) == 1
