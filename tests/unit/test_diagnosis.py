"""What diagnose() finds: good news where all is well, and else what is wrong and what to do."""

import asyncio
import json
from typing import get_type_hints

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide._core.diagnose.diagnosis import is_same_site
from supertokens_pyodide._core.diagnose.report import Facts, Finding
from supertokens_pyodide.testing import NetworkDown, Reply

from tests.unit.backend import REFRESH, SIGN_OUT


@pytest.fixture(autouse=True)
def nothing_stays_bound():
    yield
    supertokens.close()


def report_of(world, probe=False, **facts):
    tab = world.tab
    reported = {**asyncio.run(tab.facts()), **facts}
    return tab.call("diagnose", facts=reported, probe=probe)


def findings(report):
    return {finding["code"]: finding for finding in report["findings"]}


def finding(world, code, probe=False, **facts):
    found = findings(report_of(world, probe, **facts))[code]
    assert found["message"]
    assert bool(found["hint"]) or found["ok"] is not False
    return found["ok"]


def test_a_good_setup_has_no_findings(signed_in):
    signed_in.browser.hostname = "app.example.com"
    report = report_of(signed_in)
    assert report["ok"] is True
    assert all(entry["ok"] is not False for entry in report["findings"])
    codes = [entry["code"] for entry in report["findings"]]
    assert len(set(codes)) == len(codes)
    assert signed_in.browser.requests == []
    assert signed_in.actions == []


def test_the_report_is_the_same_in_python(signed_in):
    with signed_in.tab:
        report = asyncio.run(supertokens.diagnose())
    assert isinstance(report, supertokens.DiagnosticReport)
    assert all(isinstance(entry, Finding) for entry in report.findings)
    reported = report_of(signed_in)
    assert [entry.code for entry in report.findings] == [e["code"] for e in reported["findings"]]
    assert report.versions == reported["versions"]
    assert (
        report.options["api_domain"]
        == reported["options"]["apiDomain"]
        == "https://api.example.com"
    )
    assert len(report.options) == len(reported["options"])
    assert "page" not in report.options


def test_a_report_can_be_sent_as_json_and_holds_no_token(signed_in):
    text = json.dumps(report_of(signed_in, probe=True))
    assert not [secret for secret in signed_in.backend.secrets if secret in text]


@pytest.mark.parametrize(
    ("code", "facts", "ok"),
    [
        ("SECURE_CONTEXT", {"secureContext": False}, False),
        ("COOKIES", {"kept": None}, False),
        ("COOKIES", {"kept": "localStorage"}, False),
        ("COOKIES", {"kept": "memory"}, False),
        ("COOKIES", {"kept": "cookieHandler"}, True),
        ("COOKIES", {"kept": "indexedDB"}, True),
        ("STORAGE", {"storage": False}, False),
        ("LOCKS", {"locks": False}, False),
        ("IFRAME", {"frame": "cross-origin"}, False),
        ("IFRAME", {"frame": "same-origin"}, True),
        ("ISOLATION", {"isolated": True}, True),
        ("FETCH_INTERCEPTED", {"patched": {"fetch": False}}, None),
        ("XMLHTTPREQUEST_INTERCEPTED", {"patched": {"XMLHttpRequest": False}}, None),
        ("PYTHON_CLIENTS", {"clients": {"pyodide.http": False, "x": True}}, False),
        ("PYTHON_CLIENTS", {"clients": {"pyodide.http": True}}, True),
        (
            "USER_AGENT",
            {"asksForUserAgent": True, "clients": {"urllib3.contrib.emscripten.fetch": True}},
            None,
        ),
        ("USER_AGENT", {"asksForUserAgent": True, "clients": {"pyodide.http": True}}, True),
        (
            "USER_AGENT",
            {"asksForUserAgent": False, "clients": {"urllib3.contrib.emscripten.fetch": True}},
            True,
        ),
        ("OTHER_SDK", {"otherSdk": True}, False),
        ("VERSIONS", {"shim": "0.0.1"}, False),
    ],
)
def test_what_is_wrong_is_found(new_world, code, facts, ok):
    world = new_world()
    assert finding(world, code, **facts) is ok
    assert report_of(world, **facts)["ok"] is (ok is not False)


@pytest.mark.parametrize(("https", "ok"), [(True, True), (False, False)])
def test_a_page_in_a_frame_needs_https(new_world, https, ok):
    world = new_world(is_in_iframe=True, https=https)
    assert finding(world, "IFRAME", frame="cross-origin") is ok


@pytest.mark.parametrize(
    ("error", "ok"), [(0, True), (299_000, True), (301_000, False), (-301_000, False)]
)
def test_a_clock_that_is_far_off_is_reported(new_world, error, ok):
    world = new_world(clock_error=error)
    world.sign_in()
    assert finding(world, "CLOCK") is ok


