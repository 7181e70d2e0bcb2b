"""Domains, paths and scopes as they may be configured."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from supertokens_pyodide._core.config.urls import (
    InvalidURL,
    hostname_of,
    normalise_domain,
    normalise_path,
    normalise_scope,
    read_plain_url,
)

from tests.unit.browser_urls import read_url

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
        ("255.255.255.255", "http://255.255.255.255"),
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
    assert normalise_domain(text, read_url) == expected


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
        "1.2.3.256",
        "256.2.3.4",
        "1.2.3.4.5",
        "1.2.65536",
        "1.2.3.08",
        "1.2.3.4x.5",
        "℀.example.com",
        "。。.example.com",
    ],
)
def test_what_is_no_api_domain_is_refused(text):
    with pytest.raises(InvalidURL):
        normalise_domain(text, read_url)


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
    assert normalise_path(text, read_url) == expected


@pytest.mark.parametrize("text", ["/au th", "auth /x", "http://", "localhost:x/auth"])
def test_what_is_no_base_path_is_refused(text):
    with pytest.raises(InvalidURL):
        normalise_path(text, read_url)


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
    assert normalise_scope(text, read_url) == expected


@pytest.mark.parametrize("text", ["", ".", "\u00ad", "ftp://example.com", "a b", "http://"])
def test_what_is_no_scope_is_refused(text):
    with pytest.raises(InvalidURL):
        normalise_scope(text, read_url)


@pytest.mark.parametrize("normalise", NORMALISERS)
@given(text=ADDRESSES)
@example(text="https://a.℀")
@example(text="http\u017f://example.com")
@example(text="//")
@example(text="/a /")
def test_normalising_twice_is_normalising_once_and_only_invalid_urls_are_raised(normalise, text):
    try:
        once = normalise(text, read_url)
    except InvalidURL:
        return
    assert normalise(once, read_url) == once


@given(HOSTS, st.integers(0, 65535))
def test_a_normalised_domain_keeps_its_host(host, port):
    domain = normalise_domain(f"https://{host}:{port}/path", read_url)
    assert hostname_of(domain) == read_url(domain).hostname == host


@pytest.mark.parametrize("host", ["[::1]", "[::1]:3001", "localhost:80", "api.example.com"])
def test_the_host_of_a_domain_has_no_port(host):
    assert hostname_of(f"http://{host}") == read_url(f"http://{host}").hostname


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("HTTPS://API.Example.COM:443/path?query#hash", "https://api.example.com"),
        ("user:password@api.example.com:8080", "https://api.example.com:8080"),
        ("localhost:3001", "http://localhost:3001"),
        ("127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:3001", "http://[::1]:3001"),
        ("bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_without_a_browser_ordinary_domains_mean_the_same(text, expected):
    assert normalise_domain(text, read_plain_url) == expected
    assert normalise_domain(text, read_url) == expected


@pytest.mark.parametrize("text", ["https://api.example.com:port", "https://[::1", f"{'ä' * 70}.x"])
def test_without_a_browser_most_of_what_is_no_domain_is_refused(text):
    with pytest.raises(InvalidURL):
        normalise_domain(text, read_plain_url)
