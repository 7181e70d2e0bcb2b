"""The wire between core and drivers, and the debug lines: every kind of step, result and effect."""

import asyncio
import json
import re

import pytest
from supertokens_pyodide import DiagnosticReport, Finding, SessionStatus, errors
from supertokens_pyodide._core.config.options import Page, from_javascript, read_config
from supertokens_pyodide._core.config.urls import SKIP_MARKER
from supertokens_pyodide._core.flow.effects import (
    Answer,
    Call,
    Head,
    Lock,
    Post,
    ReadText,
    Send,
    Verify,
    Wait,
)
from supertokens_pyodide._core.flow.logs import describe
from supertokens_pyodide._core.session.exchange import RequestHead
from supertokens_pyodide._core.session.session import Session
from supertokens_pyodide._core.state.tokens import write_front_token
from supertokens_pyodide._core.wire.errors import read_error, write_error
from supertokens_pyodide._core.wire.plan import PROTOCOL, write_plan
from supertokens_pyodide._core.wire.port import Port, read_request, read_result
from supertokens_pyodide._core.wire.reports import write_report
from supertokens_pyodide.errors import (
    ConfigError,
    NoSession,
    RefreshUnavailable,
    SignOutFailed,
    SuperTokensError,
)

NOW = 1_700_000_000_000
PRESENT = f"sFrontToken={write_front_token('u', 2 * NOW, {})}; st-last-access-token-update=1"
ABSENT = "st-last-access-token-update=1"
SEND = Send({"rid": "x"})
POST = Post("https://api.example.com/auth/signout", {}, 1, "SIGN_OUT", {})


def config(**options):
    return read_config(
        {"api_domain": "https://api.example.com:8080", **options}, Page("app.example.com", True)
    )


@pytest.fixture
def port():
    return Port(Session(config()))


def test_the_plan_has_what_is_ours_and_what_to_report():
    assert json.loads(write_plan(config())) == {
        "protocol": PROTOCOL,
        "apiDomain": "https://api.example.com:8080",
        "hostname": "api.example.com",
        "domain": None,
        "secure": True,
        "skip": SKIP_MARKER,
        "requestHeaders": ["authorization", "rid"],
        "responseHeaders": [
            "front-token",
            "st-access-token",
            "st-refresh-token",
            "anti-csrf",
            "retry-after",
        ],
        "probe": [
            "st-cookie-probe=1;expires=Fri, 31 Dec 9999 23:59:59 GMT;path=/;samesite=lax;secure",
            "st-cookie-probe=;expires=Thu, 01 Jan 1970 00:00:00 GMT;path=/;samesite=lax;secure",
        ],
        "statuses": [401, 403],
        "timeout": 10000,
    }


def test_the_plans_domain_has_no_leading_dot():
    plan = json.loads(write_plan(config(session_token_backend_domain=".example.com")))
    assert plan["domain"] == "example.com"


@pytest.mark.parametrize(
    ("headers", "expected"), [("", {}), ("{}", {}), ('{"rid":"session"}', {"rid": "session"})]
)
def test_a_request_is_read(headers, expected):
    assert read_request(headers, one_shot=True) == RequestHead(expected, one_shot=True)


@pytest.mark.parametrize("effect", [SEND, POST])
@pytest.mark.parametrize(
    ("result", "head"),
    [
        (200, Head(200, {})),
        (200.0, Head(200, {})),
        ('{"status":401,"headers":{"rid":"x"}}', Head(401, {"rid": "x"})),
        ('{"failure":"timeout"}', Head(0, {}, "timeout")),
    ],
)
def test_a_response_is_read_as_a_head(effect, result, head):
    read = read_result(effect, result)
    assert read == head
    assert isinstance(read.status, int)


@pytest.mark.parametrize(
    ("effect", "result"),
    [(Lock("name", 1), True), (ReadText(), '{"status":1}'), (Wait(), None), (None, 200)],
)
def test_other_results_are_what_they_are(effect, result):
    assert read_result(effect, result) is result


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ('{"value":true}', Answer(True)),
        ("{}", Answer(None)),
        ('{"failed":true}', Answer(failed=True)),
    ],
)
def test_what_a_function_gave_is_read_as_an_answer(result, answer):
    assert read_result(Call("validate"), result) == answer


def test_a_function_of_javascript_is_called_by_name_and_one_of_python_by_the_port(port):
    class Validator:
        id = "x"
        should_refresh = refresh = validate = lambda *_: None

    cookies = f"sFrontToken={write_front_token('u', 2 * NOW, {'a': 1})}; {ABSENT}"
    step = json.loads(port.call("validate_page_claims", '{"ids":["x"]}', cookies, NOW))
    assert step == {
        "flow": 1,
        "do": "call",
        "function": "shouldRefresh",
        "arguments": [0, {"a": 1}],
    }
    arguments = {"validators": [Validator()], "user_context": {}}
    _, step = port.begin("validate_claims", arguments, cookies, NOW)
    assert json.loads(step) == {"flow": 2, "do": "call"}


