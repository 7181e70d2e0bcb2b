"""The options of init(): accepted, normalised or refused with the option's name and a hint."""

import json

import pytest
from supertokens_pyodide._core.config.options import SEAMS, Page, from_javascript, read_config
from supertokens_pyodide._core.wire.plan import write_plan
from supertokens_pyodide.errors import ConfigError

PAGE = Page("app.example.com", secure=True)
API = {"api_domain": "https://api.example.com"}


def read(page=PAGE, **options):
    return read_config({**API, **options}, page)


def test_only_the_api_domain_has_to_be_given():
    config = read()
    assert config.api_domain == "https://api.example.com"
    assert config.api_base_path == "/auth"
    assert config.session_token_frontend_domain is None
    assert config.session_token_backend_domain is None
    assert config.session_expired_status_code == 401
    assert config.invalid_claim_status_code == 403
    assert config.auto_add_credentials is True
    assert config.is_in_iframe is False
    assert config.max_retry_attempts_for_session_refresh is None
    assert config.token_transfer_method == "cookie"
    assert config.token_store == "cookies"
    assert config.enable_debug_logs is False
    assert config.refresh_timeout == 10.0
    assert config.page == PAGE


def test_the_urls_that_the_core_calls_are_made_of_domain_and_base_path():
    config = read(api_domain="localhost:3001", api_base_path="/api/auth/")
    assert config.refresh_url == "http://localhost:3001/api/auth/session/refresh"
    assert config.sign_out_url == "http://localhost:3001/api/auth/signout"


def test_an_empty_base_path_is_no_path():
    assert read(api_base_path="/").refresh_url == "https://api.example.com/session/refresh"


def test_the_plan_names_the_hosts_of_the_api_and_the_backend_domain():
    config = read(api_domain="https://api.example.com:8080", session_token_backend_domain=".x.org")
    plan = json.loads(write_plan(config))
    assert (plan["hostname"], plan["domain"], plan["secure"]) == ("api.example.com", "x.org", True)


@pytest.mark.parametrize(
    ("api_domain", "secure"),
    [
        ("https://api.example.com", True),
        ("api.example.com", True),
        ("http://api.example.com", False),
        ("localhost:3000", False),
        ("127.0.0.1", False),
        ("https://localhost", True),
    ],
)
def test_requests_must_be_secure_if_the_api_is(api_domain, secure):
    assert json.loads(write_plan(read(api_domain=api_domain)))["secure"] is secure


def test_a_timeout_is_known_in_milliseconds_too():
    assert read(refresh_timeout=2.5).refresh_milliseconds == 2500


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("api_domain", "api.example.com", "https://api.example.com"),
        ("api_base_path", "v1/auth", "/v1/auth"),
        ("session_token_frontend_domain", ".example.com", ".example.com"),
        ("session_token_frontend_domain", "example.com", "example.com"),
        ("session_token_backend_domain", ".example.com", ".example.com"),
        ("session_expired_status_code", 440, 440),
        ("invalid_claim_status_code", 422, 422),
        ("auto_add_credentials", False, False),
        ("is_in_iframe", True, True),
        ("max_retry_attempts_for_session_refresh", 0, 0),
        ("max_retry_attempts_for_session_refresh", 7, 7),
        ("token_transfer_method", "header", "header"),
        ("enable_debug_logs", True, True),
        ("refresh_timeout", 600, 600.0),
    ],
)
def test_an_option_is_taken_over_in_its_normal_form(option, value, expected):
    assert getattr(read(**{option: value}), option) == expected


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("api_domain", ""),
        ("api_domain", "nowhere"),
        ("api_domain", 1),
        ("api_domain", b"https://api.example.com"),
        ("api_base_path", "/au th"),
        ("api_base_path", 1),
        ("session_token_frontend_domain", "a b"),
        ("session_token_frontend_domain", ".other.net"),
        ("session_token_frontend_domain", "pp.example.com"),
        ("session_token_frontend_domain", "sub.app.example.com"),
        ("session_token_backend_domain", ""),
        ("session_token_backend_domain", []),
        ("session_expired_status_code", 99),
        ("session_expired_status_code", 600),
        ("session_expired_status_code", "401"),
        ("session_expired_status_code", True),
        ("session_expired_status_code", 401.0),
        ("invalid_claim_status_code", 0),
        ("invalid_claim_status_code", 401),
        ("auto_add_credentials", "yes"),
        ("auto_add_credentials", 1),
        ("is_in_iframe", 0),
        ("max_retry_attempts_for_session_refresh", -1),
        ("max_retry_attempts_for_session_refresh", True),
        ("max_retry_attempts_for_session_refresh", 1.5),
        ("max_retry_attempts_for_session_refresh", "3"),
        ("token_transfer_method", "Header"),
        ("token_transfer_method", []),
        ("token_store", "localStorage"),
        ("token_store", "indexedDB"),
        ("enable_debug_logs", "true"),
        ("refresh_timeout", 0),
        ("refresh_timeout", -1),
        ("refresh_timeout", 601),
        ("refresh_timeout", True),
        ("refresh_timeout", "10"),
        ("refresh_timeout", float("nan")),
        ("pre_api_hook", 5),
        ("post_api_hook", 5),
        ("override", 5),
        ("override", {"functions": 5}),
        ("override", {"function": print}),
        ("cookie_handler", 5),
        ("window_handler", 5),
        ("lock_factory", 5),
        ("date_provider", 5),
        ("api_dommain", "https://api.example.com"),
        ("page", PAGE),
    ],
)
def test_a_wrong_option_is_refused_by_name_with_a_hint(option, value):
    with pytest.raises(ConfigError) as refused:
        read_config({**API, option: value}, PAGE)
    assert refused.value.option == option
    assert repr(option) in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("options", [{}, {"api_domain": None}])
