"""Domains, paths and scopes as they may be configured, and which requests are ours."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from supertokens_pyodide._core.config.urls import (
    SKIP_MARKER,
    Interception,
    InvalidURL,
    hostname_of,
    normalise_domain,
    normalise_path,
    normalise_scope,
)

NORMALISERS = (normalise_domain, normalise_path, normalise_scope)

# Text that is more often nearly an address than text alone would be.
SCHEMES = ["http://", "https://", "HTTPS://", "ftp://", "//", "http\u017f://"]
HOST_PIECES = ["localhost", "example.com", "127.0.0.1", "[::1]", "auth", "bücher", "ß", "İ"]
ODD_LETTERS = ["\u2100", "\uff0e", "\u3002", "\uff1a", "\u2003", "\u200d"]
MARKS = ["/", "\\", ":", "@", ".", "?", "#", "%", "-", " ", "\t", "\n", "\u2003"]
PORTS = ["80", "443", "8080", "99999", "\u0663"]
PIECES = st.sampled_from([*SCHEMES, *HOST_PIECES, *ODD_LETTERS, *MARKS, *PORTS])
ADDRESSES = st.lists(PIECES | st.text(max_size=4), max_size=7).map("".join)
HOSTS = st.from_regex(r"[a-z][a-z0-9]{0,5}(\.[a-z][a-z0-9]{0,5}){0,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("http://api.example.com", "http://api.example.com"),
        ("HTTPS://API.Example.COM", "https://api.example.com"),
        ("api.example.com", "https://api.example.com"),
        (".api.example.com", "https://api.example.com"),
        ("  api.example.com\n", "https://api.example.com"),
        ("api.example.com/some/path?query#hash", "https://api.example.com"),
        ("https://api.example.com/some/path", "https://api.example.com"),
        ("https://user:password@api.example.com", "https://api.example.com"),
        ("api.example.com:8080", "https://api.example.com:8080"),
        ("https://api.example.com:443", "https://api.example.com"),
        ("http://api.example.com:443", "http://api.example.com:443"),
        ("http://api.example.com:80", "http://api.example.com"),
        ("http://api.example.com:0080", "http://api.example.com"),
        ("http://api.example.com:0", "http://api.example.com:0"),
        ("http://api.example.com:", "http://api.example.com"),
        ("localhost", "http://localhost"),
        ("localhost:3001", "http://localhost:3001"),
        ("https://localhost:3001", "https://localhost:3001"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("127.0.0.1:3001/path", "http://127.0.0.1:3001"),
        ("127.1", "http://127.0.0.1"),
        ("http://0x7f.0.0.010", "http://127.0.0.8"),
        ("http://0x.0.0.1", "http://0.0.0.1"),
        ("http://[::1]:3001", "http://[::1]:3001"),
        ("http://[0:0:1:0:0:0:0:1]:3001", "http://[0:0:1::1]:3001"),
        ("http://[2001:DB8:1:2:3:4:5:6]", "http://[2001:db8:1:2:3:4:5:6]"),
        ("http://[::]", "http://[::]"),
        ("http://[1::]", "http://[1::]"),
        ("bücher.example", "https://xn--bcher-kva.example"),
        ("straße。Example.", "https://xn--strae-oqa.example."),
        ("ΣΑΣ.example", "https://xn--mxa9ab.example"),
    ],
)
def test_an_api_domain_is_its_scheme_host_and_port(text, expected):
    assert normalise_domain(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "/",
        "/api.example.com",
        "api",
        "https://",
        "https:///path",
        "https://api.example.com:65536",
        "https://api.example.com:" + "9" * 5000,
        "https://api.example.com:port",
        "https://api.example.com:٣",
        "htps://api.example.com",
        "ftp://api.example.com",
        ".https://api.example.com",
        "two words.example.com",
        "a<b.example.com",
        "[::1",
        "https://[1::2::3]",
        "https://api..example.com",
        "1.2.3.400",
        "1.2.3.4.5",
        "1.2.65536",
        "1.2.3.08",
        "1.2.3.4x.5",
        "℀.example.com",
        "。。.example.com",
        f"{'ä' * 70}.example.com",
    ],
)
def test_what_is_no_api_domain_is_refused(text):
    with pytest.raises(InvalidURL):
        normalise_domain(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("/", ""),
        ("//", ""),
        ("/auth", "/auth"),
        ("auth", "/auth"),
        (" /auth/ ", "/auth"),
        ("/auth//", "/auth"),
        ("/api/auth/", "/api/auth"),
        ("/auth?query", "/auth"),
        ("/auth#hash", "/auth"),
        ("https://example.com", ""),
        ("https://example.com/auth", "/auth"),
        ("HTTPS://example.com/auth", "/auth"),
        ("example.com/auth", "/auth"),
        ("localhost/auth", "/auth"),
        ("/example.com/auth", "/example.com/auth"),
        ("one|two", "/one|two"),
    ],
)
def test_a_base_path_has_a_leading_slash_and_no_trailing_one(text, expected):
    assert normalise_path(text) == expected


@pytest.mark.parametrize("text", ["/au th", "auth /x", "http://", "localhost:x/auth"])
def test_what_is_no_base_path_is_refused(text):
    with pytest.raises(InvalidURL):
        normalise_path(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("example.com", "example.com"),
        (".example.com", ".example.com"),
        (" .Example.COM ", ".example.com"),
        ("https://example.com:8080/path", "example.com"),
        (".https://example.com", ".example.com"),
        ("example.com:8080", "example.com"),
        ("localhost", "localhost"),
        (".localhost", "localhost"),
        (".127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_scope_is_a_bare_host_that_keeps_its_leading_dot(text, expected):
    assert normalise_scope(text) == expected


@pytest.mark.parametrize("text", ["", ".", "\u00ad", "ftp://example.com", "a b", "http://"])
def test_what_is_no_scope_is_refused(text):
    with pytest.raises(InvalidURL):
        normalise_scope(text)


@pytest.mark.parametrize("normalise", NORMALISERS)
@given(text=ADDRESSES)
@example(text="https://a.℀")
@example(text="http\u017f://example.com")
@example(text="//")
@example(text="/a /")
def test_normalising_twice_is_normalising_once_and_only_invalid_urls_are_raised(normalise, text):
    try:
        once = normalise(text)
    except InvalidURL:
        return
    assert normalise(once) == once


@given(ADDRESSES, ADDRESSES)
@example("http\u017f://example.com", "")
def test_whatever_the_url_asking_whether_it_is_ours_never_fails(url, page):
    assert Interception("example.com").covers_url(url, page) in (True, False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.example.com", True),
        ("https://api.example.com/path", True),
        ("http://api.example.com:3001/path", True),
        ("HTTPS://API.EXAMPLE.COM/", True),
        ("//api.example.com/path", True),
        ("https://api.example.com/a b", True),
        ("https://www.example.com", False),
        ("https://api.example.com.evil.net", False),
        ("https://evil.net/api.example.com", False),
        ("https://api.example.com@evil.net/", False),
        ("//evil.net/", False),
        ("https://sub.api.example.com", False),
        ("/path", False),
        ("path", False),
        ("", False),
        ("data:text/plain,api.example.com", False),
        ("blob:https://api.example.com/1", False),
        ("https://", False),
        (f"https://api.example.com/?{SKIP_MARKER}=true", False),
    ],
)
def test_only_requests_to_the_apis_own_host_are_ours(url, expected):
    assert Interception("api.example.com").covers_url(url, "app.example.com") is expected


@pytest.mark.parametrize("url", ["/path", "path", "", "?query", "./path", "//app.example.com/"])
def test_a_relative_url_is_ours_where_the_page_is_on_the_apis_host(url):
    assert Interception("app.example.com").covers_url(url, "app.example.com")
    assert not Interception("app.example.com").covers_url(url + SKIP_MARKER, "app.example.com")


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
def test_a_backend_domain_covers_itself_and_all_below(domain, hostname, expected):
    assert Interception("other.net", domain).covers(hostname) is expected


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
def test_tokens_of_an_api_on_https_are_not_sent_by_plain_http(url):
    assert Interception("api.example.com", "example.com").covers_url(url, "app.example.org")
    secure = Interception("api.example.com", "example.com", secure=True)
    assert not secure.covers_url(url, "app.example.org")
    assert secure.covers_url(url.lower().replace("http:", "https:"), "app.example.org")


@pytest.mark.parametrize("host", ["localhost", "app.localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_on_this_machine_plain_http_is_as_good(host):
    assert Interception(host, secure=True).covers_url(f"http://{host}:3000/", "app.example.org")


@pytest.mark.parametrize("url", ["/path", "//api.example.com/path"])
def test_on_a_page_by_plain_http_its_own_addresses_are_plain_too(url):
    interception = Interception("api.example.com", secure=True)
    assert interception.covers_url(url, "api.example.com", page_secure=True)
    assert not interception.covers_url(url, "api.example.com", page_secure=False)
    assert Interception("localhost", secure=True).covers_url("/", "localhost", page_secure=False)


@given(HOSTS, st.integers(0, 65535), st.sampled_from(["http", "https"]))
def test_a_covered_host_stays_covered_with_any_port_and_scheme(host, port, scheme):
    for interception in (Interception(host), Interception("api.invalid", host)):
        assert interception.covers(host)
        assert interception.covers_url(f"{scheme}://{host}:{port}/path", "page.invalid")


@given(HOSTS, HOSTS)
def test_a_subdomain_is_covered_only_by_a_backend_domain(host, label):
    subdomain = f"{label}.{host}"
    assert Interception("api.invalid", host).covers(subdomain)
    assert not Interception(host).covers(subdomain)


@given(HOSTS, st.integers(0, 65535))
def test_a_normalised_domain_keeps_its_host(host, port):
    assert hostname_of(normalise_domain(f"https://{host}:{port}/path")) == host
