"""The decision table, as the shim reads it, says what the core says."""

import importlib
import json
from pathlib import Path

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st
from supertokens_pyodide import _core
from supertokens_pyodide._core.environment.clock import STORAGE_KEY
from supertokens_pyodide._core.environment.cookies import OURS
from supertokens_pyodide._core.session.exchange import REQUEST_HEADERS
from supertokens_pyodide._core.state.local_state import RESPONSE_HEADERS
from supertokens_pyodide._core.state.snapshot import Present

from tests.unit.decided import (
    NOW,
    TABLE,
    Core,
    any_tokens,
    cookie_strings,
    ends,
    front_token,
    number_skews,
    odd_values,
    options,
    plain_values,
    skews,
)
from tools import decision_options, decision_rules, decision_table


def sends_at_once(core, step, now):
    """Whether a first step is only the sending of the request, with nothing that may be expired."""
    if step.get("do") != "send" or step.keys() - decision_table.SEND:
        return False
    if not isinstance(core.session._state.snapshot(), Present):
        return True  # no user is signed in, which cannot expire
    stands = core.session.reusable_until()
    return stands is not None and now < stands


def carried(step, callers):
    """The headers of an attempt, as the shim makes them of a step."""
    kept = {name: text for name, text in callers.items() if name not in step["drop"]}
    return {**kept, **step["headers"]}


# ---- requests ------------------------------------------------------------------------------------


@st.composite
def requests(draw, cookies):
    """The caller's headers that the core wants to see, now and then with our own token in them."""
    ours = dict(pair.partition("=")[::2] for pair in cookies.split("; "))
    texts = {
        "rid": st.sampled_from(["anti-csrf", "session", ""]),
        "authorization": st.sampled_from(
            ["Basic x", "Bearer other", f"Bearer {ours.get('st-access-token')}"]
        ),
    }
    assert set(texts) == set(REQUEST_HEADERS)
    return draw(st.fixed_dictionaries({}, optional=texts))


@settings(max_examples=100)
@given(st.data())
def test_what_goes_out_at_once_carries_what_the_core_lets_it_carry(shim, data):
    given_options = data.draw(options)
    cookies = data.draw(cookie_strings(any_tokens, odd_values | ends))
    callers = data.draw(requests(cookies))
    one_shot = data.draw(st.booleans())
    skew = data.draw(skews)
    stored = {} if skew is None else {STORAGE_KEY: skew}
    request = json.dumps(callers) if callers else ""

    ours = shim(given_options, cookies, request, NOW, stored)
    assert ours["applies"]
    event("goes out" if ours["step"] else "waits")
    if ours["step"] is None:
        return
    core = Core(given_options, stored)
    step = core.begin(cookies, request, one_shot, NOW)
    assert sends_at_once(core, step, NOW)
    assert carried(ours["step"], callers) == carried(step, callers)
    assert ours["step"]["credentials"] == step["credentials"]


@settings(max_examples=100)
@given(st.data())
def test_what_the_core_would_send_at_once_goes_out_at_once(shim, data):
    given_options = data.draw(options)
    cookies = data.draw(cookie_strings())
    callers = data.draw(requests(cookies))
    one_shot = data.draw(st.booleans())
    skew = data.draw(number_skews)
    stored = {} if skew is None else {STORAGE_KEY: skew}
    request = json.dumps(callers) if callers else ""
    core = Core(given_options, stored)
    step = core.begin(cookies, request, one_shot, NOW)
    at_once = sends_at_once(core, step, NOW)
    event("goes out" if at_once else "waits")
    assert (shim(given_options, cookies, request, NOW, stored)["step"] is not None) == at_once


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_cookie_that_is_there_and_empty_is_for_the_core_to_judge(shim, name):
    values = {**dict.fromkeys(sorted(OURS), "x"), "sFrontToken": front_token()}

    def step(values):
        return shim(cookies="; ".join(map("=".join, values.items())))["step"]

    assert step(values) is not None
    assert step({**values, name: ""}) is None


# ---- responses -----------------------------------------------------------------------------------

heads = st.tuples(
    st.one_of(st.sampled_from([200, 401, 403, 409, 419, 440, 500]), st.integers(200, 599)),
    st.dictionaries(st.sampled_from(RESPONSE_HEADERS), st.just("") | plain_values, max_size=1),
)