@pytest.mark.parametrize("flow", [1, 7])
def test_only_functions_of_python_are_called_by_the_port(port, flow):
    cookies = f"sFrontToken={write_front_token('u', 2 * NOW, {})}; {ABSENT}"
    port.call("validate_page_claims", '{"ids":["x"]}', cookies, NOW)
    assert asyncio.run(port.perform(flow)) is None


def test_an_error_is_written_as_data():
    error = NoSession("No session exists.", hint="Sign in.")
    assert write_error(error) == {
        "name": "NoSession",
        "code": "NO_SESSION",
        "message": "No session exists.",
        "hint": "Sign in.",
    }


@pytest.mark.parametrize("status", [500, 0])
def test_an_errors_status_is_written_if_there_is_one(status):
    assert write_error(RefreshUnavailable("x", status=status))["status"] == status
    assert "status" not in write_error(RefreshUnavailable("x"))
    assert "status" not in write_error(ConfigError("x", "is wrong", hint=""))


def test_an_error_about_a_response_names_the_call():
    assert write_error(RefreshUnavailable("No.", status=503))["call"] == "REFRESH_SESSION"
    assert write_error(SignOutFailed("No.", status=500))["call"] == "SIGN_OUT"
    assert "call" not in write_error(RefreshUnavailable("No."))


CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, errors.SuperTokensError)
]
# Names of Python that a JavaScript caller cannot use, but for those of the backend's SDK.
PYTHONS_NAMES = re.compile(r"\b(?!get_all_cors|expose_)[a-z]+_[a-z_]+\b|\b(True|False)\b|\w=\S")


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind is not ConfigError])
def test_an_errors_hint_has_javascripts_names_for_javascript(kind):
    data = write_error(kind("It failed."))
    assert data["hint"] == kind.hint
    assert not PYTHONS_NAMES.search(data.get("javascript", data)["hint"])


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "Option 'apiDomain' is missing. Give the address of your backend: apiDomain: 'http"),
        ({"apiDomain": "a.test", "isInIframe": 1}, "Option 'isInIframe' is 1. Give true or false."),
        ({"apiDomain": "a.test", "tokenStore": "indexedDB"}, "Set tokenTransferMethod: 'header'."),
        (
            {"apiDomain": "a.test", "invalidClaimStatusCode": 401},
            "same as sessionExpiredStatusCode",
        ),
        ({"apiDomain": "a.test", "preAPIHook": 5}, "Option 'preAPIHook' is 5. Give a function."),
    ],
)
def test_a_wrong_option_has_javascripts_name_for_javascript(options, text):
    with pytest.raises(ConfigError) as raised:
        read_config(from_javascript(options), Page("app.example.com", True))
    reported = write_error(raised.value)["javascript"]
    assert text in f"{reported['message']} {reported['hint']}"
    assert not PYTHONS_NAMES.search(f"{reported['message']} {reported['hint']}")


def test_a_call_is_spelled_as_javascript_has_it():
    hint = write_error(errors.NotInitialised("No."))["javascript"]["hint"]
    assert "Call supertokens.init({ apiDomain: ... }) once" in hint


def test_an_exchange_is_one_send_and_one_verdict(port):
    step = json.loads(port.exchange("", False, PRESENT, NOW))
    assert step == {
        "reusableUntil": 2 * NOW,
        "flow": 1,
        "do": "send",
        "headers": {"st-auth-mode": "cookie", "rid": "anti-csrf"},
        "drop": [],
        "credentials": "include",
    }
    assert json.loads(port.resume(1, 200, PRESENT, NOW)) == {"verdict": "deliver"}


def test_a_refresh_is_a_flow_beside_the_one_that_needs_it(port):
    port.exchange("", False, PRESENT, NOW)
    step = json.loads(port.resume(1, 401, PRESENT, NOW))
    assert (step["flow"], step["do"]) == (1, "wait")
    (beside,) = step["spawned"]
    assert beside == {"flow": 2, "do": "lock", "name": "REFRESH_TOKEN_USE", "timeout": 20_000}
    step = json.loads(port.resume(2, True, PRESENT, NOW))
    assert (step["do"], step["timeout"]) == ("post", 10_000)
    assert step["url"] == "https://api.example.com:8080/auth/session/refresh"
    step = json.loads(port.resume(2, 503, PRESENT, NOW))
    assert step == {"unlock": [2], "wake": [1], "verdict": "value", "value": None}
    step = json.loads(port.resume(1, None, PRESENT, NOW))
    assert step == {"verdict": "deliver", "refresh": True}


def test_a_lock_that_was_not_taken_in_time_fails_the_request_and_keeps_the_session(port):
    port.exchange("", False, PRESENT, NOW)
    port.resume(1, 401, PRESENT, NOW)
    step = json.loads(port.resume(2, False, PRESENT, NOW))
    assert (step["wake"], "cookies" in step) == ([1], False)
    step = json.loads(port.resume(1, None, PRESENT, NOW))
    assert step["verdict"] == "fail"
    assert step["error"]["name"] == "RefreshUnavailable"
    assert "Another tab" in step["error"]["message"]
    assert "status" not in step["error"]


