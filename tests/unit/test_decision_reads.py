"""Before Python has started, a live session's reads are what the core would answer."""

import json

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from supertokens_pyodide._core.environment.clock import STORAGE_KEY
from supertokens_pyodide._core.environment.cookies import OURS

from tests.each import each
from tests.unit.decided import (
    NOW,
    Core,
    any_tokens,
    cookie_strings,
    ends,
    front_token,
    front_token_of,
    number_skews,
    odd_values,
    options,
    plain_values,
    skews,
)
from tools.decision_reads import READS

# JSON of both languages has them alike; a negative zero is the core's, and has its own test.
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False).map(
    lambda number: number or 0.0
)
payload_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
payloads = st.builds(
    lambda payload, tenant: {**payload, "tId": tenant},
    st.dictionaries(st.text(max_size=4), payload_values, max_size=3),
    st.text(max_size=6),
)
live_tokens = st.builds(front_token, uid=st.text(max_size=6), up=payloads)
# JSON that a parser may read in its own way, or refuse.
odd_json = [
    *(
        "1e400",
        "-1e400",
        "-0",
        "-0.0",
        "1E5",
        "9" * 400,
        "NaN",
        "Infinity",
        "01",
        "12345678901234567",
    ),
    *('"\\ud800"', '"\t"', '{"a":1,"a":2}', '{"2":1,"1":2}', '{"__proto__":1}', "[1,]"),
    *("[" * depth + "]" * depth for depth in (40, 98, 99, 150)),
]
odd_payloads = st.builds(
    lambda value, tenant: f'{{"x":{value},"tId":{tenant}}}',
    st.sampled_from(odd_json),
    st.sampled_from(['"public"', '"public"', *odd_json]),
)
read_tokens = st.one_of(
    live_tokens, live_tokens, any_tokens, odd_payloads.map(front_token_of), st.just("x" * 5)
)


@settings(max_examples=250)
@given(st.data(), st.sampled_from(READS), st.booleans())
def test_a_call_is_answered_with_the_value_that_the_core_has_for_it(shim, data, name, secure):
    given_options = data.draw(options)
    cookies = data.draw(cookie_strings(read_tokens, odd_values | ends))
    skew = data.draw(skews)
    stored = {} if skew is None else {STORAGE_KEY: skew}

    core = Core(given_options, stored, secure=secure).port.call(name, "", cookies, NOW)
    ours = shim(given_options, cookies, stored=stored, name=name, core=core)
    event("is answered" if ours["answer"] else "waits")
    if ours["answer"] is not None:
        step = json.loads(core)
        assert step.keys() == {"verdict", "value", "reusableUntil"}
        assert step["verdict"] == ours["answer"]["verdict"] == "value"
        assert ours["isCores"]


@settings(max_examples=100)
@given(st.data(), options, number_skews)
def test_with_a_live_session_every_read_is_answered(shim, data, given_options, skew):
    there = {name: data.draw(plain_values) for name in sorted(OURS)}
    there |= {"sFrontToken": data.draw(live_tokens), "st-last-access-token-update": "1"}
    if data.draw(st.booleans()):
        del there["st-access-token"]
    cookies = "; ".join(f"{name}={value}" for name, value in there.items())
    stored = {} if skew is None else {STORAGE_KEY: skew}
    for name in READS:
        core = Core(given_options, stored).port.call(name, "", cookies, NOW)
        ours = shim(given_options, cookies, stored=stored, name=name, core=core)
        assert ours["answer"] is not None
        assert ours["isCores"]


@pytest.mark.parametrize("value", odd_json, ids=lambda value: value[:20])
def test_a_payload_that_javascript_reads_otherwise_is_left_to_the_core(shim, value):
    token = front_token_of(f'{{"x":{value},"tId":"public"}}')
    cookies = f"st-last-access-token-update=1; sFrontToken={token}"
    core = Core({}, {}).port.call("get_access_token_payload", "", cookies, NOW)
    ours = shim(cookies=cookies, name="get_access_token_payload", core=core)
    assert ours["answer"] is None or ours["isCores"]


LIVE = {"sFrontToken": front_token(), "st-last-access-token-update": "1"}


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {"st-last-access-token-update": "1"},
        {"sFrontToken": front_token()},
        {**LIVE, "sFrontToken": front_token(ate=NOW)},
        {**LIVE, "sFrontToken": "remove"},
        {**LIVE, "sFrontToken": front_token_of("{", NOW + 60_000)},
        {**LIVE, "sFrontToken": front_token_of('{"tId":"t","x":1e400}')},
        {**LIVE, "st-last-access-token-update": "1700000000000-1700000000-5bb98734"},
        {**LIVE, "st-access-token": "caf\N{SNOWMAN}"},
    ],
    ids=[
        *("nobody", "signed out", "no mark", "expired", "removed", "malformed", "other numbers"),
        *("ended", "no header"),
    ],
)
@each("name", READS)
def test_without_a_session_that_is_whole_and_live_the_core_is_asked(shim, name, cookies):
    text = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert shim(cookies=text, name=name, core="{}")["answer"] is None


@pytest.mark.parametrize("payload", [{}, {"tId": None}, {"tId": 5}])
def test_a_tenant_that_the_payload_does_not_name_is_for_the_core_to_find(shim, payload):
    cookies = f"st-last-access-token-update=1; sFrontToken={front_token(up=payload)}"
    assert shim(cookies=cookies, name="get_tenant_id", core="{}")["answer"] is None
    assert shim(cookies=cookies, name="get_user_id", core="{}")["answer"] is not None


def test_a_session_in_headers_whose_tokens_cannot_be_seen_is_for_the_core_to_judge(shim):
    cookies = f"st-last-access-token-update=1; sFrontToken={LIVE['sFrontToken']}"
    header = {"tokenTransferMethod": "header"}
    assert shim(header, cookies, name="get_user_id", core="{}")["answer"] is None
    assert shim(header, f"{cookies}; st-refresh-token=r", name="get_user_id", core="{}")["answer"]


def test_a_call_that_does_more_than_read_is_for_the_core(shim):
    cookies = "; ".join(f"{name}={value}" for name, value in LIVE.items())
    for name in ("sign_out", "attempt_refresh", "ensure_fresh"):
        assert shim(cookies=cookies, name=name, core="{}")["answer"] is None
