"""Makes build/decision_table.json: what the core answers at once, as data for the shim.

    python -m tools.decision_table FILE

Until Python is up the shim answers ordinary requests from this table (js_shim/src/core/table.js).
It is not written by hand: the core itself is asked about every combination of cookies, request
headers and options that it may look at, and what it says is put down as rules.

A rule is what the core answers and the facts on which it depends, all of which must hold (with
``!`` must not). A fact is the name of a cookie that is there, ``name:`` of a request header that is
there, or ``option=value``. ``{name}`` in an answer stands for a cookie's value. A core whose
answers depend on the facts in any other way ends in an error here, and so does an option that
nobody has thought of.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from supertokens_pyodide._core.clock import LIMIT, STORAGE_KEY, THRESHOLD
from supertokens_pyodide._core.config import (
    Page,
    TokenStore,
    TransferMethod,
    from_javascript,
    read_config,
    to_javascript,
)
from supertokens_pyodide._core.cookies import (
    CARRIED,
    FRONT_TOKEN,
    HEADER_VALUE,
    LAST_UPDATE,
    LEGACY_ID_REFRESH_TOKEN,
    OURS,
    PROBE,
)
from supertokens_pyodide._core.exchange import REQUEST_HEADERS
from supertokens_pyodide._core.messages import Port, write_plan
from supertokens_pyodide._core.refresh import LOCK_NAME as REFRESH_LOCK
from supertokens_pyodide._core.session import Session
from supertokens_pyodide._core.tokens import write_front_token
from supertokens_pyodide._core.validation import LOCK_NAME as CLAIM_LOCK
from supertokens_pyodide.errors import ConfigError

NOW = 1_700_000_000_000.0
EXPIRY = NOW + 54_321
TOKEN = {"uid": "u", "ate": EXPIRY, "up": {}}
REQUIRED = {"apiDomain": "https://api.example.com"}
PAGE = Page("www.example.com", secure=True)

# Options on whose value an answer may depend: the one that holds unless given, and the others.
CHOICES: dict[str, list[Any]] = {
    "tokenTransferMethod": ["cookie", "header"],
    "autoAddCredentials": [True, False],
}
# Options on which none depends, with a value to try that on.
INDIFFERENT: dict[str, Any] = {
    "apiDomain": "http://localhost:3000",
    "apiBasePath": "/other",
    "sessionTokenFrontendDomain": ".example.com",
    "sessionTokenBackendDomain": ".example.com",
    "isInIframe": True,
    "maxRetryAttemptsForSessionRefresh": 3,
    "refreshTimeout": 5,
    "preAPIHook": True,
    "postAPIHook": True,
    "override": True,
    "windowHandler": True,
    "lockFactory": True,
}
# What the values of cookies must look like, as regular expressions: with others the core is asked.
FORMS = {
    **{name: f"^{HEADER_VALUE.pattern.removesuffix('*')}+$" for name in CARRIED},
    LAST_UPDATE: "^[^-]+$",  # the mark of no end
}
# With these the core has to be asked: cookies elsewhere, other clocks, and flows to be logged.
ASKED = ("cookieHandler", "tokenStore", "dateProvider", "enableDebugLogs")

# The options that take some words only.
WORDS = {"tokenTransferMethod": get_args(TransferMethod), "tokenStore": get_args(TokenStore)}
# One on which every option can be given.
ANY_PAGE = Page("api.example.com", secure=True)
# What a page shares with the Python in its workers, by name: all that a core reads and writes.
SHARED = {
    "cookies": sorted({*OURS, LEGACY_ID_REFRESH_TOKEN, PROBE}),
    "storage": [STORAGE_KEY],
    "locks": [REFRESH_LOCK, CLAIM_LOCK],
}

Facts = frozenset[str]
Answer = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One combination of what the core may look at, and what it answers."""

    facts: Facts
    answers: frozenset[Answer]