def test_a_lock_that_was_not_taken_does_not_matter_if_the_other_tab_has_refreshed(port):
    port.exchange("", False, PRESENT, NOW)
    port.resume(1, 401, PRESENT, NOW)
    refreshed = PRESENT.replace("=1", "=2")
    port.resume(2, False, refreshed, NOW)
    assert json.loads(port.resume(1, None, refreshed, NOW))["do"] == "send"


def test_reading_text_is_asked_for_and_writes_come_with_the_step(port):
    port.exchange("", False, PRESENT, NOW)
    response = json.dumps({"status": 403, "headers": {"front-token": "remove"}})
    step = json.loads(port.resume(1, response, PRESENT, NOW))
    assert (step["do"], step["flow"]) == ("read_text", 1)
    assert step["cookies"][0].startswith("st-last-access-token-update=")
    assert step["events"] == [{"action": "SIGN_OUT", "userContext": {}}]


def test_a_call_gives_its_value(port):
    step = json.loads(port.call("does_session_exist", "", ABSENT, NOW))
    assert step == {"verdict": "value", "value": False}


def test_a_status_is_given_as_an_object(port):
    step = json.loads(port.call("get_session_status", "", ABSENT, NOW))
    assert step["value"] == {"status": "NONE", "reason": None}


def test_a_call_that_fails_gives_the_error(port):
    step = json.loads(port.call("get_user_id", "", ABSENT, NOW))
    assert (step["verdict"], step["error"]["code"]) == ("fail", "NO_SESSION")


def test_a_call_from_python_that_has_ended_needs_no_step(port):
    flow, step = port.begin("does_session_exist", {}, ABSENT, NOW)
    assert (flow.outcome(), step) == (False, None)
    flow, step = port.begin("does_session_exist", {}, "", NOW)
    assert not flow.ended
    assert json.loads(step)["do"] == "wait"


@pytest.mark.parametrize(
    "name", ["", "exchange", "__init__", "config", "close", "enter", "needs_refresh"]
)
def test_only_the_named_calls_can_be_made(port, name):
    with pytest.raises(ValueError, match="no such call"):
        port.call(name, "", "", NOW)


def test_resuming_a_flow_that_was_cancelled_does_nothing(port):
    port.exchange("", False, PRESENT, NOW)
    port.cancel(1)
    assert json.loads(port.resume(1, 200, PRESENT, NOW)) == {"verdict": "value", "value": None}


@pytest.mark.parametrize(
    ("result", "effect", "line"),
    [
        (None, SEND, "name 1: runs, does Send"),
        (
            Head(200, {"front-token": "secret"}),
            None,
            "name 1: got a response with status 200, ends",
        ),
        (Head(0, {}, "network"), Wait(), "name 1: got no response (network), does Wait"),
        (True, POST, f"name 1: succeeded, posts to {POST.url}"),
        (False, None, "name 1: did not succeed, ends"),
        ("secret", Lock("LOCK", 1), "name 1: continues, takes the lock LOCK"),
    ],
)
def test_a_debug_line_has_what_happens_and_no_secret(result, effect, line):
    assert describe("name", 1, result, effect) == line


@pytest.mark.parametrize(
    "value",
    [
        Head(200, {"front-token": "secret"}),
        Send({"authorization": "secret"}),
        Post(
            "https://api.example.com", {"authorization": "secret"}, 1, "SIGN_OUT", {"a": "secret"}
        ),
        RequestHead({"authorization": "secret"}),
        Call("a_function", ("secret",)),
        Answer("secret", failed=True, error=ValueError("secret")),
        Verify({}, {}, "secret", "secret"),
    ],
)
def test_reprs_hide_what_may_be_secret(value):
    assert "secret" not in repr(value)


def test_an_error_comes_back_as_what_it_was():
    back = read_error(write_error(SignOutFailed("No.", status=503)))
    assert type(back) is SignOutFailed
    assert (back.message, back.status) == ("No.", 503)


@pytest.mark.parametrize("name", ["TypeError", "annotations", ""])
def test_an_error_of_another_kind_comes_back_as_a_plain_one(name):
    back = read_error({"name": name, "message": "No.", "hint": ""})
    assert type(back) is SuperTokensError
    assert str(back) == "No."


@pytest.mark.parametrize(
    ("report", "data"),
    [
        (SessionStatus("ACTIVE"), {"status": "ACTIVE", "reason": None}),
        (
            SessionStatus("UNKNOWN", "The page's date_provider failed."),
            {"status": "UNKNOWN", "reason": "The page's dateProvider failed."},
        ),
        (
            DiagnosticReport(
                False,
                [Finding("API", False, "api_domain is wrong.", "Set api_domain=...")],
                {"shim": "1"},
                {"api_domain": "https://a.example"},
            ),
            {
                "ok": False,
                "findings": [
                    {
                        "code": "API",
                        "ok": False,
                        "message": "apiDomain is wrong.",
                        "hint": "Set apiDomain: ...",
                    }
                ],
                "versions": {"shim": "1"},
                "options": {"apiDomain": "https://a.example"},
            },
        ),
    ],
)
def test_reports_have_javascripts_names(report, data):
    assert write_report(report) == data
