"""Session claims in both languages, on one page, against the backend's own validators."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.app import PATHS
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.spa import Spa

ACCEPT = "/api/accept-terms"
NEEDS = "/api/needs-claim"

# What the page's Python has for tests. It hands values out as JSON.
PYTHON = """
import json
import js
import supertokens_pyodide as supertokens
from pyodide.code import eval_code_async
from pyodide.ffi import create_proxy
from pyodide.http import pyfetch, pyxhr
from supertokens_pyodide.claims import BooleanClaim, ClaimValidationResult, PrimitiveArrayClaim

events = []
supertokens.on("API_INVALID_CLAIM", events.append)

async def accept(user_context):
    await pyfetch("/api/accept-terms", method="POST")

def accept_at_once(user_context):
    pyxhr.post("/api/accept-terms")

async def leave(user_context):
    pass

class Wanted:
    id = "custom"
    refresh = staticmethod(accept)

    def should_refresh(self, payload, user_context, clock):
        return "terms" not in payload

    def validate(self, payload, user_context, clock):
        return ClaimValidationResult("terms" in payload, {"asked by": user_context["who"]})

class AsyncWanted(Wanted):
    async def should_refresh(self, payload, user_context, clock):
        await pyfetch("/api/public")
        return super().should_refresh(payload, user_context, clock)

    async def validate(self, payload, user_context, clock):
        assert await supertokens.does_session_exist()
        return super().validate(payload, user_context, clock)

class Broken(Wanted):
    def validate(self, payload, user_context, clock):
        raise KeyError("broken in Python")

async def require(*validators):
    return await supertokens.validate_claims(lambda *_: validators, user_context={"who": "me"})

async def run(code):
    return json.dumps(await eval_code_async(code, globals()))

js.runPython = create_proxy(run)
"""

JAVASCRIPT = """
globalThis.received = [];
supertokens.init({
  apiDomain: location.origin, apiBasePath: "/auth", tokenTransferMethod: "cookie",
  onHandleEvent: (event) => event.action === "API_INVALID_CLAIM" && received.push(event),
});
globalThis.accept = async () => { await fetch("/api/accept-terms", { method: "POST" }); };
globalThis.terms = (refresh, more) =>
  new supertokens.BooleanClaim({ id: "terms", refresh, ...more }).validators;
globalThis.wanted = (more) => ({
  id: "custom",
  refresh: accept,
  shouldRefresh: (payload) => !payload.terms,
  validate: (payload, { who }) =>
    payload.terms ? { isValid: true } : { isValid: false, reason: { "asked by": who } },
  ...more,
});
globalThis.require = (...validators) => supertokens.validateClaims(() => validators, { who: "me" });
"""

REFUSED = [{"id": "terms", "reason": {"message": "value does not exist", "expectedValue": True}}]
NOT_WANTED = [{"id": "custom", "reason": {"asked by": "me"}}]
THEIR_REASON = {"message": "value does not exist", "expectedValue": True, "actualValue": None}
THEIRS = [{"id": "terms", "reason": THEIR_REASON}]

# What another tab has just written to localStorage may take a moment to be seen here.
LOCKS = """
const locks = async () => {
  const { held, pending } = await navigator.locks.query();
  const stored = Object.keys(localStorage).filter((key) => key.startsWith("browser-tabs-lock"));
  return [...held, ...pending].map(({ name }) => name).concat(stored);
};
const end = Date.now() + 60_000;
while ((await locks()).length && Date.now() < end) await new Promise((go) => setTimeout(go, 20));
return locks();
"""


class Bilingual(Spa):
    """The demo's Python page, which JavaScript drives as well."""

    def open(self) -> None:
        super().open()
        self.page.add_script_tag(content=PYTHON, type="py")
        self.page.wait_for_function("'runPython' in globalThis")
        self.run(JAVASCRIPT)

    def python(self, code: str) -> Any:
        """Run Python; the value of its last line."""
        return json.loads(self.page.evaluate("(code) => runPython(code)", code))

    def in_both(self, python: str, javascript: str) -> Iterator[Any]:
        """What each gives, with a new user for each."""
        yield self.python(python)
        self.start_afresh()
        yield self.run(javascript)


@pytest.fixture(scope="module")
def shared_spa(browser: Browser, demo_process: Demo) -> Iterator[Bilingual]:
    with open_context(browser) as context:
        yield Bilingual(demo_process, context.new_page(), "cookie", PATHS["python"])


