"""Which requests are ours: the shim decides it; without a browser, tests of applications do."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from supertokens_pyodide._core.config.urls import SKIP_MARKER
from supertokens_pyodide.testing.matching import covers

from tests.unit.browser_urls import is_ours
from tests.unit.test_urls import ADDRESSES, HOSTS

API = "http://api.example.com"
SECURE_API = "https://api.example.com"
ABSOLUTE = [
    ("https://api.example.com", True),
    ("https://api.example.com/path", True),
    ("http://api.example.com:3001/path", True),
    ("HTTPS://API.EXAMPLE.COM/", True),
    ("https://api.example.com/a b", True),
    ("https://www.example.com", False),
    ("https://api.example.com.evil.net", False),
    ("https://evil.net/api.example.com", False),
    ("https://api.example.com@evil.net/", False),
    ("https://sub.api.example.com", False),
    ("data:text/plain,api.example.com", False),
    ("blob:https://api.example.com/1", False),
    ("https://", False),
    (f"https://api.example.com/?{SKIP_MARKER}=true", False),
]
RELATIVE = [
    ("//api.example.com/path", True),
    ("//evil.net/", False),
    ("/path", False),
    ("path", False),
    ("", False),
]

# Both matchers, for absolute URLs.
both = pytest.mark.parametrize("matches", [is_ours, covers])


@pytest.mark.parametrize(("url", "expected"), [*ABSOLUTE, *RELATIVE])
def test_only_requests_to_the_apis_own_host_are_ours(url, expected):
    assert is_ours(url, API) is expected


@pytest.mark.parametrize(("url", "expected"), ABSOLUTE)
def test_without_a_browser_the_same_requests_are_ours(url, expected):
    assert covers(url, API, None) is expected


@pytest.mark.parametrize("url", ["/path", "path", "", "?query", "./path", "//app.example.com/"])
def test_a_relative_url_is_ours_if_the_page_is_on_the_apis_host(url):
    assert is_ours(url, "https://app.example.com", page="https://app.example.com/")
    skipped = url + SKIP_MARKER
    assert not is_ours(skipped, "https://app.example.com", page="https://app.example.com/")


@both
@pytest.mark.parametrize("domain", ["example.com", ".example.com"])
@pytest.mark.parametrize(
    ("hostname", "expected"),
    [
        ("api.example.com", True),
        ("example.com", True),
        ("a.b.example.com", True),
        ("notexample.com", False),
        ("example.com.evil.net", False),
        ("com", False),
        ("other.net", True),  # the API's own
    ],
)
def test_a_backend_domain_covers_itself_and_all_below(matches, domain, hostname, expected):
    assert matches(f"https://{hostname}/", "https://other.net", domain) is expected


@both
@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/path",
        "http://api.example.com:3001/path",
        "HTTP://API.EXAMPLE.COM/",
        "http://deep.example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/",
    ],
)
def test_tokens_of_an_api_on_https_are_not_sent_by_plain_http(matches, url):
    assert matches(url, API, "example.com")
    assert not matches(url, SECURE_API, "example.com")
    assert matches(url.lower().replace("http:", "https:"), SECURE_API, "example.com")


@both
@pytest.mark.parametrize("host", ["localhost", "app.localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_on_this_machine_plain_http_is_as_good(matches, host):
    assert matches(f"http://{host}:3000/", f"https://{host}", None)


@pytest.mark.parametrize("url", ["/path", "//api.example.com/path"])
def test_on_a_page_by_plain_http_its_own_addresses_are_plain_too(url):
    assert is_ours(url, SECURE_API, page="https://api.example.com/")
    assert not is_ours(url, SECURE_API, page="http://api.example.com/")
    assert is_ours("/", "https://localhost", page="http://localhost/")


@pytest.mark.parametrize(
    ("api_domain", "is_secure"),
    [
        ("https://api.example.com", True),
        ("api.example.com", True),
        ("http://api.example.com", False),
        ("192.168.0.255", False),
        ("https://192.168.0.255", True),
    ],
)
def test_requests_must_be_secure_if_the_api_is(api_domain, is_secure):
    host = api_domain.rpartition("/")[2]
    assert is_ours(f"http://{host}/", api_domain) is not is_secure


@both
@given(HOSTS, st.integers(0, 65535), st.sampled_from(["http", "https"]))
def test_a_covered_host_stays_covered_with_any_port_and_scheme(matches, host, port, scheme):
    url = f"{scheme}://{host}:{port}/path"
    assert matches(url, f"http://{host}", None)
    assert matches(url, "http://api.invalid", host)


@both
@given(HOSTS, HOSTS)
def test_a_subdomain_is_covered_only_by_a_backend_domain(matches, host, label):
    url = f"https://{label}.{host}/"
    assert matches(url, "https://api.invalid", host)
    assert not matches(url, f"https://{host}", None)


@given(ADDRESSES)
@example("http\u017f://example.com")
@example("http://[")
def test_is_ours_fails_for_no_url(url):
    assert is_ours(url, API) in (True, False)
    assert covers(url, API, None) in (True, False)
