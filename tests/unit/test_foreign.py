"""JSON of others is limited before it is parsed: WebAssembly survives no stack overflow."""

import base64
import json
from unittest.mock import patch

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from supertokens_pyodide._core.foreign import DEEPEST, LONGEST, read_json
from supertokens_pyodide._core.state.tokens import MalformedToken, read_access_token
from supertokens_pyodide.testing import Reply

from tests.unit.backend import REFRESH, SIGN_OUT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('[]{}"\\/ a\u0100')),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def nested(depth, opening="[", closing="]"):
    return opening * depth + "1" + closing * depth


@given(JSON, st.booleans())
def test_json_is_read(value, as_bytes):
    text = json.dumps(value, ensure_ascii=False)
    try:
        data = text.encode() if as_bytes else text
    except UnicodeEncodeError:  # a lone surrogate
        data = text
    assert read_json(data) == value


@pytest.mark.parametrize("text", ["", "{", "nul", '"\\', b"\xff\xfe\xfd"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error
        read_json(text)


@pytest.mark.parametrize("brackets", [("[", "]"), ('{"a":', "}"), ('[{"[":', "}]")])
@pytest.mark.parametrize("depth", [DEEPEST + 1, 20_000])
def test_what_is_nested_too_deep_is_never_parsed(brackets, depth):
    with patch("json.loads") as parse, pytest.raises(ValueError, match="levels deep"):
        read_json(nested(depth, *brackets))
    assert not parse.called


def test_what_is_too_long_is_never_parsed():
    with patch("json.loads") as parse, pytest.raises(ValueError, match="characters"):
        read_json(f'"{"a" * LONGEST}"')
    assert not parse.called


def test_many_brackets_are_not_many_levels():
    wide = [nested(3)] * DEEPEST
    assert read_json(json.dumps(wide)) == wide
    assert len(read_json(f"[{','.join([nested(3)] * 2 * DEEPEST)}]")) == 2 * DEEPEST


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_json_cannot_write_again_is_none(number):
    assert read_json(f'{{"a": [{number}, 1.5]}}') == {"a": [None, 1.5]}


@pytest.mark.parametrize("part", [0, 1])
def test_an_access_token_that_is_nested_too_deep_is_malformed(part):
    parts = jwt.encode({"a": 1}, "a key that is long enough for its hash").split(".")
    parts[part] = base64.urlsafe_b64encode(nested(20_000).encode()).decode().rstrip("=")
    with pytest.raises(MalformedToken):
        read_access_token(".".join(parts))


# ---- where the texts of others come in ----

DEEP = nested(20_000)
DEEP_TOKEN = base64.b64encode(f'{{"uid":"u","ate":9e12,"up":{{"a":{DEEP}}}}}'.encode()).decode()


def test_a_refused_request_with_a_deep_body_is_the_callers(signed_in):
    signed_in.backend.answers["/items"] = [Reply(403, text=f'{{"claimValidationErrors":{DEEP}}}')]
    assert signed_in.tab.fetch("/items").status == 403
    assert signed_in.actions == []


@pytest.mark.parametrize("path", ["/items", REFRESH])
def test_a_deep_front_token_is_malformed(signed_in, path):
    kept = signed_in.browser.cookies
    signed_in.backend.answers[path] = [Reply(200, {"front-token": DEEP_TOKEN})] * 2
    if path == REFRESH:
        assert signed_in.tab.call("get_session_status")["status"] == "ACTIVE"
        signed_in.expire()
        assert signed_in.tab.call("get_session_status")["status"] == "UNKNOWN"
    else:
        assert signed_in.tab.fetch(path).status == 200
    assert signed_in.browser.cookies == kept
    assert "malformed front-token" in signed_in.tab.warnings[0]


def test_a_deep_front_token_in_a_cookie_is_malformed(signed_in):
    signed_in.browser.set_cookie(f"sFrontToken={DEEP_TOKEN}")
    assert signed_in.open_tab().call("get_user_id") == "alice"
    assert signed_in.refreshes == 1


def test_a_sign_out_that_is_answered_with_deep_json_is_a_sign_out(signed_in):
    honest = signed_in.backend.honest
    signed_in.backend.always[SIGN_OUT] = lambda request: Reply(
        200, honest(request).headers, f'{{"status":{DEEP}}}'
    )
    assert signed_in.tab.call("sign_out") is True


def test_deep_json_holds_no_invalid_claims(signed_in):
    assert signed_in.tab.call("get_invalid_claims", text=DEEP) == []


def test_how_deep_text_is_takes_time_that_grows_with_its_length_only():
    # Each quote begins a string that never ends; a search from each takes hours.
    with pytest.raises(ValueError, match="levels deep"):
        read_json("[" * (DEEPEST + 1) + '\\"' * 400_000)
