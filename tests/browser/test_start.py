"""When Python is started: boot setting `start`."""

import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog
from tests.browser.demo import Demo
from tests.browser.expectations import expect
from tests.browser.plain import open_plain
from tests.browser.test_early import BUNDLE, Visit, front_token

BEGIN = """
(start) => {
  globalThis.reasons = [];
  if (start) supertokensPyodide.start = start;
  supertokensPyodide.onStart = (reason) => reasons.push(reason);
  supertokens.init({ apiDomain: location.origin });
}
"""
READS = """
async () => {
  const claim = new supertokens.PrimitiveClaim({ id: "sub", refresh: async () => {} });
  claim.getValueFromPayload = (payload) => payload.sub;
  const user = await supertokens.getUserId();
  const same = [
    await supertokens.getClaimValue({ claim }),
    (await supertokens.getAccessTokenPayloadSecurely()).sub,
  ];
  return [
    await supertokens.doesSessionExist(),
    await supertokens.getTenantId(),
    (await supertokens.getSessionStatus()).status,
    typeof (await supertokens.getAccessToken()),
    same.every((id) => id === user),
  ];
}
"""
VALIDATED = """
async () => {
  const claim = new supertokens.BooleanClaim({ id: "terms", refresh: async () => {} });
  return (await supertokens.validateClaims(() => [claim.validators.isTrue()])).map(({ id }) => id);
}
"""


@pytest.fixture
def visit(demo: Demo, context: BrowserContext) -> Visit:
    visit = Visit(demo, context)
    visit.sign_up()
    visit.page.add_script_tag(url=BUNDLE)
    return visit


def of_python(log: BrowserLog) -> list[str]:
    """The files of Python that pages have asked for."""
    return [url for url in log.requests if "/pyodide/" in url or url.endswith(".whl")]


def reasons(visit: Visit) -> Any:
    return visit.run("reasons")


def test_a_visit_that_needs_no_python_loads_no_byte_of_it(
    visit: Visit, browser_log: BrowserLog
) -> None:
    visit.run(BEGIN, "needed")
    requests = f"Promise.all([viaFetch('{PROTECTED}'), viaXHR('{PROTECTED}')])"
    assert visit.run(requests) == [200, 200]
    assert visit.run(READS) == [True, "public", "ACTIVE", "string", True]
    assert visit.run("supertokens.sessionHint()") is True
    visit.page.wait_for_timeout(500)  # nothing starts it later
    assert of_python(browser_log) == []
    assert not any(url.endswith("/supertokens.python.mjs") for url in browser_log.requests)
    assert reasons(visit) == []


@pytest.mark.parametrize(
    ("reason", "call"),
    [
        ("response", f"viaFetch('{PROTECTED}')"),
        ("get_user_id", "supertokens.getUserId()"),
        ("sign_out", "supertokens.signOut()"),
        ("validate_page_claims", f"({VALIDATED})()"),
        ("ready", "supertokens.ready()"),
    ],
)
def test_what_needs_python_starts_it_and_waits(visit: Visit, reason: str, call: str) -> None:
    if reason == "get_user_id":
        visit.keep(sFrontToken=front_token(time.time() * 1000 - 1000))
    if reason == "response":
        visit.spoil_token()
    visit.run(BEGIN, "needed")
    visit.run(
        f"""() => {{
          globalThis.waiting = {call};
          waiting.catch(() => {{}});
          globalThis.read = supertokens.getUserId();
          read.catch(() => {{}});
        }}"""
    )
    visit.page.wait_for_function("reasons.length")
    visit.wait_for_boot()
    assert visit.run("state(waiting)") == "waits"
    assert (visit.run("state(read)") == "waits") == (reason == "get_user_id")
    assert reasons(visit) == [reason]


def test_a_request_with_an_expired_token_continues_once_python_has_started(
    visit: Visit, demo: Demo
) -> None:
    visit.keep(sFrontToken=front_token(time.time() * 1000 - 1000))
    mark = demo.mark()
    visit.run(BEGIN, "needed")
    visit.run(f"() => {{ globalThis.waiting = viaFetch('{PROTECTED}'); }}")
    visit.let_boot()
    assert visit.run("waiting") == 200
    assert demo.count(mark, REFRESH, 200) == 1
    assert reasons(visit) == ["request"]
    assert visit.run(f"({VALIDATED})()") == ["terms"]
    assert visit.run("supertokens.signOut()") is True


@pytest.mark.parametrize(("start", "reason"), [("idle", "idle"), ("eager", "init"), (None, "init")])
def test_python_starts_by_itself_unless_it_is_to_wait(
    visit: Visit, start: str | None, reason: str
) -> None:
    visit.run(BEGIN, start)
    visit.wait_for_boot()
    assert reasons(visit) == [reason]


def test_a_sign_out_in_another_tab_starts_python_and_is_an_event(
    visit: Visit, demo: Demo, context: BrowserContext
) -> None:
    visit.run(
        """() => {
          supertokensPyodide.start = "needed";
          globalThis.reasons = [];
          supertokensPyodide.onStart = (reason) => reasons.push(reason);
          globalThis.event = new Promise((onHandleEvent) => {
            supertokens.init({ apiDomain: location.origin, onHandleEvent });
          });
          document.cookie = "theme=dark;path=/"; // which is not the session's
        }"""
    )
    visit.page.wait_for_timeout(100)
    assert reasons(visit) == []
    open_plain(demo, context).evaluate(
        """() => {
          document.cookie = "sFrontToken=;path=/;max-age=0";
          document.cookie = "st-last-access-token-update=2;path=/";
        }"""
    )
    visit.let_boot()
    reported = visit.run("event.then(({ action, otherTab }) => [action, otherTab])")
    assert reported == ["SIGN_OUT", True]
    assert reasons(visit) == ["tab"]
    assert visit.run("supertokens.doesSessionExist()") is False


def test_if_the_start_fails_what_waits_learns_why(visit: Visit) -> None:
    visit.run("() => { supertokensPyodide.indexURL = '/nowhere/'; }")
    visit.run(BEGIN, "needed")
    assert visit.run("supertokens.getTenantId()") == "public"
    code = "supertokens.signOut().catch(({ code, cause }) => [code, String(cause)])"
    [reported, cause] = visit.run(code)
    assert reported == "BOOT_FAILED"
    assert "/nowhere/" in cause
    assert visit.run("supertokens.ready().catch(({ code }) => code)") == "BOOT_FAILED"


def test_a_word_that_is_no_setting_is_refused_by_init(visit: Visit) -> None:
    with pytest.raises(Error, match=r"Boot setting 'start' is 'lazy'"):
        visit.run(BEGIN, "lazy")


def test_the_demo_shows_its_first_screen_before_python_and_says_what_that_is_for(
    demo: Demo, context: BrowserContext, browser_log: BrowserLog
) -> None:
    visit = Visit(demo, context)
    visit.sign_up()
    page = visit.page
    page.goto(demo.origin)
    expect(page.get_by_test_id("status")).to_have_text("signed-in")
    expect(page.get_by_test_id("tenant-id")).to_have_text("public")
    page.get_by_test_id("call-protected").click()
    expect(page.get_by_test_id("protected-result")).to_contain_text("200")
    assert of_python(browser_log) == []
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_test_id("boot-reason")).to_have_text("Python is needed to sign out.")
    visit.let_boot()
    expect(page.get_by_test_id("status")).to_have_text("signed-out")
    expect(page.get_by_test_id("boot")).to_be_hidden()