@pytest.fixture(autouse=True)
def no_lock_is_left(spa: Bilingual, browser_log: BrowserLog) -> Iterator[None]:
    yield
    assert spa.run(LOCKS) == []
    assert browser_log.page_errors == []


def test_a_claim_is_required_refreshed_and_read(spa: Bilingual) -> None:
    python = """
        unknown = BooleanClaim("terms", leave)
        terms = BooleanClaim("terms", accept, default_max_age_in_seconds=60)
        [
            await require(unknown.validators.is_true()),
            await supertokens.get_claim_value(terms),
            await require(terms.validators.is_true()),
            await supertokens.get_claim_value(terms),
            await require(terms.validators.is_false()),
        ]
    """
    javascript = """
        const unknown = new supertokens.BooleanClaim({ id: "terms", refresh: async () => {} });
        const claim = new supertokens.BooleanClaim({
          id: "terms", refresh: accept, defaultMaxAgeInSeconds: 60,
        });
        return [
          await require(unknown.validators.isTrue()),
          (await supertokens.getClaimValue({ claim })) ?? null,
          await require(claim.validators.isTrue()),
          await supertokens.getClaimValue({ claim }),
          await require(claim.validators.isFalse()),
        ];
    """
    wrong = {"message": "wrong value", "expectedValue": False, "actualValue": True}
    for reported in spa.in_both(python, javascript):
        assert reported == [REFUSED, None, [], True, [{"id": "terms", "reason": wrong}]]


def test_what_is_in_order_costs_no_request(spa: Bilingual) -> None:
    spa.run("await accept()")
    mark = spa.demo.mark()
    assert spa.run("return require(terms(accept).isTrue(300))") == []
    assert spa.python("await require(BooleanClaim('terms', accept).validators.is_true(300))") == []
    assert spa.demo.requests(mark) == []


@pytest.mark.parametrize(
    "validator", ["AsyncWanted()", "Wanted()", "BooleanClaim('terms', accept_at_once)"]
)
def test_validators_of_python_may_take_their_time_or_not(spa: Bilingual, validator: str) -> None:
    wanted = f"{validator}.validators.is_true()" if "Claim" in validator else validator
    mark = spa.demo.mark()
    assert spa.python(f"await require({wanted}, {wanted})") == []
    assert spa.demo.count(mark, ACCEPT) == 1


@pytest.mark.parametrize(
    "more",
    [
        "{}",
        """{
          async shouldRefresh(payload) {
            await fetch("/api/public");
            return !payload.terms;
          },
          async validate(payload) {
            return { isValid: await supertokens.doesSessionExist() && "terms" in payload };
          },
        }""",
        # What a function gives back may be no JSON: it stays where it is.
        "{ refresh: async () => { await accept(); return window; } }",
    ],
)
def test_validators_of_javascript_may_take_their_time_or_not(spa: Bilingual, more: str) -> None:
    mark = spa.demo.mark()
    assert spa.run(f"return require(wanted({more}), wanted({more}))") == []
    assert spa.demo.count(mark, ACCEPT) == 1


def test_a_refresh_that_fails_is_reported_and_the_claim_judged_as_it_is(spa: Bilingual) -> None:
    python = """
        class Stuck(Wanted):
            async def refresh(self, user_context):
                raise KeyError("stuck in Python")
        await require(Stuck())
    """
    javascript = "return require(wanted({ async refresh() { throw Error('stuck in JS'); } }))"
    warnings = []
    spa.page.on("console", lambda message: warnings.append(message.text))
    for reported in spa.in_both(python, javascript):
        assert reported == NOT_WANTED
    for cause in ("stuck in Python", "stuck in JS"):
        (warning,) = [text for text in warnings if cause in text]
        assert "'custom' could not refresh its claim" in warning


def test_a_validator_that_raises_fails_the_call_and_frees_the_lock(spa: Bilingual) -> None:
    python = """
        try:
            await require(Broken())
        except supertokens.SuperTokensError as error:
            reported = [type(error).__name__, error.code, repr(error.__cause__)]
        reported
    """
    javascript = """
        const broken = wanted({ validate() { throw Error("broken in JS"); } });
        return require(broken).catch((e) => [e.name, e.code, String(e.cause)]);
    """
    causes = []
    for name, code, cause in spa.in_both(python, javascript):
        assert (name, code) == ("ClaimValidatorFailed", "CLAIM_VALIDATOR_FAILED")
        causes.append(cause)
    assert causes == ["KeyError('broken in Python')", "Error: broken in JS"]