@pytest.mark.parametrize(
    ("page", "api", "same"),
    [
        ("example.com", "example.com", True),
        ("app.example.com", "example.com", True),
        ("example.com", "api.example.com", True),
        ("localhost", "localhost", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "localhost", False),
        ("localhost", "api.localhost", False),
        ("[::1]", "localhost", False),
        ("example.com", "example.org", False),
        ("one.com", "two.com", False),
        ("localhost", "other", False),
        ("app.example.com", "api.example.com", None),
        ("one.github.io", "two.github.io", None),
    ],
)
def test_what_is_one_site_is_known_by_the_hosts_or_not_at_all(page, api, same):
    assert is_same_site(page, api) is same


@pytest.mark.parametrize(
    ("options", "ok"),
    [
        ({"api_domain": "https://app.example.com"}, True),
        ({"api_domain": "https://api.example.com"}, None),
        ({"api_domain": "https://other.example"}, False),
        ({"api_domain": "http://app.example.com"}, False),  # mixed content
        ({"api_domain": "http://localhost:3000"}, False),
        ({"api_domain": "https://app.example.com", "https": False}, False),  # another scheme
        ({"api_domain": "http://app.example.com", "https": False}, True),
        ({"api_domain": "https://other.example", "token_transfer_method": "header"}, True),
        ({"api_domain": "http://x.example", "token_transfer_method": "header"}, False),
    ],
)
def test_a_session_that_cannot_reach_the_api_is_a_finding(new_world, options, ok):
    assert finding(new_world(**options), "SAME_SITE") is ok


# ---- exposed headers, and the probe --------------------------------------------------------------


def test_exposed_headers_are_unknown_before_a_sign_in(world):
    assert finding(world, "EXPOSED_HEADERS") is None
    world.sign_in()
    assert finding(world, "EXPOSED_HEADERS") is True


def test_without_a_probe_nothing_is_said_of_refreshing(signed_in):
    assert "REFRESH" not in findings(report_of(signed_in))


def test_a_probe_refreshes_the_session_in_the_ordinary_way(signed_in):
    assert finding(signed_in, "REFRESH", probe=True) is True
    assert signed_in.refreshes == 1
    assert "REFRESH_SESSION" in signed_in.actions
    assert signed_in.tab.fetch("/items").status == 200
    assert signed_in.backend.thefts == 0


@pytest.mark.parametrize("answer", [NetworkDown(), Reply(404), Reply(500)])
def test_a_refresh_that_fails_is_found_and_the_session_kept(signed_in, answer):
    signed_in.backend.always[REFRESH] = answer
    assert finding(signed_in, "REFRESH", probe=True) is False
    assert signed_in.signed_in


def test_headers_that_are_not_exposed_are_found(signed_in):
    signed_in.backend.always[REFRESH] = Reply(200)
    found = findings(report_of(signed_in, probe=True))
    for code in ("REFRESH", "EXPOSED_HEADERS"):
        assert found[code]["ok"] is False
        assert "access-control-expose-headers" in found[code]["hint"]


def test_a_visitor_is_probed_for_as_at_any_other_time(world):
    assert finding(world, "REFRESH", probe=True) is True
    assert world.refreshes == 1
    world.tab.call("does_session_exist")
    assert world.refreshes == 1


@pytest.mark.parametrize(
    ("answer", "ok", "says"),
    [
        (None, True, "no user is signed in"),
        (Reply(401), True, "no user is signed in"),
        (NetworkDown(), False, "no response"),
        (Reply(404), False, "404"),
        (Reply(200), False, "no usable front-token"),
        (Reply(200, {"front-token": "x"}), False, "does not know"),
    ],
)
def test_a_signed_out_user_stays_signed_out_after_every_probe(world, answer, ok, says):
    world.learn_that_no_user_is_signed_in()
    before = world.browser.cookies
    if answer is not None:
        world.backend.always[REFRESH] = answer
    found = findings(report_of(world, probe=True))["REFRESH"]
    assert found["ok"] is ok
    assert says in found["message"]
    assert world.refreshes == 1
    assert world.browser.cookies == before
    assert world.actions == []
    assert world.browser.locks == {}


def test_a_session_that_was_ended_here_only_is_not_brought_back_by_a_probe(new_world):
    world = new_world()
    world.backend.uses_anti_csrf = False
    world.sign_in()
    world.backend.answers[SIGN_OUT] = [NetworkDown()]
    world.tab.call("sign_out", local_on_error=True)
    found = findings(report_of(world, probe=True))["REFRESH"]
    assert found["ok"] is False
    assert "signed out here only" in found["hint"]
    assert world.tab.call("does_session_exist") is False
    assert world.backend.thefts == 0


def test_a_probe_waits_for_the_lock(world):
    world.learn_that_no_user_is_signed_in()
    world.browser.take_lock("REFRESH_TOKEN_USE", object())
    call = world.tab.begin_call("diagnose", facts=asyncio.run(world.tab.facts()), probe=True)
    assert not world.tab.turn()
    [(_, step)] = world.tab._pending
    world.tab._pending.clear()
    text = world.tab.client.port.resume(step["flow"], False, world.tab.cookies(), world.tab.now())
    world.tab._apply(call, text)
    assert findings(call.result())["REFRESH"]["ok"] is False
    assert world.refreshes == 0


def test_a_scripted_page_reports_what_a_real_one_does(world):
    assert asyncio.run(world.tab.facts()).keys() == get_type_hints(Facts).keys()
