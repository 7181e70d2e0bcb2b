"""Front tokens and access tokens: read as backends write them, and never quoted."""

import base64
import json
from contextlib import suppress
from traceback import format_exception_only

import jwt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from supertokens_pyodide._core.state.tokens import (
    FrontToken,
    MalformedToken,
    read_access_token,
    read_front_token,
    same_payload,
    write_front_token,
)

from tests.unit.backend import KEY

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
PAYLOADS = st.dictionaries(st.text(), JSON, max_size=5)
MARKER = "a-part-that-must-not-be-seen"


def encoded(data):
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.b64encode(text).decode()


@given(st.text(), st.integers(-(10**14), 10**14), PAYLOADS)
def test_a_front_token_reads_as_it_was_written(user_id, expires_at, payload):
    token = read_front_token(write_front_token(user_id, expires_at, payload))
    assert token == FrontToken(user_id, expires_at, payload)


@given(st.text(min_size=1), PAYLOADS)
def test_a_front_token_may_be_unpadded_broken_into_lines_or_unescaped(user_id, payload):
    data = json.dumps({"uid": user_id, "ate": 1.5, "up": payload}, ensure_ascii=False).encode()
    for text in (encoded(data), encoded(data).rstrip("="), base64.encodebytes(data).decode()):
        assert read_front_token(text) == FrontToken(user_id, 1.5, payload)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "remove",
        "not base64!",
        "AAAA",
        "ÄÖÜ",
        encoded(b"\xff\xfe\xff"),
        encoded(b"[" * 100_000),
        encoded(b'{"ate": ' + b"9" * 5_000 + b"}"),
        encoded(None),
        encoded([]),
        encoded("uid"),
        encoded({}),
        encoded({"uid": "u", "ate": 1}),
        encoded({"uid": "u", "up": {}}),
        encoded({"ate": 1, "up": {}}),
        encoded({"uid": 1, "ate": 1, "up": {}}),
        encoded({"uid": "u", "ate": "1", "up": {}}),
        encoded({"uid": "u", "ate": True, "up": {}}),
        encoded({"uid": "u", "ate": None, "up": {}}),
        encoded({"uid": "u", "ate": 1, "up": []}),
    ],
)
def test_what_is_no_front_token_is_malformed(text):
    with pytest.raises(MalformedToken):
        read_front_token(text)


@given(st.text() | st.binary().map(encoded) | JSON.map(encoded))
def test_reading_anything_as_a_front_token_raises_nothing_but_malformed_token(text):
    with suppress(MalformedToken):
        read_front_token(text)


@given(st.text() | st.binary().map(encoded) | st.lists(st.binary().map(encoded)).map(".".join))
@example(f"{encoded(b'[' * 100_000)}.e30.e30")
@example(f"{encoded({'alg': 'HS256'})}.{encoded(b'[' * 100_000)}.e30")
def test_reading_anything_as_an_access_token_raises_nothing_but_malformed_token(text):
    with suppress(MalformedToken):
        read_access_token(text)


@pytest.mark.parametrize("read", [read_front_token, read_access_token])
@pytest.mark.parametrize(
    "text",
    [
        MARKER,
        encoded({"uid": MARKER}),
        encoded(MARKER.encode()),
        f"{MARKER}.{MARKER}.{MARKER}",
        f"{encoded({'alg': MARKER})}.{encoded(MARKER.encode())}.{MARKER}",
    ],
)
def test_a_malformed_token_is_never_quoted(read, text):
    with pytest.raises(MalformedToken) as refused:
        read(text)
    traceback = "".join(format_exception_only(refused.value))
    reported = f"{refused.value} {refused.value!r} {refused.value.args} {traceback}"
    assert refused.value.__context__ is None or refused.value.__suppress_context__
    assert MARKER not in reported
    assert text not in reported


def test_the_repr_of_a_front_token_hides_its_payload():
    assert MARKER not in repr(FrontToken("alice", 1, {"email": MARKER}))


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ({}, {}, True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": {"x": 1, "y": [1]}}, {"a": {"y": [1], "x": 1}}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": None}, {}, False),
    ],
)
def test_payloads_are_compared_as_json(old, new, same):
    assert same_payload(old, new) is same


@given(PAYLOADS)
def test_a_payload_is_the_same_as_its_copy(payload):
    assert same_payload(payload, json.loads(json.dumps(payload)))


@given(PAYLOADS, st.sampled_from(["HS256", "none"]))
def test_an_access_token_gives_its_payload_unverified(payload, algorithm):
    claims = {"sub": "alice", "exp": 1, "tId": "acme", "own": payload}
    token = jwt.encode(claims, KEY if algorithm == "HS256" else None, algorithm=algorithm)
    assert read_access_token(token) == claims