def make(options: dict[str, Any] | None = None) -> dict[str, Any]:
    """The table, as the core is with these further options."""
    statuses = _statuses()
    unknown = set(_option_names()) - {*CHOICES, *INDIFFERENT, *ASKED, *statuses}
    _require(not unknown, f"nobody has said whether answers depend on {sorted(unknown)}")
    cases = list(_cases(options or {}))
    sent = [case for case in cases if ("send",) in case.answers]
    table: dict[str, Any] = {
        "skip": _plan({})["skip"],
        "cookies": {name: FORMS.get(name, ".") for name in sorted(OURS)},
        "requestHeaders": list(REQUEST_HEADERS),
        "replyHeaders": _plan({})["replyHeaders"],
        "statuses": statuses,
        "options": CHOICES,
        "asked": list(ASKED),
        "send": _conditions(cases, ("send",)),
        "likely": _conditions(cases, ("likely",)),
        "headers": _rules(sent, "header"),
        "credentials": _rules(sent, "credentials"),
        "until": {
            "when": _conditions(sent, ("until",)),
            "cookie": FRONT_TOKEN,
            "field": _expiry_field(),
            "types": _types(),
            "below": int(LIMIT),
            "skew": STORAGE_KEY,
            "threshold": THRESHOLD,
        },
        "shared": SHARED,
    }
    table["names"] = [*_option_names(), "onHandleEvent"]
    table["defaults"] = _defaults()
    table["required"] = list(REQUIRED)
    table["types"] = {name: _type_of(name) for name in _option_names()}
    return table


def check(table: dict[str, Any]) -> None:
    """Check that the options that the table does not mention make no difference to it."""
    if make(INDIFFERENT) != table:
        alone = [name for name, value in INDIFFERENT.items() if make({name: value}) != table]
        _require(False, f"answers depend on {alone or sorted(INDIFFERENT)}")


def _option_names() -> list[str]:
    config = read_config(from_javascript(REQUIRED), PAGE)
    seams = ("pre_api_hook", "post_api_hook", "override", "cookie_handler", "window_handler")
    names = [*config.options(), *seams, "lock_factory", "date_provider"]
    return list(to_javascript(dict.fromkeys(names)))


def _type_of(option: str) -> str | list[str]:
    """The type that an option must have in JavaScript, or all the values that it may have."""
    samples: dict[str, list[Any]] = {
        "string": ["https://api.example.com"],
        "number": [410],
        "boolean": [True, False],
    }
    takes = [type_ for type_, values in samples.items() if _takes(option, *values)]
    if option in WORDS:
        return [word for word in WORDS[option] if _takes(option, word)]
    if not takes:
        raise SystemExit(f"Nobody has said which values option {option} takes.")
    # True stands for a function of JavaScript; a flag takes False as well.
    [found] = takes if takes != ["boolean"] or _takes(option, False) else ["function"]
    return "object" if option == "override" else found


def _takes(option: str, *values: object) -> bool:
    more = {"tokenTransferMethod": "header"} if option == "tokenStore" else {}
    for value in values:
        try:
            read_config(from_javascript({**REQUIRED, **more, option: value}), ANY_PAGE)
        except ConfigError:
            continue
        return True
    return False


def _defaults() -> dict[str, Any]:
    """What holds for the options that are data, unless they are given."""
    options = to_javascript(read_config(from_javascript(REQUIRED), PAGE).options())
    return {
        name: value for name, value in options.items() if name not in REQUIRED and value is not None
    }


def _cases(more: dict[str, Any]) -> Iterator[Case]:
    cookies = sorted(OURS)
    headers = [f"{name}:" for name in REQUEST_HEADERS]
    options = [f"{name}={_text(value)}" for name, values in CHOICES.items() for value in values[1:]]
    names = [*cookies, *headers, *options, "one-shot"]
    for there in itertools.product((False, True), repeat=len(names)):
        facts = frozenset(name for name, is_there in zip(names, there, strict=True) if is_there)
        chosen = {
            name: value
            for name, values in CHOICES.items()
            for value in values[1:]
            if f"{name}={_text(value)}" in facts
        }
        yield Case(facts, frozenset(_answers(facts, {**more, **chosen})))


