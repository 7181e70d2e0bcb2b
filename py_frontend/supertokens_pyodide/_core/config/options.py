"""The configuration: every option is checked and normalised once, before anything else happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Literal, NamedTuple, cast

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

# Options that are functions. They stay in the language that gave them. The core only knows that
# they exist: as a function of Python, or as True if JavaScript has one.
SEAMS = (
    "pre_api_hook",
    "post_api_hook",
    "override",
    "cookie_handler",
    "window_handler",
    "lock_factory",
    "date_provider",
)

# The recipes whose functions ``override`` may replace, in addition to the session's.
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


class Page(NamedTuple):
    """The facts about the page that the core needs: its host and whether it is https.

    ``read_url`` parses URLs as the page's browser does.
    """

    hostname: str
    secure: bool
    read_url: ReadURL = read_plain_url


class _Options(NamedTuple):
    """The checked options, and the page that they were checked for.

    ``session_token_frontend_domain`` is the cookies' domain attribute, None for the page's host;
    ``max_retry_attempts_for_session_refresh`` is None unless set; ``refresh_timeout`` is in
    seconds.
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
    page: Page


# The options that are data.
_NAMES = _Options._fields[:-1]


class Config(_Options):
    """The configuration of a session; equal objects mean the same options."""

    #: Whether there is a hook to call, which is no difference: a later ``init()`` may add it.
    has_post_api_hook = False

    def options(self) -> dict[str, Any]:
        """The options in force, by name."""
        return dict(zip(_NAMES, self, strict=False))

    @property
    def refresh_url(self) -> str:
        """The URL that refreshes sessions (FDI: POST /session/refresh)."""
        return f"{self.api_domain}{self.api_base_path}/session/refresh"

    @property
    def sign_out_url(self) -> str:
        """The URL that ends sessions (FDI: POST /signout)."""
        return f"{self.api_domain}{self.api_base_path}/signout"

    @property
    def jwks_url(self) -> str:
        """The URL of the backend's public keys (FDI: GET /jwt/jwks.json)."""
        return f"{self.api_domain}{self.api_base_path}/jwt/jwks.json"

    @property
    def credentials(self) -> str:
        """The credentials mode of fetch() for our own calls to the backend.

        Without cookies if the session is kept elsewhere: the browser's cookies are of another one.
        """
        return "include" if self.token_store == "cookies" else "omit"

    @property
    def refresh_milliseconds(self) -> int:
        """The timeout of our own calls to the backend, in milliseconds."""
        return int(self.refresh_timeout * 1000)


def from_javascript(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options under their Python names; an unknown name stays, and is refused later."""
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
    config = Config(
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
        page=page,
    )
    config.has_post_api_hook = "post_api_hook" in given
    return config


def refuse_unknown(given: Mapping[str, Any]) -> None:
    """Refuse unknown options, and values that must be functions and are not; raises ConfigError."""
    known = (*SEAMS, *_NAMES)
    for name, value in given.items():
        if name in SEAMS:
            require_function(name, value)
        elif name not in known:
            meant = f"Here its name is {OPTIONS[name]!r}. " if name in OPTIONS else ""
            raise ConfigError(
                name, "is unknown", hint=f"{meant}The options are: {', '.join(sorted(known))}."
            )


def require_function(name: str, value: Any) -> None:
    """Check that a value for one of SEAMS is a function; raises ConfigError."""
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
    """The error of a repeated ``init()`` with a function that cannot be replaced."""
    return AlreadyInitialised(
        f"The session SDK was already initialised, with another {name}.",
        hint=f"{name} cannot be replaced: give the same function again, or call close() first.",
    )


def _cookie_domain(scope: str | None, page: Page) -> str | None:
    # Browsers ignore a domain attribute of localhost. One that equals the page's own host would
    # only extend the cookie to subdomains. So both mean the page's host (as upstream).
    if scope is None or scope in ("localhost", page.hostname):
        return None
    bare = scope.removeprefix(".")
    if page.hostname != bare and not page.hostname.endswith(f".{bare}"):
        raise ConfigError(
            "session_token_frontend_domain",
            f"is {scope!r}, but the page is on {page.hostname!r}",
            hint="Give the page's host or a parent of it: the browser drops other cookies.",
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
        option, f"is {value!r}", hint="Give a whole number that is not negative, or leave it out."
    )


def _seconds(given: Mapping[str, Any], option: str, default: float) -> float:
    value = given.get(option, default)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 600:
        return float(value)
    raise ConfigError(option, f"is {value!r}", hint="Give seconds: more than 0, at most 600.")


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
            hint="Set token_transfer_method='header'. The browser keeps session cookies for all "
            "pages, and the information whether there is a session must be kept with them.",
        )
    return cast(TokenStore, value)
