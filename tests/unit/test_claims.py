"""Claims and their validators: what goes beyond the tables of what supertokens-website does."""

import re
from dataclasses import dataclass

import pytest
from supertokens_pyodide.claims import (
    BooleanClaim,
    ClaimValidationResult,
    PrimitiveArrayClaim,
    PrimitiveClaim,
)
from supertokens_pyodide.errors import InvalidMaxAge

from tests.conftest import ROOT
from tests.unit.vectors import table

NOW = 1_700_000_000_000
THRESHOLD = 7

ARRAY_VALIDATORS = ["includes", "excludes", "includes_all", "includes_any", "excludes_all"]
KINDS = {"boolean": BooleanClaim, "primitive": PrimitiveClaim, "array": PrimitiveArrayClaim}


@dataclass
class StoppedClock:
    threshold: float = THRESHOLD * 1000

    def now(self):
        return NOW


CLOCK = StoppedClock()
CONTEXT = {"who": "asks"}


def make(kind, default_max_age=None, refresh=None):
    return KINDS[kind]("claim", refresh, default_max_age)


def test_all_validators_of_supertokens_website_are_there():
    # TypeScript's declarations name them.
    folder = ROOT / "node_modules" / "supertokens-website" / "lib" / "build" / "claims"
    reported = "".join(path.read_text() for path in folder.glob("*.d.ts"))
    names = re.findall(r"(\w+): \(.*=> SessionClaimValidator;", reported)
    assert set(names) == {row["validator"] for row in table("claims")["rows"]}


@pytest.mark.parametrize("entry", [None, "text", 7, [], {}, {"t": NOW}])
def test_an_entry_of_another_form_is_no_value(entry):
    claim = make("primitive")
    payload = {"claim": entry}
    assert claim.get_value_from_payload(payload) is None
    validator = claim.validators.has_value("a")
    assert validator.should_refresh(payload, CONTEXT, CLOCK)
    reason = validator.validate(payload, CONTEXT, CLOCK).reason
    assert reason == {"message": "value does not exist", "expectedValue": "a"}


@pytest.mark.parametrize("value", ["admin", {"admin": True}, 5])
@pytest.mark.parametrize("name", ARRAY_VALIDATORS)
def test_a_value_that_is_no_list_satisfies_no_validator_of_lists(name, value):
    validator = getattr(make("array").validators, name)("nobody")
    payload = {"claim": {"v": value, "t": NOW}}
    result = validator.validate(payload, CONTEXT, CLOCK)
    assert (result.is_valid, result.reason["message"]) == (False, "wrong value")


@pytest.mark.parametrize("name", ["includes_all", "includes_any", "excludes_all"])
def test_one_text_in_place_of_several_is_that_text(name):
    claim = make("array")
    payload = {"claim": {"v": ["admin"], "t": NOW}}
    text, several = (
        getattr(claim.validators, name)(values).validate(payload, CONTEXT, CLOCK)
        for values in ("admin", ["admin"])
    )
    assert text == several


@pytest.mark.parametrize("values", [("a", "b"), {"a", "b"}, frozenset({"a", "b"})])
def test_several_values_may_be_any_collection(values):
    payload = {"claim": {"v": ["b", "a"], "t": NOW}}
    validators = make("array").validators
    valid = ClaimValidationResult(True)
    assert validators.includes_all(values).validate(payload, CONTEXT, CLOCK) == valid
    reason = validators.excludes_all(values).validate(payload, CONTEXT, CLOCK).reason
    assert sorted(reason["expectedToNotInclude"]) == ["a", "b"]


@pytest.mark.parametrize("max_age", [6, -1, True, "300", float("nan")])
def test_a_max_age_that_no_clock_can_measure_is_an_error(max_age):
    validator = make("boolean").validators.is_true(max_age)
    with pytest.raises(InvalidMaxAge, match="at least 7 seconds"):
        validator.should_refresh({}, CONTEXT, CLOCK)
    make("boolean").validators.is_true(6).should_refresh({}, CONTEXT, StoppedClock(6000))


@pytest.mark.parametrize("question", ["should_refresh", "validate"])
def test_the_core_answers_for_the_claims_of_javascript(signed_in, question):
    def ask(**claim):
        return signed_in.tab.call("check_claim", question=question, **claim)

    rule = {"rule": "hasValue", "expected": True, "max_age": 60}
    now = signed_in.backend.now
    fresh, old, missing = (
        ask(**rule, value=True, fetched_at=now),
        ask(**rule, value=True, fetched_at=now - 61_000),
        ask(**rule),
    )
    if question == "should_refresh":
        assert (fresh, old, missing) == (False, True, True)
        with pytest.raises(InvalidMaxAge):
            ask(**{**rule, "max_age": 3})
    else:
        assert fresh == {"isValid": True}
        assert [result["reason"]["message"] for result in (old, missing)] == [
            "expired",
            "value does not exist",
        ]
        # JavaScript's null is a value, though not the wanted one (as upstream).
        reason = {"message": "wrong value", "expectedValue": True, "actualValue": None}
        assert ask(**rule, value=None) == {"isValid": False, "reason": reason}


def test_a_claim_of_ones_own_reads_the_payload_in_its_way():
    class Nested(PrimitiveClaim):
        def get_value_from_payload(self, payload, user_context=None):
            return payload["app"][user_context["who"]]

        def get_last_fetched_time(self, payload, user_context=None):
            return payload["iat"] * 1000

    claim = Nested("nested", refresh=None)
    validator = claim.validators.has_value(7, 60)
    payload = {"app": {"asks": 7}, "iat": NOW / 1000 - 10}
    assert not validator.should_refresh(payload, CONTEXT, CLOCK)
    assert validator.validate(payload, CONTEXT, CLOCK).is_valid


def test_refreshing_a_validator_refreshes_its_claim():
    claim = make("boolean", refresh=lambda context: f"asked by {context['who']}")
    for refreshable in (claim, claim.validators.is_true()):
        assert refreshable.refresh({"who": "me"}) == "asked by me"
    assert claim.get_last_fetched_time({"claim": {"v": 1, "t": NOW}}) == NOW
