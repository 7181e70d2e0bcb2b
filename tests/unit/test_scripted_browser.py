"""The public scripted browser: what users' own tests rely on."""

import asyncio

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import errors, testing
from supertokens_pyodide.testing import Call, NetworkDown, Reply, Request, ScriptedBrowser

from tests.unit.backend import API, SIGN_IN, Backend


def test_the_example_of_its_docstring_works():
    def backend(request):
        if request.path == "/auth/session/refresh":
            return Reply(401)
        return Reply(200)

    tab = ScriptedBrowser(backend).open_tab(api_domain="https://api.example.com")
    assert tab.fetch("/items").status == 200


def test_requests_are_recorded_with_their_path():
    browser = ScriptedBrowser(Backend())
    browser.open_tab(api_domain=API).fetch(f"{API}/public?a=b", method="PUT")
    assert [(request.method, request.path) for request in browser.requests] == [
        ("POST", "/auth/session/refresh"),
        ("PUT", "/public"),
    ]


def test_reprs_of_requests_and_responses_hide_their_headers():
    assert "secret" not in repr(Request("GET", API, {"authorization": "secret"}))
    assert "secret" not in repr(Reply(200, {"front-token": "secret"}))


def test_cookies_can_be_seen_and_cleared():
    browser = ScriptedBrowser(Backend())
    browser.open_tab(api_domain=API).fetch(SIGN_IN)
    assert "sFrontToken" in browser.cookies
    browser.set_cookie("foreign=1;path=/")
    assert "foreign=1" in browser.cookie_string()
    assert "foreign" not in browser.cookies
    browser.clear_cookies()
    assert browser.cookie_string() == ""


def test_a_wrong_option_is_refused():
    with pytest.raises(errors.ConfigError):
        ScriptedBrowser(Backend()).open_tab()


def test_a_page_may_be_on_plain_http():
    tab = ScriptedBrowser(Backend(), hostname="localhost").open_tab(api_domain=API, https=False)
    assert tab.client.config.page.secure is False
    assert tab.client.config.page.hostname == "localhost"


def test_a_call_that_has_not_ended_has_no_result():
    with pytest.raises(AssertionError, match="has not ended"):
        Call().result()


def test_nothing_to_do_is_no_turn():
    tab = ScriptedBrowser(Backend()).open_tab(api_domain=API)
    assert tab.turn() is False
    tab.run_all()


def test_run_all_runs_everything():
    tab = ScriptedBrowser(Backend()).open_tab(api_domain=API)
    calls = [tab.begin_fetch("/public"), tab.begin_call("does_session_exist")]
    tab.run_all()
    assert all(call.ended for call in calls)


def test_a_failing_request_is_its_calls_result():
    browser = ScriptedBrowser(Backend())
    tab = browser.open_tab(api_domain=API)
    tab.fetch("/public")
    browser.backend.always["/items"] = NetworkDown()
    call = tab.begin_fetch("/items")
    tab.run_all()
    assert call.ended
    with pytest.raises(NetworkDown):
        call.result()


def test_a_call_that_nothing_can_end_is_no_endless_loop():
    browser = ScriptedBrowser(Backend())
    browser.locks["REFRESH_TOKEN_USE"] = "a tab that has gone"
    with (
        browser.open_tab(api_domain=API),
        pytest.raises(AssertionError, match="has not ended"),
    ):
        asyncio.run(supertokens.does_session_exist())


@pytest.mark.parametrize("end", ["close", "failure"])
def test_a_lock_is_freed_when_its_flow_ends(end):
    browser = ScriptedBrowser(Backend())
    tab = browser.open_tab(api_domain=API)
    tab.fetch(SIGN_IN, method="POST")
    tab.functions = {"shouldRefresh": lambda *_: True}
    call = tab.begin_call("validate_page_claims", ids=["x"])
    while "CLAIM_REFRESH_LOCK" not in browser.locks:
        assert tab.turn()
    if end == "close":
        tab.close()
    else:
        tab.functions["shouldRefresh"] = None
        with pytest.raises(errors.ClaimValidatorFailed):
            tab.run(call)
    assert browser.locks == {}


def test_it_says_what_it_exports():
    for name in testing.__all__:
        assert getattr(testing, name)
