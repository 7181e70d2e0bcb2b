"""Claims are judged as supertokens-website judges them, for both languages."""

import json
import re

from supertokens_pyodide import claims
from supertokens_pyodide._core.claims.rules import MISSING, Rule
from supertokens_pyodide._core.environment.clock import Clock
from supertokens_pyodide.errors import InvalidMaxAge

from tests.unit.vectors import each_row, expected

NOW = 1_700_000_000_000
# Those that JavaScript makes of another.
RULES = {"isTrue": ("hasValue", True), "isFalse": ("hasValue", False)}


def clock_of(row):
    clock = Clock(str(row.get("skew", 0)))
    clock.client_now = NOW
    return clock


def as_text(value):
    """As JSON of JavaScript, in which true is not 1, and 1.0 is."""

    def number(digits):
        return int(float(digits)) if float(digits).is_integer() else float(digits)

    return json.dumps(json.loads(json.dumps(value), parse_float=number), sort_keys=True)


def answers(should_refresh, validate):
    """What a validator says, in the form of the table."""
    try:
        stale = should_refresh()
    except InvalidMaxAge:
        stale = "error"
    result = validate()
    reported = {"isValid": True} if result.is_valid else {"isValid": False, "reason": result.reason}
    return {"shouldRefresh": stale, "validate": reported}


@each_row("claims")
def test_validators_of_python_judge_as_theirs(row):
    snake_case = re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", row["validator"])
    claim = getattr(claims, row["claim"])("st-claim", None, row.get("defaultMaxAge"))
    asked = [] if row["validator"] in RULES else [row["asked"]]
    validator = getattr(claim.validators, snake_case)(*asked, row.get("maxAge"))
    given = (row["payload"], {}, clock_of(row))
    ours = answers(lambda: validator.should_refresh(*given), lambda: validator.validate(*given))
    assert as_text(ours) == as_text(expected("claims", row))


@each_row("claims")
def test_the_rules_for_javascript_judge_as_theirs(row):
    name, asked = RULES.get(row["validator"], (row["validator"], row.get("asked")))
    rule = Rule(name, asked, row.get("maxAge", row.get("defaultMaxAge")))
    entry = row["payload"].get("st-claim", {})
    given = (entry.get("v", MISSING), entry.get("t"), clock_of(row))
    ours = answers(lambda: rule.should_refresh(*given), lambda: rule.validate(*given))
    assert as_text(ours) == as_text(expected("claims", row))
