"""The decision table's reads: the core's answers to calls while there is a live session.

The core is asked each call with two sessions that differ in all that a session can differ in. An
answer that is the same part of both front tokens, the value of the same cookie, or the same for
both, becomes a rule; any other one ends the build.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from supertokens_pyodide._core.environment.cookies import FRONT_TOKEN, OURS
from supertokens_pyodide._core.session.session import Session
from supertokens_pyodide._core.state.tokens import write_front_token
from supertokens_pyodide._core.wire.port import Port

from .decision_options import CHOSEN, PAGE, chosen, config
from .decision_rules import Case, Facts, conditions, require, rules

NOW = 1_700_000_000_000.0
EXPIRY = NOW + 54_321

# The calls that only read.
READS = (
    "does_session_exist",
    "get_access_token",
    "get_access_token_payload",
    "get_session_status",
    "get_tenant_id",
    "get_user_id",
)

#: JavaScript's names of JSON's types.
TYPES: dict[type, str] = {str: "String", float: "Number", dict: "Object"}


@dataclass(frozen=True)
class Live:
    """A live session: the data in its front token, and its cookies."""

    token: dict[str, Any]
    cookies: dict[str, str]

    @classmethod
    def called(cls, name: str) -> Live:
        """A session in which every value contains its name."""
        token = {"uid": f"{name} user", "ate": EXPIRY, "up": {"tId": f"{name} tenant"}}
        cookies = {cookie: f"<{name} {cookie}>" for cookie in OURS}
        front_token = write_front_token(*token.values())  # type: ignore[arg-type]
        return cls(token, {**cookies, FRONT_TOKEN: front_token})

    def answers(self, facts: Facts, options: dict[str, Any], *, secure: bool) -> dict[str, Any]:
        """The core's immediate answers during the session, by the calls."""
        there = [f"{name}={value}" for name, value in self.cookies.items() if name in facts]
        page_config = config(options, PAGE._replace(secure=secure))
        found = {}
        for name in READS:
            step = json.loads(Port(Session(page_config)).call(name, "", "; ".join(there), NOW))
            if step.keys() == {"verdict", "value", "reusableUntil"}:
                require(step["reusableUntil"] == EXPIRY, "a read is reusable until another time")
                found[name] = step["value"]
        return found

    def sources(self, value: Any) -> Iterator[str]:
        """The possible source of a value."""
        for cookie, text in self.cookies.items():
            if value == text:
                yield json.dumps({"cookie": cookie})
        for path, part in _parts(self.token):
            if value == part:
                yield json.dumps({"path": path, "type": TYPES[type(part)]})


SESSIONS = (Live.called("one"), Live.called("another"))


def read_rules(more: dict[str, Any]) -> dict[str, Any]:
    """The rules for reads, with these further options."""
    cases = list(_cases(more))
    live = [case for case in cases if ("live",) in case.answers]
    sure = [case for case in live if ("unsure",) not in case.answers]
    return {
        "live": conditions(cases, ("live",)),
        "unsure": conditions(live, ("unsure",)),
        "values": {
            name: [[json.loads(source), *facts] for source, *facts in rules(sure, name)]
            for name in READS
        },
    }


def _cases(more: dict[str, Any]) -> Iterator[Case]:
    names = [*sorted(OURS), *CHOSEN]
    for there in itertools.product((False, True), repeat=len(names)):
        facts = frozenset(itertools.compress(names, there))
        yield Case(facts, frozenset(_answers(facts, {**more, **chosen(facts)})))


def _answers(facts: Facts, options: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    one, another = (session.answers(facts, options, secure=True) for session in SESSIONS)
    require(one.keys() == another.keys(), f"whether {sorted(facts)} is live depends on values")
    if not one:
        return
    require(set(one) == set(READS), f"{sorted(facts)} is live for {sorted(one)} only")
    yield ("live",)
    # A page without https may not see all of the session's cookies.
    if SESSIONS[0].answers(facts, options, secure=False) != one:
        yield ("unsure",)
        return
    for name in one:
        yield (name, _source(name, one[name], another[name]))


def _source(name: str, one: Any, another: Any) -> str:
    """The source of a call's answer, in the shim's form."""
    if one == another:
        return json.dumps({"value": one})
    shared = set(SESSIONS[0].sources(one)) & set(SESSIONS[1].sources(another))
    require(len(shared) == 1, f"the source of {name}'s answer is unknown")
    return shared.pop()


def _parts(value: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[list[str], Any]]:
    for name, part in value.items():
        path = (*above, name)
        yield [*path], part
        if isinstance(part, dict):
            yield from _parts(part, path)
