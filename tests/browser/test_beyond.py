"""What goes beyond supertokens-website, in a real browser and against the real backend."""

import json

import pytest
from playwright.sync_api import Page

from tests.browser.app import REFRESH
from tests.browser.conftest import VendorSite
from tests.browser.spa import Spa
from tests.browser.test_boot import html, open_page

SIGN_OUT = "/auth/signout"


@pytest.mark.parametrize(
    "spa_kind", ["cookie", "header"], indirect=True
)  # it sets the page's clock
def test_a_token_is_refreshed_ahead_of_its_end(spa: Spa) -> None:
    counts = []
    for call in (
        "attemptRefreshingSession({ force: false })",
        "ensureFresh()",
        "ensureFresh({ minValidity: 1500 })",
        "getAccessToken({ minValidity: 1500 })",
        "ensureFresh({ minValidity: 1700 })",
    ):
        mark = spa.demo.mark()
        assert spa.run(
            f"""
            const now = Date.now;
            Date.now = () => now() + 2_000_000;  // 2000 of the token's 3600 seconds later
            try {{ return await supertokens.{call}; }} finally {{ Date.now = now; }}
            """
        )
        counts.append(spa.demo.count(mark, REFRESH))
    assert counts == [0, 0, 0, 0, 1]


def test_a_session_ends_here_while_the_backend_is_away_and_stays_so(spa: Spa) -> None:
    spa.route(f"**{SIGN_OUT}", lambda route: route.abort())
    assert spa.run("return supertokens.signOut().catch((e) => e.code)") == "SIGN_OUT_FAILED"
    assert spa.run("return supertokens.doesSessionExist()") is True
    assert spa.run("return supertokens.signOut({ localOnError: true })") is False
    assert "SIGN_OUT" in spa.page.get_by_test_id("event-log").inner_text()
    spa.unroute()
    mark = spa.demo.mark()
    for _ in range(2):
        assert spa.run("return supertokens.doesSessionExist()") is False
        spa.run('await fetch("/api/protected")')
        spa.open()
    assert spa.demo.count(mark, REFRESH) == 0


def test_an_access_token_is_verified_with_the_keys_that_the_backend_publishes(spa: Spa) -> None:
    reported = spa.run(
        """
        const payload = await supertokens.verifyAccessToken();
        const token = await supertokens.getAccessToken();
        const [head, body, signature] = token.split(".");
        const part = (data) => btoa(JSON.stringify(data)).replaceAll("=", "");
        const forged = [
          `${head}.${part({ ...payload, sub: "mallory" })}.${signature}`,
          `${part({ alg: "none" })}.${body}.`,
          "no token",
        ];
        const reasons = [];
        for (const token of forged) {
          const call = supertokens.verifyAccessToken({ token });
          reasons.push(await call.then(() => "taken", (e) => [e.name, e.code, e.reason].join()));
        }
        const id = await supertokens.getUserId();
        return { reasons, user: payload.sub, tenant: payload.tId, id };
        """
    )
    assert reported["user"] == reported["id"]
    assert reported["tenant"] == "public"
    reasons = ["bad_signature", "algorithm_not_allowed", "malformed"]
    assert reported["reasons"] == [f"TokenInvalid,TOKEN_INVALID,{reason}" for reason in reasons]


def test_a_key_that_is_not_among_those_known_is_looked_for_past_the_browsers_cache(
    spa: Spa,
) -> None:
    keys = json.dumps(spa.run('return (await fetch("/auth/jwt/jwks.json")).json()'))
    answers = ['{"keys":[]}', keys]
    spa.route(
        "**/jwks.json?rotated",
        lambda route: route.fulfill(body=answers.pop(0), headers={"cache-control": "max-age=3600"}),
    )
    verify = "supertokens.verifyAccessToken({ jwksUrl: '/auth/jwt/jwks.json?rotated' })"
    assert spa.run(f"return (await {verify}).sub") == spa.run("return supertokens.getUserId()")
    assert answers == []
    spa.run(f"await {verify}")  # from memory


def findings(spa: Spa, arguments: str = "") -> dict[str, dict[str, object]]:
    report = spa.run(f"return supertokens.diagnose({arguments})")
    assert report["ok"] is all(found["ok"] is not False for found in report["findings"])
    return {found["code"]: found for found in report["findings"]}


def test_nothing_is_wrong_with_the_demo(spa: Spa, spa_mode: str) -> None:
    mark = spa.demo.mark()
    report = spa.run("return supertokens.diagnose()")
    assert report["ok"] is True
    assert [found for found in report["findings"] if found["ok"] is not True] == []
    assert report["versions"]["shim"] == report["versions"]["package"]
    assert report["versions"]["pyodide"].startswith("314.")
    assert report["options"]["apiDomain"] == spa.demo.origin
    assert report["options"]["tokenTransferMethod"] == spa_mode
    assert "probe" not in spa.run("return document.cookie")
    assert spa.demo.count(mark, REFRESH) == 0