def test_a_max_age_that_is_too_short_is_an_error(spa: Bilingual) -> None:
    python = """
        try:
            await require(BooleanClaim("terms", accept).validators.is_true(3))
        except supertokens.SuperTokensError as error:
            reported = error.code
        reported
    """
    javascript = "return require(terms(accept).isTrue(3)).catch((e) => e.cause.code)"
    assert list(spa.in_both(python, javascript)) == ["MAX_AGE_INVALID"] * 2


def test_the_global_validators_are_none_and_the_context_is_an_object(spa: Bilingual) -> None:
    reported = spa.run(
        """
        const given = [];
        await supertokens.validateClaims((...all) => { given.push(all); return all[0]; });
        return [await supertokens.validateClaims(), given];
        """
    )
    assert reported == [[], [[[], {}]]]


def test_a_list_is_judged_alike_in_both_languages(spa: Bilingual) -> None:
    python = """
        roles = PrimitiveArrayClaim("roles", leave).validators
        await require(roles.includes("a"), roles.excludes_all(["a"], 60, "own id"))
    """
    javascript = """
        const config = { id: "roles", refresh: async () => {} };
        const roles = new supertokens.PrimitiveArrayClaim(config).validators;
        return require(roles.includes("a"), roles.excludesAll(["a"], 60, "own id"));
    """
    first, second = spa.in_both(python, javascript)
    assert first == second
    assert [error["id"] for error in first] == ["roles", "own id"]


# ---- responses that refuse a session for its claims ----------------------------------------------


SEND = {
    "fetch": "await fetch('/api/needs-claim')",
    "xhr": """await new Promise((resolve) => {
        const xhr = new XMLHttpRequest();
        xhr.open("GET", "/api/needs-claim");
        xhr.onload = resolve;
        xhr.send();
      })""",
}


@pytest.mark.parametrize("client", SEND)
def test_both_languages_get_an_event_for_a_response_that_refuses_the_claims(
    spa: Bilingual, client: str
) -> None:
    spa.python("events.clear()")
    reported = spa.run(f"received.length = 0; {SEND[client]}; return received;")
    action = {"action": "API_INVALID_CLAIM"}
    assert reported == [{**action, "claimValidationErrors": THEIRS, "userContext": {}}]
    received = [{**action, "claim_validation_errors": THEIRS, "user_context": {}}]
    assert spa.python("events") == received


def test_the_reasons_are_found_in_responses_of_every_form(spa: Bilingual) -> None:
    javascript = """
        const of = (response) => supertokens.getInvalidClaimsFromResponse({ response });
        const response = await fetch("/api/needs-claim");
        const found = await of(response);
        const data = await response.json();
        return [found, await of({ data }), await of({ data: JSON.stringify(data) })];
    """
    assert spa.run(javascript) == [THEIRS] * 3
    python = """
        of = supertokens.get_invalid_claims_from_response
        responses = [await pyfetch(NEEDS), await js.fetch(NEEDS), pyxhr.get(NEEDS)]
        found = [await of(response) for response in responses]
        [*found, await of(await responses[0].json())]
    """
    assert spa.python(python.replace("NEEDS", repr(NEEDS))) == [THEIRS] * 4
    other = 'supertokens.getInvalidClaimsFromResponse({ response: await fetch("/api/public") })'
    assert spa.run(f"return {other}") == []


# ---- two tabs ------------------------------------------------------------------------------------


def test_two_tabs_in_two_languages_refresh_a_claim_once(spa: Bilingual) -> None:
    page = spa.page.context.new_page()
    other = Bilingual(spa.demo, page, "cookie", PATHS["python"])
    mark = spa.demo.mark()
    # The first to have the lock refreshes when the other waits for it.
    begin(
        spa.page,
        """
        const waiting = async () => (await navigator.locks.query()).pending.length > 0;
        const refresh = async () => {
          globalThis.holds = true;
          while (!(await waiting())) await new Promise((resolve) => setTimeout(resolve, 10));
          await accept();
        };
        return require(terms(refresh).isTrue());
        """,
    )
    spa.page.wait_for_function("globalThis.holds")
    assert other.python("await require(BooleanClaim('terms', accept).validators.is_true())") == []
    assert spa.page.evaluate("done") == []
    assert spa.demo.count(mark, ACCEPT) == 1
    page.close()


def begin(page: Page, body: str) -> None:
    """Run the body of an async function without waiting; `done` is its outcome."""
    page.evaluate(f"() => {{ globalThis.done = (async () => {{ {body} }})(); }}")
