"""The configuration: every option checked and normalised once, before anything else happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, cast

from ...errors import AlreadyInitialised, ConfigError
from .spelling import OPTIONS
from .urls import (
    InvalidURL,
    ReadURL,
    normalise_domain,
    normalise_path,
    normalise_scope,
    read_plain_url,
)

Normalise = Callable[[str, ReadURL], str]
TransferMethod = Literal["cookie", "header"]
TokenStore = Literal["cookies", "indexedDB"]

# Options that are functions. They stay with the language that gave them; the core only sees that
# they are there: a function, or True where JavaScript has one.
SEAMS = (
    "pre_api_hook",
    "post_api_hook",
    "override",
    "cookie_handler",
    "window_handler",
    "lock_factory",
    "date_provider",
)

# The recipes whose functions ``override`` may replace, beside the session's.
RECIPES = (
    "emailpassword",
    "emailverification",
    "multifactorauth",
    "multitenancy",
    "passwordless",
    "thirdparty",
    "totp",
    "webauthn",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What the core must know of the page that it serves: its host and whether it is https.

    ``read_url`` reads URLs as the page's browser does.
    """

    hostname: str
    secure: bool
    read_url: ReadURL = field(default=read_plain_url, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """The checked options; compare two to learn whether they mean the same.

    ``session_token_frontend_domain`` is the cookies' domain attribute, None for the page's host;
    ``max_retry_attempts_for_session_refresh`` is None unless set; ``refresh_timeout`` in seconds;
    ``has_post_api_hook`` says whether there is a function to call; a later ``init()`` may add it.
    """

    api_domain: str
    api_base_path: str
    session_token_frontend_domain: str | None
    session_token_backend_domain: str | None
    session_expired_status_code: int
    invalid_claim_status_code: int
    auto_add_credentials: bool
    is_in_iframe: bool
    max_retry_attempts_for_session_refresh: int | None
    token_transfer_method: TransferMethod
    token_store: TokenStore
    enable_debug_logs: bool
    refresh_timeout: float
    has_post_api_hook: bool = field(compare=False)
    page: Page

    def options(self) -> dict[str, Any]:
        """The options in force, by name."""
        derived = ("has_post_api_hook", "page")
        return {name: value for name, value in asdict(self).items() if name not in derived}

    def add_post_api_hook(self) -> None:
        """Note that there is a hook now."""
        object.__setattr__(self, "has_post_api_hook", True)

    @property
    def refresh_url(self) -> str:
        """Where sessions are refreshed (FDI: POST /session/refresh)."""
        return f"{self.api_domain}{self.api_base_path}/session/refresh"

    @property
    def sign_out_url(self) -> str:
        """Where sessions are ended (FDI: POST /signout)."""
        return f"{self.api_domain}{self.api_base_path}/signout"

    @property
    def jwks_url(self) -> str:
        """Where the backend publishes the keys of its tokens (FDI: GET /jwt/jwks.json)."""
        return f"{self.api_domain}{self.api_base_path}/jwt/jwks.json"

    @property
    def credentials(self) -> str:
        """Whether cookies go with our own calls to the backend, as fetch() names it.

        Not where the session is kept elsewhere: the browser's cookies are of another one.
        """
        return "include" if self.token_store == "cookies" else "omit"

    @property
    def refresh_milliseconds(self) -> int:
        """How long a call of ours to the backend may take."""
        return int(self.refresh_timeout * 1000)


def from_javascript(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options under their Python names; an unknown name stays as it is, to be refused."""
    return {OPTIONS.get(name, name): value for name, value in options.items()}


def to_javascript(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options under their JavaScript names."""
    names = {name: theirs for theirs, name in OPTIONS.items()}
    return {names[name]: value for name, value in options.items()}


def read_config(options: Mapping[str, Any], page: Page) -> Config:
    """Check and normalise the options given to ``init()``; raises ConfigError."""
    given = {name: value for name, value in options.items() if value is not None}
    refuse_unknown(given)
    read_url = page.read_url

    def normalised(option: str, normalise: Normalise, example: str) -> str | None:
        value = given.get(option)
        if value is None:
            return None
        if isinstance(value, str):
            with suppress(InvalidURL):
                return normalise(value, read_url)
        raise ConfigError(option, f"is {value!r}", hint=f"Give it the form {example!r}.")

    api_domain = normalised("api_domain", normalise_domain, "https://api.example.com")
    if api_domain is None:
        raise ConfigError(
            "api_domain",
            "is missing",
            hint="Give the address of your backend: api_domain='https://api.example.com'.",
        )
    expired = _status_code(given, "session_expired_status_code", 401)
    invalid_claim = _status_code(given, "invalid_claim_status_code", 403)
    if expired == invalid_claim:
        raise ConfigError(
            "invalid_claim_status_code",
            f"is {invalid_claim}, the same as session_expired_status_code",
            hint="The two must differ, and match the backend's settings (401 and 403 by default).",
        )
    base_path = normalised("api_base_path", normalise_path, "/auth")
    scope = normalised("session_token_frontend_domain", normalise_scope, ".example.com")
    backend = normalised("session_token_backend_domain", normalise_scope, ".example.com")
    return Config(
        api_domain=api_domain,
        api_base_path="/auth" if base_path is None else base_path,
        session_token_frontend_domain=_cookie_domain(scope, page),
        session_token_backend_domain=backend,
        session_expired_status_code=expired,
        invalid_claim_status_code=invalid_claim,
        auto_add_credentials=_flag(given, "auto_add_credentials", True),
        is_in_iframe=_flag(given, "is_in_iframe", False),
        max_retry_attempts_for_session_refresh=_retries(given),
        token_transfer_method=_transfer_method(given),
        token_store=_token_store(given),
        enable_debug_logs=_flag(given, "enable_debug_logs", False),
        refresh_timeout=_seconds(given, "refresh_timeout", 10.0),
        has_post_api_hook="post_api_hook" in given,
        page=page,
    )


def refuse_unknown(given: Mapping[str, Any]) -> None:
    """Refuse options that do not exist, and what is no function as one; raises ConfigError."""
    derived = ("has_post_api_hook", "page")
    known = [*SEAMS, *(field.name for field in fields(Config) if field.name not in derived)]
    for name, value in given.items():
        if name in SEAMS:
            require_function(name, value)
        elif name not in known:
            meant = f"Here it is {OPTIONS[name]!r}. " if name in OPTIONS else ""
            raise ConfigError(
                name, "is unknown", hint=f"{meant}The options are: {', '.join(sorted(known))}."
            )


def require_function(name: str, value: Any) -> None:
    """Refuse what is no function as one of SEAMS; raises ConfigError."""
    if name == "override" and isinstance(value, Mapping):
        unknown = sorted(value.keys() - {"functions", *RECIPES})
        if unknown:
            known = "'functions', and names of recipes: " + ", ".join(RECIPES)
            raise ConfigError(name, f"has the key {unknown[0]!r}", hint=f"It takes {known}.")
        for key, function in value.items():
            _require_callable(name, function, f" as its {key!r}")
        return
    _require_callable(name, value)


def _require_callable(name: str, value: Any, example: str = "") -> None:
    if value is not True and not callable(value):
        raise ConfigError(name, f"is {value!r}", hint=f"Give a function{example}.")


def other_function(name: str) -> AlreadyInitialised:
    """What is wrong with a repeated ``init()`` whose function cannot replace the earlier one."""
    return AlreadyInitialised(
        f"The session SDK was already initialised, with another {name}.",
        hint=f"{name} cannot be replaced: give the same function again, or call close() first.",
    )


def _cookie_domain(scope: str | None, page: Page) -> str | None:
    # Browsers ignore a domain attribute of localhost, and one equal to the page's own host would
    # needlessly widen the cookie to its subdomains: both mean the page's host (as upstream).
    if scope is None or scope in ("localhost", page.hostname):
        return None
    bare = scope.removeprefix(".")
    if page.hostname != bare and not page.hostname.endswith(f".{bare}"):
        raise ConfigError(
            "session_token_frontend_domain",
            f"is {scope!r}, but the page is on {page.hostname!r}",
            hint="It must be the page's host or a parent of it, or the browser drops every cookie.",
        )
    return scope


def _status_code(given: Mapping[str, Any], option: str, default: int) -> int:
    value = given.get(option, default)
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
        return value
    raise ConfigError(option, f"is {value!r}", hint=f"Give an HTTP status code such as {default}.")


def _flag(given: Mapping[str, Any], option: str, default: bool) -> bool:
    value = given.get(option, default)
    if isinstance(value, bool):
        return value
    raise ConfigError(option, f"is {value!r}", hint="Give True or False.")


def _retries(given: Mapping[str, Any]) -> int | None:
    option = "max_retry_attempts_for_session_refresh"
    value = given.get(option)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise ConfigError(
        option, f"is {value!r}", hint="Give a whole number from 0 up, or leave it out."
    )


def _seconds(given: Mapping[str, Any], option: str, default: float) -> float:
    value = given.get(option, default)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 600:
        return float(value)
    raise ConfigError(option, f"is {value!r}", hint="Give seconds, more than 0 and at most 600.")


def _transfer_method(given: Mapping[str, Any]) -> TransferMethod:
    value = given.get("token_transfer_method", "cookie")
    if value in ("cookie", "header"):
        return cast(TransferMethod, value)
    raise ConfigError("token_transfer_method", f"is {value!r}", hint="Give 'cookie' or 'header'.")


def _token_store(given: Mapping[str, Any]) -> TokenStore:
    value = given.get("token_store", "cookies")
    if value not in ("cookies", "indexedDB"):
        raise ConfigError("token_store", f"is {value!r}", hint="Give 'cookies' or 'indexedDB'.")
    if value == "indexedDB" and _transfer_method(given) == "cookie":
        raise ConfigError(
            "token_store",
            "is 'indexedDB', and the session is in cookies",
            hint="Set token_transfer_method='header'. The browser alone carries a session in "
            "cookies, for all pages at once, and what says whether it is there must lie beside it.",
        )
    return cast(TokenStore, value)
