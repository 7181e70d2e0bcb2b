"""Validating claims: what is asked when, under which lock, and what goes wrong in validators."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import _current
from supertokens_pyodide.claims import BooleanClaim, ClaimValidationResult
from supertokens_pyodide.errors import (
    ClaimValidatorFailed,
    InvalidMaxAge,
    NoSession,
    SessionExpired,
)
from supertokens_pyodide.testing import Reply

LOCK = "CLAIM_REFRESH_LOCK"
FETCH = "/fetch-claim"

LANGUAGES = ["python", "async-python", "javascript"]


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@dataclass
class Wanted:
    """A validator that wants a claim in the payload, and records its calls."""

    world: Any
    id: str
    fails_in: str = ""
    fails_at: int = 1
    tab: Any = None
    asked: list[str] = field(default_factory=list)

    def ask(self, question):
        holder = self.world.browser.locks.get(LOCK)
        self.asked.append(f"{question} {'locked' if holder else 'free'}")
        if question == self.fails_in:
            self.fails_at -= 1
            if self.fails_at == 0:
                raise RuntimeError("a validator of the application's is broken")

    def should_refresh(self, payload, *_):
        self.ask("should_refresh")
        return self.id not in payload

    def refresh(self, *_):
        self.ask("refresh")
        (self.tab or self.world.tab).fetch(f"{FETCH}?id={self.id}", method="POST")

    def validate(self, payload, *_):
        self.ask("validate")
        return ClaimValidationResult(payload.get(self.id) is True, f"{self.id} is wanted")


class AsyncWanted(Wanted):
    """The same with functions that take their time."""

    async def should_refresh(self, *arguments):
        await asyncio.sleep(0)
        return super().should_refresh(*arguments)

    async def refresh(self, *arguments):
        await asyncio.sleep(0)
        super().refresh(*arguments)

    async def validate(self, *arguments):
        await asyncio.sleep(0)
        return super().validate(*arguments)


@pytest.fixture(autouse=True)
def nothing_stays_bound():
    yield
    supertokens.close()


def validate(world, *validators, **more):
    """Validate in Python."""
    _current.bind(world.tab.client)
    return asyncio.run(supertokens.validate_claims(lambda *_: validators, **more))


def begin_in_javascript(tab, validators):
    tab.functions = {
        "shouldRefresh": lambda index, payload: validators[index].should_refresh(payload),
        "refresh": lambda index: validators[index].refresh(),
        "validate": lambda index, payload: validators[index].validate(payload).is_valid,
    }
    return tab.begin_call("validate_page_claims", ids=[each.id for each in validators])


class Page:
    """Validates claims in one language."""

    def __init__(self, world, language):
        self.world = world
        self.language = language

    def wanted(self, id, **more):
        kind = AsyncWanted if self.language == "async-python" else Wanted
        return kind(self.world, id, **more)

    def validate(self, *validators):
        """The ids of those that find something wrong."""
        tab = self.world.tab
        if self.language == "javascript":
            found = tab.run(begin_in_javascript(tab, validators))
            return [validators[index].id for index in found]
        errors = validate(self.world, *validators)
        assert all(error["reason"] == f"{error['id']} is wanted" for error in errors)
        return [error["id"] for error in errors]


@pytest.fixture
def page(signed_in, language):
    """A page with a user signed in, whose backend gives every claim that is asked for."""
    backend = signed_in.backend

    def fetch(request):
        (session,) = backend.sessions
        backend.claims[request.url.partition("?id=")[2]] = True
        return Reply(200, backend.tokens(session, signed_in.mode))

    backend.always[FETCH] = fetch
    yield Page(signed_in, language)
    assert signed_in.browser.locks == {}
    assert signed_in.backend.thefts == 0


def give(world, *claims):
    """Have claims in the payload already."""
    world.backend.claims.update(dict.fromkeys(claims, True))
    assert world.tab.call("attempt_refresh")
    world.forget()


def test_what_is_in_order_costs_neither_a_lock_nor_a_request(page):
    give(page.world, "terms")
    terms = page.wanted("terms")
    assert page.validate(terms) == []
    assert terms.asked == ["should_refresh free", "validate free"]
    assert page.world.browser.requests == []


def test_a_claim_that_is_missing_is_refreshed_under_the_lock_and_read_again(page):
    terms = page.wanted("terms")
    assert page.validate(terms) == []
    assert terms.asked == [
        "should_refresh free",
        "should_refresh locked",
        "refresh locked",
        "validate free",
    ]
    assert len(page.world.sent(FETCH)) == 1


def test_all_that_need_it_refresh_before_any_judges(page):
    give(page.world, "first")
    validators = [page.wanted(name) for name in ("first", "second", "third")]
    order = []
    for each in validators:
        each.asked = order
    assert page.validate(*validators) == []
    assert order == [
        *["should_refresh free"] * 2,  # the second is the first that needs it
        *["should_refresh locked"] * 2,
        "refresh locked",
        "should_refresh locked",
        "refresh locked",
        *["validate free"] * 3,
    ]


def test_one_refresh_does_for_all_that_want_the_same(page):
    assert page.validate(page.wanted("terms"), page.wanted("terms")) == []
    assert len(page.world.sent(FETCH)) == 1


def test_a_claim_that_is_still_invalid_is_reported(page):
    give(page.world, "terms")
    page.world.backend.always[FETCH] = Reply(200)
    names = ("role", "terms", "age")
    assert page.validate(*map(page.wanted, names)) == ["role", "age"]


def test_an_expired_token_is_refreshed_first(page):
    give(page.world, "terms")
    page.world.expire()
    assert page.validate(page.wanted("terms")) == []
    assert page.world.refreshes == 1


def test_without_a_session_there_is_nothing_to_validate(page):
    page.world.tab.call("sign_out")
    with pytest.raises(NoSession):
        page.validate(page.wanted("terms"))


def test_a_session_that_ends_at_the_refresh_is_an_event(page):
    def end(request):
        page.world.backend.revoke_all()
        page.world.expire()
        return Reply(200)

    page.world.backend.always[FETCH] = end
    with pytest.raises(SessionExpired):
        page.validate(page.wanted("terms"))


def test_a_refresh_that_fails_is_reported_and_the_claim_judged_as_it_is(page):
    give(page.world, "role")
    page.world.tab.warnings.clear()
    terms = page.wanted("terms", fails_in="refresh")
    assert page.validate(page.wanted("role"), terms) == ["terms"]
    (warning,) = page.world.tab.warnings
    assert "'terms' could not refresh" in warning
    assert terms.asked[-1] == "validate free"


@pytest.mark.parametrize(
    ("question", "time"), [("should_refresh", 1), ("should_refresh", 2), ("validate", 1)]
)
def test_a_validator_that_raises_ends_the_call_and_the_lock(page, question, time):
    terms = page.wanted("terms", fails_in=question, fails_at=time)
    with pytest.raises(ClaimValidatorFailed, match="'terms' raised an error") as raised:
        page.validate(terms)
    if page.language != "javascript":
        assert isinstance(raised.value.__cause__, RuntimeError)
    assert terms.asked[-1].startswith(question)
    assert page.validate(page.wanted("terms")) == []


# ---- at once -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["javascript"])
def test_two_tabs_make_one_refresh(page):
    world = page.world
    calls = []
    for tab in (world.tab, world.open_tab()):
        calls.append(begin_in_javascript(tab, [Wanted(world, "terms", tab=tab)]))
    world.run_all()
    assert [call.result() for call in calls] == [[], []]
    assert len(world.sent(FETCH)) == 1


@pytest.mark.parametrize("language", ["async-python"])
def test_several_tasks_of_a_page_make_one_refresh(page):
    async def several():
        validate = supertokens.validate_claims
        return await asyncio.gather(
            *(validate(lambda *_: [page.wanted("terms")]) for _ in range(3)),
        )

    with page.world.tab:
        assert asyncio.run(several()) == [[], [], []]
    assert len(page.world.sent(FETCH)) == 1


@pytest.mark.parametrize("language", ["python"])
def test_when_another_tab_takes_too_long_the_claim_is_judged_as_it_is(page):
    world, port = page.world, page.world.tab.client.port
    browser = world.browser
    terms = page.wanted("terms")

    async def scenario():
        arguments = {"validators": [terms], "user_context": {}}
        flow, _ = port.begin("validate_claims", arguments, browser.cookie_string(), browser.now)
        await port.perform(flow.id)
        port.resume(flow.id, None, browser.cookie_string(), browser.now)
        assert flow.effect.name == LOCK
        give(world, "role")
        port.resume(flow.id, False, browser.cookie_string(), browser.now)
        await port.perform(flow.id)
        port.resume(flow.id, None, browser.cookie_string(), browser.now)
        return flow.outcome()

    assert asyncio.run(scenario()) == ({"id": "terms", "reason": "terms is wanted"},)
    assert terms.asked == ["should_refresh free", "validate free"]


@pytest.mark.parametrize("language", ["python"])
@pytest.mark.parametrize("fails", [False, True])
def test_what_a_function_gives_is_not_kept_when_its_caller_has_gone(page, fails):
    browser, port = page.world.browser, page.world.tab.client.port
    terms = page.wanted("terms")

    async def should_refresh(*_):
        port.cancel(flow.id)
        if fails:
            raise ValueError
        return False

    terms.should_refresh = should_refresh
    arguments = {"validators": [terms], "user_context": {}}
    flow, _ = port.begin("validate_claims", arguments, browser.cookie_string(), browser.now)
    with suppress(ValueError):
        asyncio.run(port.perform(flow.id))
    assert port._answers == {}


# ---- in Python -----------------------------------------------------------------------------------


def test_without_validators_all_is_well_even_without_a_session(world):
    assert validate(world) == []
    assert asyncio.run(supertokens.validate_claims()) == []
    assert world.browser.requests == []


def test_the_validators_get_the_callers_own_context_and_the_sessions_clock(signed_in):
    context = {"who": object()}
    seen = []

    class Curious:
        id = "curious"

        def should_refresh(self, payload, user_context, clock):
            seen.append((user_context, clock.now()))
            return not seen[1:]

        def refresh(self, user_context):
            seen.append((user_context, signed_in.backend.now))

        async def validate(self, payload, user_context, clock):
            seen.append((user_context, clock.now()))
            assert payload["sub"] == await supertokens.get_user_id()
            return ClaimValidationResult(False, reason=seen)

    def override(validators, user_context):
        assert (validators, user_context) == ([], context)
        return [*validators, Curious()]

    signed_in.browser.now -= 60_000  # a wrong clock, which the next token puts right
    assert signed_in.tab.call("attempt_refresh")
    with signed_in.tab:
        (error,) = asyncio.run(supertokens.validate_claims(override, user_context=context))
    assert error == {"id": "curious", "reason": seen}
    assert error["reason"] is seen
    assert all(given is context for given, _ in seen)
    assert {abs(now - signed_in.backend.now) < 1_000 for _, now in seen} == {True}


def test_a_claim_is_fetched_required_and_read(signed_in):
    async def fetch(user_context):
        signed_in.backend.claims["terms"] = {"v": True, "t": signed_in.backend.now}
        await supertokens.attempt_refresh()

    claim = BooleanClaim("terms", fetch, default_max_age_in_seconds=60)
    assert validate(signed_in, claim.validators.is_true()) == []
    signed_in.pass_time(30_000)
    assert validate(signed_in, claim.validators.is_true()) == []
    assert signed_in.refreshes == 1
    signed_in.pass_time(31_000)
    (error,) = validate(signed_in, claim.validators.is_false())
    assert error["reason"]["message"] == "wrong value"
    assert asyncio.run(supertokens.get_claim_value(claim)) is True
    context = {"who": "asks"}
    assert asyncio.run(supertokens.get_claim_value(claim, user_context=context)) is True


def test_a_max_age_that_is_too_short_is_an_error(signed_in):
    claim = BooleanClaim("terms", None, default_max_age_in_seconds=3)
    with pytest.raises(InvalidMaxAge, match="is 3, but it must be"):
        validate(signed_in, claim.validators.is_true())


def test_a_result_of_another_kind_is_an_error(signed_in):
    terms = Wanted(signed_in, "terms")
    terms.validate = lambda *_: True
    terms.should_refresh = lambda *_: False
    with pytest.raises(ClaimValidatorFailed, match="'terms' returned a bool"):
        validate(signed_in, terms)


@pytest.mark.parametrize("name", ["id", "refresh", "should_refresh", "validate"])
def test_a_validator_that_lacks_something_is_an_error_at_once(signed_in, name):
    given = {"id": "x", "refresh": print, "should_refresh": print, "validate": print}
    del given[name]
    with pytest.raises(AttributeError, match=name):
        validate(signed_in, type("Half", (), given)())


def test_a_caller_who_gives_up_leaves_no_flow_and_no_lock(signed_in):
    terms = AsyncWanted(signed_in, "terms")
    stuck = asyncio.Event()

    async def refresh(user_context):
        stuck.set()
        await asyncio.sleep(0)

    terms.refresh = refresh

    async def scenario():
        call = asyncio.ensure_future(supertokens.validate_claims(lambda *_: [terms]))
        await stuck.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
        assert signed_in.browser.locks == {}

    with signed_in.tab:
        asyncio.run(scenario())
    assert len(signed_in.tab.client.session.flows) == 0