@settings(max_examples=100)
@given(options, cookie_strings(), heads)
def test_a_response_is_delivered_at_once_if_the_core_would_do_nothing_else(
    shim, given_options, cookies, reported
):
    assume(len({given_options.get(name, code) for name, code in TABLE["statuses"].items()}) == 2)
    status, headers = reported
    head = json.dumps({"status": status, "headers": headers}) if headers else status
    answer = shim(given_options, cookies, head=head)
    core = Core(given_options, {})
    assert answer["ordinary"] == (not headers and status not in core.plan["statuses"])
    if answer["step"] is None or not answer["ordinary"]:
        return
    flow = core.begin(cookies, "", False, NOW)["flow"]
    assert core.port.resume(flow, head, cookies, NOW) == '{"verdict":"deliver"}'
    assert len(core.session.flows) == 0


def test_the_table_names_what_the_plan_names():
    plan = Core({}, {}).plan
    assert {name: TABLE[name] for name in ("skip", "requestHeaders", "responseHeaders")} == {
        name: plan[name] for name in ("skip", "requestHeaders", "responseHeaders")
    }


# ---- the hint ------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(cookie_strings(any_tokens))
@example("")
@example("st-last-access-token-update=1")
def test_a_session_is_likely_if_it_is_valid_or_may_be_refreshed(shim, cookies):
    core = Core({}, {})
    step = json.loads(core.port.call("does_session_exist", "", cookies, NOW))
    fresh = Core({}, {})
    fresh.session.enter(cookies, NOW)
    is_there = isinstance(fresh.session._state.snapshot(), Present)
    likely = shim(cookies=cookies)["likely"]
    assert likely == is_there
    if step.get("verdict"):
        assert step["value"] == likely


# ---- options -------------------------------------------------------------------------------------


def test_options_of_which_the_table_says_nothing_make_no_difference_to_it():
    decision_table.check(TABLE)


@pytest.mark.parametrize("name", TABLE["asked"])
def test_with_cookies_clocks_and_logs_of_the_pages_own_everything_waits(shim, name):
    assert shim({name: True})["applies"] is False
    assert shim({name: False})["applies"] is True
    assert shim({name: None})["applies"] is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"tokenTransferMethod": "x"},
        {"autoAddCredentials": "false"},
        {"sessionExpiredStatusCode": "401"},
        {"invalidClaimStatusCode": 403.5},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_option_that_the_core_will_refuse_is_left_to_it(shim, wrong):
    assert shim(wrong)["applies"] is False


def test_an_option_on_which_answers_depend_is_named(monkeypatch):
    wrong = {"isInIframe": True, "tokenTransferMethod": "header"}
    monkeypatch.setattr(decision_table, "INDIFFERENT", wrong)
    with pytest.raises(SystemExit, match="answers depend on tokenTransferMethod"):
        decision_table.check(TABLE)


def test_an_unexpected_option_is_an_error(monkeypatch):
    monkeypatch.delitem(decision_options.INDIFFERENT, "isInIframe")
    with pytest.raises(SystemExit, match="isInIframe"):
        decision_table.make()


def test_a_core_whose_answers_are_no_rules_is_an_error():
    case = decision_rules.Case
    either = [
        case(frozenset(facts), frozenset({("send",)} if facts else ()))
        for facts in ((), ("a",), ("b",), ("a", "b"))
    ]
    with pytest.raises(SystemExit, match="decision table"):
        decision_rules.conditions(either, ("send",))


def test_a_page_shares_with_its_workers_all_that_the_core_reads_and_writes():
    shared = TABLE["shared"]
    core = Core({"tokenTransferMethod": "header"}, {})
    step = core.begin("st-last-access-token-update=1", "", False, NOW)
    headers = {
        "front-token": front_token(up={"iat": NOW // 1000 - 60}),
        **dict.fromkeys(("st-access-token", "st-refresh-token", "anti-csrf"), "x"),
    }
    head = json.dumps({"status": 200, "headers": headers})
    step = json.loads(core.port.resume(step["flow"], head, "st-last-access-token-update=1", NOW))
    writes = [*step["cookies"], *core.plan["probe"]]
    assert {write.split("=")[0] for write in writes} | OURS == set(shared["cookies"])
    assert list(step["storage"]) == shared["storage"] == [STORAGE_KEY]
    folder = Path(_core.__file__).parent
    names = [path.relative_to(folder).with_suffix("").parts for path in folder.rglob("[a-z]*.py")]
    modules = [importlib.import_module(".".join((_core.__name__, *parts))) for parts in names]
    locks = {module.LOCK_NAME for module in modules if hasattr(module, "LOCK_NAME")}
    assert len(locks) == 2
    assert set(shared["locks"]) == locks