def _answers(facts: Facts, options: dict[str, Any]) -> Iterator[Answer]:
    cookies = {name: _sentinel(name) for name in OURS if name in facts}
    text = "; ".join(f"{name}={value}" for name, value in cookies.items())
    request = {name: "the caller's" for name in REQUEST_HEADERS if f"{name}:" in facts}
    session = _session(options)
    step = json.loads(
        Port(session).exchange(
            json.dumps(request) if request else "", "one-shot" in facts, text, NOW
        )
    )
    if step.get("do") == "send" and not step["drop"] and not step.keys() - SEND:
        yield ("send",)
        for name, value in step["headers"].items():
            yield ("header", name, _template(value, cookies))
        if step["credentials"] is not None:
            yield ("credentials", step["credentials"])
        if session.reusable_until() is not None:
            _require(session.reusable_until() == EXPIRY, "a step stands until some other time")
            yield ("until",)
    call = json.loads(Port(_session(options)).call("does_session_exist", "", text, NOW))
    if call.get("value") is True:
        yield ("likely",)


# All that a step has which is the sending of the request and nothing else.
SEND = {"flow", "do", "headers", "drop", "credentials", "reusableUntil"}


def _session(options: dict[str, Any]) -> Session:
    return Session(read_config(from_javascript({**REQUIRED, **options}), PAGE))


def _plan(options: dict[str, Any]) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(
        write_plan(read_config(from_javascript({**REQUIRED, **options}), PAGE))
    )
    return plan


def _sentinel(cookie: str) -> str:
    if cookie == FRONT_TOKEN:
        return write_front_token(**_arguments(TOKEN))
    return f"<{cookie}>"


def _arguments(token: dict[str, Any]) -> dict[str, Any]:
    return dict(zip(("user_id", "expires_at", "payload"), token.values(), strict=True))


def _template(value: str, cookies: dict[str, str]) -> str:
    for name, sentinel in cookies.items():
        value = value.replace(sentinel, f"{{{name}}}")
    return value


def _rules(cases: list[Case], kind: str) -> list[list[str]]:
    """The answers of a kind, each with the facts on which it depends."""
    answers = {answer for case in cases for answer in case.answers if answer[0] == kind}
    return [[*answer[1:], *_conditions(cases, answer)] for answer in sorted(answers)]


def _conditions(cases: list[Case], answer: Answer) -> list[str]:
    """The facts that must hold, or must not, for an answer."""
    those = [case for case in cases if answer in case.answers]
    _require(bool(those), f"the core never answers {answer}")
    always = frozenset.intersection(*(case.facts for case in those))
    never = frozenset.union(*(case.facts for case in cases)) - frozenset.union(
        *(case.facts for case in those)
    )
    # What all cases have in common is no condition of this answer.
    always -= frozenset.intersection(*(case.facts for case in cases))
    for case in cases:
        holds = always <= case.facts and not never & case.facts
        _require(
            holds == (answer in case.answers), f"{answer} depends on {sorted(case.facts)} otherwise"
        )
    return [*sorted(always), *(f"!{name}" for name in sorted(never))]


def _expiry_field() -> str:
    """Which field of a front token it is until when a step stands."""
    [field] = (name for name, value in TOKEN.items() if value == EXPIRY)
    return field


def _types() -> dict[str, str]:
    """The fields that a front token must have, and what JavaScript calls their types."""
    names: dict[type, str] = {str: "String", float: "Number", dict: "Object"}
    return {name: names[type(value)] for name, value in TOKEN.items()}


def _statuses() -> dict[str, int]:
    """The options that say which replies the core acts on, and what holds unless they are given."""
    plain = _plan({})["statuses"]
    found = {}
    for name in _option_names():
        try:
            others = _plan({name: 599})["statuses"]
        except ConfigError:
            continue  # it takes no status
        if others != plain:
            [found[name]] = set(plain) - set(others)
    _require(sorted(found.values()) == sorted(plain), "a status is told by no option")
    return found


def _text(value: object) -> str:
    """A value as JavaScript writes it."""
    return value if isinstance(value, str) else json.dumps(value)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(f"The core cannot be put into a decision table: {otherwise}.")


def main() -> None:
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    table = make()
    path.write_text(json.dumps(table, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
