"""The session's cookies: read among foreign ones, written exactly, overlaid by writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supertokens_pyodide._core.config.options import Page, read_config
from supertokens_pyodide._core.environment.cookies import (
    ACCESS_TOKEN,
    ANTI_CSRF,
    FRONT_TOKEN,
    LAST_UPDATE,
    LEGACY_ID_REFRESH_TOKEN,
    REFRESH_TOKEN,
    Cookies,
    read_cookies,
)

OURS = (FRONT_TOKEN, LAST_UPDATE, ANTI_CSRF, ACCESS_TOKEN, REFRESH_TOKEN)
NEVER = "Fri, 31 Dec 9999 23:59:59 GMT"
PAST = "Thu, 01 Jan 1970 00:00:00 GMT"

# What a header can carry, too: of other values below.
VALUES = st.text(
    st.characters(max_codepoint=0xFF, exclude_characters="; ", exclude_categories=["C", "Z"])
)
FOREIGN = st.lists(
    st.tuples(VALUES.filter(lambda name: name not in OURS and "=" not in name), VALUES)
)


def cookies(*, secure=True, **options):
    page = Page("app.example.com", secure)
    return Cookies(read_config({"api_domain": "https://api.example.com", **options}, page))


@given(st.dictionaries(st.sampled_from(OURS), VALUES), FOREIGN, st.randoms())
def test_ours_are_found_among_foreign_cookies(ours, foreign, random):
    pairs = [*ours.items(), *foreign]
    random.shuffle(pairs)
    assert read_cookies("; ".join(f"{name}={value}" for name, value in pairs)) == ours


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("sFrontToken", {}),
        ("sFrontToken=", {FRONT_TOKEN: ""}),
        ("sFrontToken=ab==", {FRONT_TOKEN: "ab=="}),
        ("sFrontToken=1; sFrontToken=2", {FRONT_TOKEN: "2"}),
        ("xsFrontToken=1; sFrontTokenx=2; sfronttoken=3", {}),
        ("sIRTFrontend=1", {}),
        ("; ;=; a=b", {}),
    ],
)
def test_odd_cookie_strings_are_read(text, expected):
    assert read_cookies(text) == expected


@pytest.mark.parametrize("name", [ANTI_CSRF, ACCESS_TOKEN, REFRESH_TOKEN])
@pytest.mark.parametrize("value", ["\u0100", "a\N{SNOWMAN}", "\U0001f36a", "a\x07"])
def test_a_cookie_that_no_header_can_carry_counts_as_absent(name, value):
    assert read_cookies(f"{name}={value}") == {}
    assert read_cookies(f"{name}=good; {name}={value}") == {name: "good"}


@given(st.text())
def test_no_cookie_string_is_too_odd_to_read(text):
    assert set(read_cookies(text)) <= set(OURS)


@pytest.mark.parametrize(
    ("options", "attributes"),
    [
        ({}, ";path=/;samesite=lax;secure"),
        ({"secure": False}, ";path=/;samesite=lax"),
        ({"is_in_iframe": True}, ";path=/;samesite=none;secure"),
        ({"is_in_iframe": True, "secure": False}, ";path=/;samesite=none;secure"),
        (
            {"session_token_frontend_domain": ".example.com"},
            ";domain=.example.com;path=/;samesite=lax;secure",
        ),
    ],
)
@pytest.mark.parametrize("name", [*OURS, LEGACY_ID_REFRESH_TOKEN])
def test_a_cookie_is_written_with_its_attributes(name, options, attributes):
    jar = cookies(**options)
    jar.set(name, "value")
    jar.clear(name)
    assert jar.take_writes() == [
        f"{name}=value;expires={NEVER}{attributes}",
        f"{name}=;expires={PAST}{attributes}",
    ]


def test_writes_are_seen_at_once_and_leave_in_order():
    jar = cookies()
    jar.load("sFrontToken=old; sAntiCsrf=kept")
    jar.set(FRONT_TOKEN, "new")
    jar.clear(ANTI_CSRF)
    assert jar.get(FRONT_TOKEN) == "new"
    assert jar.get(ANTI_CSRF) is None
    assert [write.partition("=")[0] for write in jar.take_writes()] == [FRONT_TOKEN, ANTI_CSRF]
    assert jar.take_writes() == []


@pytest.mark.parametrize("kept", ["", "sFrontToken=old", "other=cookie"])
def test_the_browser_has_the_last_word_on_what_was_written(kept):
    jar = cookies()
    jar.load(kept)
    jar.set(FRONT_TOKEN, "new")
    jar.load(kept)
    assert jar.get(FRONT_TOKEN) == read_cookies(kept).get(FRONT_TOKEN)


def test_the_browsers_cookies_replace_those_of_before():
    jar = cookies()
    jar.load("sFrontToken=1; sAntiCsrf=2")
    jar.load("sFrontToken=3")
    assert (jar.get(FRONT_TOKEN), jar.get(ANTI_CSRF)) == ("3", None)


def test_clearing_a_cookie_that_is_not_there_clears_what_another_tab_may_have_written():
    jar = cookies()
    jar.clear(FRONT_TOKEN)
    assert len(jar.take_writes()) == 1
