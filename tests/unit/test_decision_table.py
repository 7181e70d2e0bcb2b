"""The decision table, as the shim reads it, says what the core says."""

import base64
import importlib
import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st
from supertokens_pyodide import _core
from supertokens_pyodide._core.clock import STORAGE_KEY
from supertokens_pyodide._core.config import Page, from_javascript, read_config
from supertokens_pyodide._core.cookies import OURS
from supertokens_pyodide._core.exchange import REQUEST_HEADERS
from supertokens_pyodide._core.local_state import REPLY_HEADERS
from supertokens_pyodide._core.messages import Port, write_plan
from supertokens_pyodide._core.session import Session
from supertokens_pyodide._core.snapshot import Present

from tests.conftest import ROOT
from tools import decision_table

NOW = 1_700_000_000_000
# Made by make, once for all processes: asking the core about everything takes long.
TABLE = json.loads((ROOT / "build" / "decision_table.json").read_text("utf-8"))
REQUIRED = {"apiDomain": "https://api.example.com"}


@pytest.fixture(scope="module")
def shim():
    """Ask the shim's own code."""
    program = Path(__file__).with_name("apply_table.mjs")
    with subprocess.Popen(
        ["node", program, json.dumps(TABLE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ask(options=None, cookies="", request="", now=NOW, stored=None, head=200):
            beginning = {"request": request, "oneShot": False, "cookies": cookies, "now": now}
            question = {
                "options": {**REQUIRED, **(options or {})},
                "beginning": beginning,
                "stored": stored or {},
                "head": head,
            }
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()


def front_token(**fields):
    token = {"uid": "alice", "ate": NOW + 60_000, "up": {"sub": "alice", "tId": "public"}, **fields}
    kept = {name: value for name, value in token.items() if value is not ...}
    return base64.b64encode(json.dumps(kept).encode()).decode()


def in_latin_1(token):
    text = json.dumps(json.loads(base64.b64decode(token)), ensure_ascii=False)
    return base64.b64encode(text.encode("latin-1")).decode()


class Core:
    """A core that has just come up."""

    def __init__(self, options, stored):
        config = read_config(
            from_javascript({**REQUIRED, **options}), Page("app.example.com", secure=True)
        )
        self.session = Session(config, stored)
        self.port = Port(self.session)
        self.plan = json.loads(write_plan(config))

    def begin(self, cookies, request, one_shot, now):
        return json.loads(self.port.exchange(request, one_shot, cookies, now))


def sends_at_once(core, step, now):
    """Whether a first step is only the sending of the request, with nothing that may be expired."""
    if step.get("do") != "send" or step.keys() - decision_table.SEND:
        return False
    if not isinstance(core.session._state.snapshot(), Present):
        return True  # nobody is signed in, which cannot expire
    stands = core.session.reusable_until()
    return stands is not None and now < stands


def carried(step, callers):
    """The headers of an attempt, as the shim makes them of a step."""
    kept = {name: text for name, text in callers.items() if name not in step["drop"]}
    return {**kept, **step["headers"]}


# ---- what is generated ---------------------------------------------------------------------------

times = st.one_of(
    st.integers(NOW - 10_000, NOW + 10_000),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
)
whole_tokens = st.builds(
    front_token, ate=st.integers(NOW - 10_000, NOW + 20_000), up=st.just({"sub": "Grüße"})
)
json_values = st.one_of(
    st.none(), st.booleans(), times, st.text(max_size=4), st.just([]), st.just({})
)
odd_tokens = st.one_of(
    st.builds(
        front_token,
        uid=json_values | st.just(...),
        ate=times | json_values | st.just(...),
        up=json_values | st.just(...),
    ),
    st.builds(lambda token, end: token.rstrip("=") + end, whole_tokens, st.sampled_from("=-_! ")),
    st.binary(max_size=40).map(lambda data: base64.b64encode(data).decode()),
    st.sampled_from(["remove", "e30=", in_latin_1(front_token(uid="é"))]),
)
any_tokens = st.one_of(whole_tokens, whole_tokens, whole_tokens, odd_tokens)
plain_values = st.text("abcXYZ019-_.=%", min_size=1, max_size=12)
marks = st.text("abcXYZ019_.=%", min_size=1, max_size=12)
odd_values = st.sampled_from(["\u00e9", "\u0100", "caf\N{SNOWMAN}"])
nothing = st.nothing()
ends = st.just("1700000000000-1700000000-5bb98734")
number_skews = st.one_of(
    st.none(),
    st.sampled_from(["0", "6999", "7000", "-6999", "-7000"]),
    st.integers(-15_000, 15_000).map(str),
)
odd_skews = st.sampled_from(["", "x", "+9000", "12abc", "1e9", "9" * 16])
skews = st.one_of(number_skews, number_skews, number_skews, odd_skews)
options = st.fixed_dictionaries(
    {},
    optional={
        "tokenTransferMethod": st.sampled_from(["cookie", "header"]),
        "autoAddCredentials": st.booleans(),
        "sessionExpiredStatusCode": st.sampled_from([401, 440, 419]),
        "invalidClaimStatusCode": st.sampled_from([403, 409]),
        "isInIframe": st.booleans(),
        "maxRetryAttemptsForSessionRefresh": st.integers(0, 3),
    },
)


@st.composite
def cookie_strings(draw, tokens=whole_tokens, others=nothing):
    """What document.cookie may be, with any of our cookies in it and others beside them."""
    values = {name: draw(plain_values | others) for name in sorted(OURS)}
    values["sFrontToken"] = draw(tokens)
    values["st-last-access-token-update"] = draw(marks | others)
    there = draw(st.lists(st.sampled_from(sorted(OURS)), unique=True))
    if draw(st.integers(0, 3)) < 3:  # mostly, somebody is there
        there = {*there, "sFrontToken", "st-last-access-token-update"}
    pairs = [f"{name}={values[name]}" for name in sorted(there)]
    foreign = st.sampled_from(
        ["theme=dark", "alone", "=x", "sFrontTokenX=1", "xsAntiCsrf=2", "a=b=c"]
    )
    return "; ".join(draw(st.permutations([*pairs, *draw(st.lists(foreign, max_size=2))])))


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


# ---- requests ------------------------------------------------------------------------------------


@settings(max_examples=200, deadline=None)
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


@settings(max_examples=200, deadline=None)
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
    cookies = "; ".join(f"{each}={'' if each == name else 'x'}" for each in sorted(OURS))
    assert shim(cookies=cookies)["step"] is None


# ---- replies -------------------------------------------------------------------------------------

heads = st.tuples(
    st.one_of(st.sampled_from([200, 401, 403, 409, 419, 440, 500]), st.integers(200, 599)),
    st.dictionaries(st.sampled_from(REPLY_HEADERS), st.just("") | plain_values, max_size=1),
)


@settings(max_examples=200, deadline=None)
@given(options, cookie_strings(), heads)
def test_a_reply_is_delivered_at_once_where_the_core_would_do_nothing_else(
    shim, given_options, cookies, told
):
    assume(len({given_options.get(name, code) for name, code in TABLE["statuses"].items()}) == 2)
    status, headers = told
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
    assert {name: TABLE[name] for name in ("skip", "requestHeaders", "replyHeaders")} == {
        name: plan[name] for name in ("skip", "requestHeaders", "replyHeaders")
    }


# ---- the hint ------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(cookie_strings(any_tokens))
@example("")
@example("st-last-access-token-update=1")
def test_a_session_is_likely_where_one_is_there_that_is_valid_or_may_be_refreshed(shim, cookies):
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


def test_the_option_that_makes_a_difference_to_the_table_is_named(monkeypatch):
    monkeypatch.setattr(decision_table, "make", lambda options: {"own": "isInIframe" in options})
    with pytest.raises(SystemExit, match=r"depend on \['isInIframe'\]"):
        decision_table.check({"own": False})


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


def test_an_option_that_nobody_has_thought_of_is_an_error(monkeypatch):
    monkeypatch.delitem(decision_table.INDIFFERENT, "isInIframe")
    with pytest.raises(SystemExit, match="isInIframe"):
        decision_table.make()


def test_a_core_whose_answers_are_no_rules_is_an_error():
    case = decision_table.Case
    either = [
        case(frozenset(facts), frozenset({("send",)} if facts else ()))
        for facts in ((), ("a",), ("b",), ("a", "b"))
    ]
    with pytest.raises(SystemExit, match="decision table"):
        decision_table._conditions(either, ("send",))


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
    modules = [
        importlib.import_module(f"supertokens_pyodide._core.{path.stem}")
        for path in Path(_core.__file__).parent.glob("[a-z]*.py")
    ]
    locks = {module.LOCK_NAME for module in modules if hasattr(module, "LOCK_NAME")}
    assert len(locks) == 2
    assert set(shared["locks"]) == locks