def test_what_is_wrong_with_a_page_is_found(spa: Spa) -> None:
    wrapped = "(undo = ((ours) => () => { fetch = ours; })(fetch), fetch = (...a) => undo.call(a))"
    blocked = (
        'Object.defineProperty(document, "cookie", { get: () => "", set() {}, configurable: true })'
    )
    spa.run(f"globalThis.undo = null; {wrapped}")
    assert findings(spa)["FETCH_INTERCEPTED"]["ok"] is None
    spa.run(f"undo(); {blocked}")
    found = findings(spa)
    assert found["FETCH_INTERCEPTED"]["ok"] is True
    assert found["COOKIES"]["ok"] is False
    assert "localStorage" in str(found["COOKIES"]["message"])
    spa.run(
        """delete document.cookie;
           const mark = "__supertokensOriginalFetch";
           globalThis.refusal = Object.getOwnPropertyDescriptor(globalThis, mark);
           Object.defineProperty(globalThis, mark, { value: fetch, configurable: true });"""
    )
    found = findings(spa)
    assert found["COOKIES"]["ok"] is True
    assert found["OTHER_SDK"]["ok"] is False
    spa.run('Object.defineProperty(globalThis, "__supertokensOriginalFetch", refusal)')
    assert findings(spa)["OTHER_SDK"]["ok"] is True
    assert spa.run("return supertokens.doesSessionExist()") is True


def test_a_page_in_a_frame_of_another_origin_is_a_finding(
    page: Page, vendor_site: VendorSite
) -> None:
    vendor_site.pages["/framed"] = html({"indexURL": "/vendor/pyodide/"})
    vendor_site.pages["/"] = f'<iframe src="{vendor_site.origin}/framed"></iframe>'
    page.goto(vendor_site.origin.replace("localhost", "127.0.0.1"))
    framed = page.frames[1]
    framed.wait_for_function("globalThis.supertokens")
    report = framed.evaluate("supertokens.diagnose()")
    [found] = [found for found in report["findings"] if found["code"] == "IFRAME"]
    assert found["ok"] is False
    assert "isInIframe" in found["hint"]


def test_a_probe_reports_how_refreshing_goes(spa: Spa) -> None:
    mark = spa.demo.mark()
    found = findings(spa, "{ probe: true }")
    assert found["REFRESH"]["ok"] is found["EXPOSED_HEADERS"]["ok"] is True
    assert spa.demo.count(mark, REFRESH, 200) == 1
    assert spa.run('return (await fetch("/api/protected")).status') == 200
    spa.route(f"**{REFRESH}", lambda route: route.fulfill(status=200))
    found = findings(spa, "{ probe: true }")
    assert found["REFRESH"]["ok"] is found["EXPOSED_HEADERS"]["ok"] is False
    assert "access-control-expose-headers" in str(found["EXPOSED_HEADERS"]["hint"])


def test_the_error_of_a_response_can_be_read_as_the_response(spa: Spa) -> None:
    body = json.dumps({"message": "Down for maintenance."})
    spa.route(f"**{REFRESH}", lambda route: route.fulfill(status=503, body=body))
    reported = spa.run(
        """
        const error = await supertokens.attemptRefreshingSession().catch((e) => e);
        // During the cooldown the error is still about that response.
        const again = await supertokens.attemptRefreshingSession().catch((e) => e);
        return [error.name, error.status, error.ok, await error.json(), await again.text(),
          error.message.includes(error.hint), String(error).includes(error.hint), error.hint];
        """
    )
    assert reported[:3] == ["RefreshUnavailable", 503, False]
    assert reported[3] == json.loads(reported[4]) == json.loads(body)
    assert reported[5:7] == [False, True]
    assert "apiDomain and apiBasePath" in reported[7]


def test_a_general_error_is_known_as_one(spa: Spa) -> None:
    text = json.dumps({"status": "GENERAL_ERROR", "message": "Not today."})
    spa.route(f"**{SIGN_OUT}", lambda route: route.fulfill(body=text))
    reported = spa.run(
        """return supertokens.signOut().catch((e) => [
             supertokens.STGeneralError.isThisError(e), e instanceof supertokens.STGeneralError,
             e instanceof Error, e.name, e.code, e.message, e.hint])"""
    )
    hint = "Show the message to the user."
    assert reported == [True, True, True, "GeneralError", "GENERAL_ERROR", "Not today.", hint]
    others = "[new Error('x'), undefined, null, 'x', {}]"
    none = spa.run(f"return {others}.some((e) => supertokens.STGeneralError.isThisError(e))")
    assert none is False


def test_a_handler_that_fails_is_reported_and_breaks_nothing(
    page: Page, vendor_site: VendorSite
) -> None:
    script = """
        const failures = [
          () => { throw new Error("at once"); },
          async () => { throw new Error("later"); },
        ];
        const onHandleEvent = () => failures.shift()();
        supertokens.init({ apiDomain: location.origin, onHandleEvent });
    """
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/"}, script))

    for failure in ("at once", "later"):
        with page.expect_console_message(
            lambda message: "onHandleEvent" in message.text
        ) as reported:
            page.evaluate("supertokens.signOut({ localOnError: true })")
        assert reported.value.type == "error"
        assert failure in reported.value.text
    assert page.evaluate("supertokens.doesSessionExist()") is False
