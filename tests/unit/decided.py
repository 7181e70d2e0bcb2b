"""The decision table beside the core that it was made from, for tests that compare the two."""

import base64
import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

from hypothesis import strategies as st
from supertokens_pyodide._core.config.options import Page, from_javascript, read_config
from supertokens_pyodide._core.environment.cookies import OURS
from supertokens_pyodide._core.session.session import Session
from supertokens_pyodide._core.wire.plan import write_plan
from supertokens_pyodide._core.wire.port import Port

NOW = 1_700_000_000_000
# What make has put into the shim.
TABLE = json.loads((Path(__file__).parents[2] / "build" / "decision_table.json").read_text("utf-8"))
REQUIRED = {"apiDomain": "https://api.example.com"}


@contextmanager
def asked_shim():
    """Ask the shim's own code."""
    program = Path(__file__).with_name("apply_table.mjs")
    with subprocess.Popen(
        ["node", program, json.dumps(TABLE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ask(options=None, cookies="", request="", now=NOW, stored=None, head=200, **call):
            beginning = {"headers": request, "oneShot": False, "cookies": cookies, "now": now}
            question = {
                "options": {**REQUIRED, **(options or {})},
                "beginning": beginning,
                "stored": stored or {},
                "head": head,
                **call,
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


def front_token_of(up, ate=NOW + 60_000):
    """A front token whose payload is this JSON, as it is written."""
    return base64.b64encode(f'{{"uid":"alice","ate":{ate},"up":{up}}}'.encode()).decode()


def in_latin_1(token):
    text = json.dumps(json.loads(base64.b64decode(token)), ensure_ascii=False)
    return base64.b64encode(text.encode("latin-1")).decode()


class Core:
    """A core that has just come up."""

    def __init__(self, options, stored, *, secure=True):
        config = read_config(
            from_javascript({**REQUIRED, **options}), Page("app.example.com", secure=secure)
        )
        self.session = Session(config, stored)
        self.port = Port(self.session)
        self.plan = json.loads(write_plan(config))

    def begin(self, cookies, request, one_shot, now):
        return json.loads(self.port.exchange(request, one_shot, cookies, now))


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
    if draw(st.integers(0, 3)) < 3:  # mostly, there is a session
        there = {*there, "sFrontToken", "st-last-access-token-update"}
    pairs = [f"{name}={values[name]}" for name in sorted(there)]
    foreign = st.sampled_from(
        ["theme=dark", "alone", "=x", "sFrontTokenX=1", "xsAntiCsrf=2", "a=b=c"]
    )
    return "; ".join(draw(st.permutations([*pairs, *draw(st.lists(foreign, max_size=2))])))