def test_a_missing_api_domain_is_refused(options):
    with pytest.raises(ConfigError) as refused:
        read_config(options, PAGE)
    assert refused.value.option == "api_domain"
    assert "https://" in refused.value.hint


def test_the_hint_about_an_unknown_option_lists_the_known_ones():
    with pytest.raises(ConfigError) as refused:
        read(api_dommain="x")
    assert "api_domain, auto_add_credentials" in refused.value.hint
    assert "page" not in refused.value.hint


def test_an_option_with_javascripts_name_is_known_for_what_it_is():
    with pytest.raises(ConfigError, match="'apiBasePath' is unknown") as refused:
        read(apiBasePath="/x")
    assert "Here its name is 'api_base_path'." in refused.value.hint


def test_an_option_that_is_none_counts_as_left_out():
    assert read(api_base_path=None, is_in_iframe=None, nonsense=None) == read()


@pytest.mark.parametrize(
    ("hostname", "scope", "expected"),
    [
        ("app.example.com", "app.example.com", None),
        ("app.example.com", "example.com", "example.com"),
        ("app.example.com", ".app.example.com", ".app.example.com"),
        ("a.b.example.com", ".example.com", ".example.com"),
        ("example.com", ".example.com", ".example.com"),
        ("localhost", "localhost", None),
        ("localhost", ".localhost", None),
        ("127.0.0.1", "127.0.0.1", None),
    ],
)
def test_the_cookies_domain_is_written_only_if_it_differs_from_the_pages_host(
    hostname, scope, expected
):
    page = Page(hostname, secure=True)
    assert read(page, session_token_frontend_domain=scope).session_token_frontend_domain == expected


def test_javascript_names_become_python_names():
    options = {
        "apiDomain": "https://api.example.com",
        "apiBasePath": "/auth",
        "sessionTokenFrontendDomain": ".example.com",
        "sessionTokenBackendDomain": ".example.com",
        "sessionExpiredStatusCode": 401,
        "invalidClaimStatusCode": 403,
        "autoAddCredentials": True,
        "isInIframe": False,
        "maxRetryAttemptsForSessionRefresh": 3,
        "tokenTransferMethod": "header",
        "tokenStore": "indexedDB",
        "enableDebugLogs": False,
        "refreshTimeout": 5,
    }
    config = read_config(from_javascript(options), PAGE)
    assert config.token_transfer_method == "header"
    assert config.token_store == "indexedDB"
    assert config.max_retry_attempts_for_session_refresh == 3
    assert config.refresh_timeout == 5


@pytest.mark.parametrize("name", ["preAPIHook", "lockFactory", "apiDommain"])
def test_javascript_names_that_are_not_supported_are_refused(name):
    with pytest.raises(ConfigError):
        read(**from_javascript({name: "x"}))


@pytest.mark.parametrize(
    "same",
    [
        {"api_domain": "api.example.com"},
        {"api_domain": "https://api.example.com/"},
        {"api_base_path": "auth"},
        {"session_token_frontend_domain": "app.example.com"},
        {"refresh_timeout": 10},
    ],
)
def test_two_configs_that_mean_the_same_are_equal(same):
    assert read(**same) == read()


@pytest.mark.parametrize(
    "other",
    [
        {"api_domain": "https://api.example.com:8080"},
        {"api_base_path": "/"},
        {"token_transfer_method": "header"},
        {"max_retry_attempts_for_session_refresh": 10},
    ],
)
def test_two_configs_that_differ_are_not_equal(other):
    assert read(**other) != read()


@pytest.mark.parametrize("option", SEAMS)
@pytest.mark.parametrize("value", [print, True], ids=["function", "in-javascript"])
def test_a_function_stays_where_it_is_and_is_known_to_be_there(option, value):
    config = read(**{option: value})
    assert config.has_post_api_hook is (option == "post_api_hook")


@pytest.mark.parametrize("value", [{}, {"functions": print}, {"functions": True}])
def test_an_override_is_given_by_what_it_overrides(value):
    assert read(override=value) == read()
