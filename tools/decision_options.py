"""The options in the decision table: their names, and those that answers depend on."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, get_args

from supertokens_pyodide._core.config.options import (
    Config,
    Page,
    TokenStore,
    TransferMethod,
    from_javascript,
    read_config,
    to_javascript,
)
from supertokens_pyodide._core.wire.plan import write_plan
from supertokens_pyodide.errors import ConfigError

from .decision_rules import require

REQUIRED = {"apiDomain": "https://api.example.com"}
PAGE = Page("www.example.com", secure=True)
# A configuration with which every option can be given.
ANY_PAGE = Page("api.example.com", secure=True)

# Options that answers may depend on: the default, and the other values.
CHOICES: dict[str, list[Any]] = {
    "tokenTransferMethod": ["cookie", "header"],
    "autoAddCredentials": [True, False],
}
# Options that no answer depends on, each with a value for the check. They must fit together.
INDIFFERENT: dict[str, Any] = {
    "apiDomain": "https://other.example.com",
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
# With these only the core can answer: other stores of cookies, other clocks, and logged flows.
ASKED = ("cookieHandler", "tokenStore", "dateProvider", "enableDebugLogs")

# Options with a fixed set of values.
WORDS = {"tokenTransferMethod": get_args(TransferMethod), "tokenStore": get_args(TokenStore)}


def config(options: dict[str, Any], page: Page = PAGE) -> Config:
    """The config that init() makes of these options and the required ones."""
    return _config(json.dumps(options), page)


@cache
def _config(options: str, page: Page) -> Config:
    return read_config(from_javascript({**REQUIRED, **json.loads(options)}), page)


def plan(options: dict[str, Any]) -> dict[str, Any]:
    """The plan that the core gives the shim at its start."""
    written: dict[str, Any] = json.loads(write_plan(config(options)))
    return written


def chosen(facts: frozenset[str]) -> dict[str, Any]:
    """The options in a set of facts."""
    return {
        name: value
        for name, values in CHOICES.items()
        for value in values[1:]
        if fact(name, value) in facts
    }


def fact(name: str, value: object) -> str:
    """The fact that an option has a value, in JavaScript's form."""
    return f"{name}={value if isinstance(value, str) else json.dumps(value)}"


CHOSEN = [fact(name, value) for name, values in CHOICES.items() for value in values[1:]]


def option_names() -> list[str]:
    """All options of init() except those that stay in the shim."""
    seams = ("pre_api_hook", "post_api_hook", "override", "cookie_handler", "window_handler")
    names = [*config({}).options(), *seams, "lock_factory", "date_provider"]
    return list(to_javascript(dict.fromkeys(names)))


def require_known(statuses: dict[str, int]) -> None:
    """End the build if there is an option that no list contains."""
    unknown = set(option_names()) - {*CHOICES, *INDIFFERENT, *ASKED, *statuses}
    require(not unknown, f"no list says whether answers depend on {sorted(unknown)}")


def type_of(option: str) -> str | list[str]:
    """The type of an option in JavaScript, or all its possible values."""
    samples: dict[str, list[Any]] = {
        "string": ["https://api.example.com"],
        "number": [410],
        "boolean": [True, False],
    }
    takes = [type_ for type_, values in samples.items() if _takes(option, *values)]
    if option in WORDS:
        return [word for word in WORDS[option] if _takes(option, word)]
    if not takes:
        raise SystemExit(f"No list says which values option {option} takes.")
    # True represents a function of JavaScript; a flag takes False as well.
    [found] = takes if takes != ["boolean"] or _takes(option, False) else ["function"]
    return "object" if option == "override" else found


def _takes(option: str, *values: object) -> bool:
    more = {"tokenTransferMethod": "header"} if option == "tokenStore" else {}
    for value in values:
        try:
            config({**more, option: value}, ANY_PAGE)
        except ConfigError:
            continue
        return True
    return False


def defaults() -> dict[str, Any]:
    """The defaults of the options that are data."""
    options = to_javascript(config({}).options())
    return {
        name: value for name, value in options.items() if name not in REQUIRED and value is not None
    }


def statuses() -> dict[str, int]:
    """The options with the statuses that the core acts on, and their defaults."""
    plain = plan({})["statuses"]
    found = {}
    for name in option_names():
        try:
            others = plan({name: 599})["statuses"]
        except ConfigError:
            continue  # it has no status
        if others != plain:
            [found[name]] = set(plain) - set(others)
    require(sorted(found.values()) == sorted(plain), "a status comes from no option")
    return found
