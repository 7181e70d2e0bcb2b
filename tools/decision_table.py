"""Makes build/decision_table.json: what the core answers at once, as data for the shim.

    python -m tools.decision_table FILE

Until Python has started, the shim answers ordinary requests and reads from this table
(js_shim/src/core/table.js). It is not written by hand: the core itself is asked about every
combination of cookies, request headers and options that it may look at, and what it answers is
written as rules. decision_reads writes those for reads.

A rule is what the core answers and the facts on which it depends, all of which must hold (with
``!`` must not). A fact is the name of a cookie that is there, ``name:`` of a request header that is
there, or ``option=value``. ``{name}`` in an answer is replaced by a cookie's value. A core whose
answers depend on the facts in any other way ends in an error here, and so does an option that
no list contains.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from supertokens_pyodide._core.claims.validation import LOCK_NAME as CLAIM_LOCK
from supertokens_pyodide._core.environment.clock import LIMIT, STORAGE_KEY, THRESHOLD
from supertokens_pyodide._core.environment.cookies import (
    CARRIED,
    FRONT_TOKEN,
    HEADER_VALUE,
    LAST_UPDATE,
    LEGACY_ID_REFRESH_TOKEN,
    OURS,
    PROBE,
)
from supertokens_pyodide._core.foreign import DEEPEST
from supertokens_pyodide._core.refresh.refresher import LOCK_NAME as REFRESH_LOCK
from supertokens_pyodide._core.session.exchange import REQUEST_HEADERS
from supertokens_pyodide._core.session.session import Session
from supertokens_pyodide._core.state.tokens import write_front_token
from supertokens_pyodide._core.wire.port import Port
from supertokens_pyodide._error import DOCUMENTATION

from .decision_errors import shared_errors
from .decision_options import (
    ASKED,
    CHOICES,
    CHOSEN,
    INDIFFERENT,
    REQUIRED,
    chosen,
    config,
    defaults,
    option_names,
    plan,
    require_known,
    statuses,
    type_of,
)
from .decision_reads import EXPIRY, NOW, TYPES, read_rules
from .decision_rules import Answer, Case, Facts, conditions, require, rules

TOKEN = {"uid": "u", "ate": EXPIRY, "up": {}}

# The forms of cookies' values, as regular expressions: with other values only the core answers.
FORMS = {
    **{name: f"^{HEADER_VALUE.pattern.removesuffix('*')}+$" for name in CARRIED},
    LAST_UPDATE: "^[^-]+$",  # the mark of no end
}
# The names of what a page shares with the Python in its workers: all that a core reads and writes.
SHARED = {
    "cookies": sorted({*OURS, LEGACY_ID_REFRESH_TOKEN, PROBE}),
    "storage": [STORAGE_KEY],
    "locks": [REFRESH_LOCK, CLAIM_LOCK],
}


def make(options: dict[str, Any] | None = None) -> dict[str, Any]:
    """The table of a core with these further options."""
    cases = list(_cases(options or {}))
    sent = [case for case in cases if ("send",) in case.answers]
    table: dict[str, Any] = {
        "skip": plan({})["skip"],
        "mark": LAST_UPDATE,
        "cookies": {name: FORMS.get(name, ".") for name in sorted(OURS)},
        "requestHeaders": list(REQUEST_HEADERS),
        "responseHeaders": plan({})["responseHeaders"],
        "statuses": statuses(),
        "options": CHOICES,
        "asked": list(ASKED),
        "send": conditions(cases, ("send",)),
        "likely": conditions(cases, ("likely",)),
        "headers": rules(sent, "header"),
        "credentials": rules(sent, "credentials"),
        "until": {
            "when": conditions(sent, ("until",)),
            "cookie": FRONT_TOKEN,
            "field": _expiry_field(),
            "types": {name: TYPES[type(value)] for name, value in TOKEN.items()},
            "deepest": DEEPEST,
            "below": int(LIMIT),
            "skew": STORAGE_KEY,
            "threshold": THRESHOLD,
        },
        "reads": read_rules(options or {}),
        "shared": SHARED,
        "errors": shared_errors(),
        "documentation": DOCUMENTATION,
    }
    table["defaults"] = defaults()
    table["required"] = list(REQUIRED)
    table["types"] = {name: type_of(name) for name in option_names()}
    table["types"]["onHandleEvent"] = "function"
    require_known(table["statuses"])
    return table


def check(table: dict[str, Any]) -> None:
    """Check that the options that the table ignores do not change it."""
    if _is_made(table, INDIFFERENT):
        return
    for name, value in INDIFFERENT.items():
        require(_is_made(table, {name: value}), f"answers depend on {name}")
    require(False, "answers depend on some of the options together")


def _is_made(table: dict[str, Any], options: dict[str, Any]) -> bool:
    try:
        return make(options) == table
    except SystemExit:
        return False  # no table can be made with these options


def _cases(more: dict[str, Any]) -> Iterator[Case]:
    headers = [f"{name}:" for name in REQUEST_HEADERS]
    names = [*sorted(OURS), *headers, *CHOSEN, "one-shot"]
    for there in itertools.product((False, True), repeat=len(names)):
        facts = frozenset(itertools.compress(names, there))
        yield Case(facts, frozenset(_answers(facts, {**more, **chosen(facts)})))


def _answers(facts: Facts, options: dict[str, Any]) -> Iterator[Answer]:
    cookies = {name: _sentinel(name) for name in OURS if name in facts}
    text = "; ".join(f"{name}={value}" for name, value in cookies.items())
    request = {name: "the caller's" for name in REQUEST_HEADERS if f"{name}:" in facts}
    session = Session(config(options))
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
            require(session.reusable_until() == EXPIRY, "a step is reusable until another time")
            yield ("until",)
    call = json.loads(Port(Session(config(options))).call("does_session_exist", "", text, NOW))
    if call.get("value") is True:
        yield ("likely",)


# The entries of a step that only sends the request.
SEND = {"flow", "do", "headers", "drop", "credentials", "reusableUntil"}


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


def _expiry_field() -> str:
    """The field of a front token that limits how long a step is reusable."""
    [field] = (name for name, value in TOKEN.items() if value == EXPIRY)
    return field


def main() -> None:
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    table = make()
    path.write_text(json.dumps(table, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
