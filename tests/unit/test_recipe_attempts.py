"""Attempts that outlive a page, links, and callbacks: kept apart, expired, and spent once."""

import asyncio
import base64
import json
import logging
from urllib.parse import parse_qs, urlsplit

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import errors, testing
from supertokens_pyodide.recipe import emailpassword, emailverification, passwordless, thirdparty
from supertokens_pyodide.testing import NetworkDown

from tests.unit.recipe_api import PAGE, USER, ScriptedApi, run
from tests.unit.test_recipe_calls import held, until

CALLBACK = f"{PAGE}callback"
SECRET = "a-secret-that-is-not-printed"
CODE_SENT = {
    "status": "OK",
    "deviceId": SECRET,
    "preAuthSessionId": "pre",
    "flowType": "USER_INPUT_CODE_AND_MAGIC_LINK",
}
WRONG = {
    "status": "INCORRECT_USER_INPUT_CODE_ERROR",
    "failedCodeInputAttemptCount": 1,
    "maximumCodeInputAttempts": 5,
}
RESTART = {"status": "RESTART_FLOW_ERROR"}


@pytest.fixture
def api():
    return ScriptedApi()


@pytest.fixture
def page(api):
    with testing.signed_in("u0", backend=api) as page:
        api.page = page
        yield page


# ---- links ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "take", [emailpassword.reset_token_from_url, emailverification.token_from_url]
)
def test_a_token_leaves_the_pages_address_and_is_never_printed(page, take):
    page.window.href = f"{PAGE}verify?a=1%20x&token={SECRET}&rid=x&tenantId=acme#top"
    assert take(clear=False) == take()
    assert page.window.href == f"{PAGE}verify?a=1%20x#top"
    assert take() is None
    link = take(f"{PAGE}?token={SECRET}&tenantId=acme")
    assert (link.token, link.tenant_id) == (SECRET, "acme")
    assert SECRET not in repr(link)
    assert page.requests == []


def test_a_link_with_a_code_says_whether_its_attempt_began_here(api, page):
    api.answers["/signinup/code"] = CODE_SENT
    run(passwordless.create_code(email="a@x"))
    page.window.href = f"{PAGE}verify?preAuthSessionId=pre&tenantId=acme#{SECRET}"
    link = passwordless.link_code_from_url()
    assert (link.link_code, link.tenant_id, link.began_here) == (SECRET, "acme", True)
    assert page.window.href == f"{PAGE}verify"
    assert SECRET not in repr(link)
    assert passwordless.link_code_from_url() is None
    page.window.href = f"{PAGE}verify?preAuthSessionId=pre#c"
    other = passwordless.link_code_from_url(f"{PAGE}verify?preAuthSessionId=other#c")
    assert (other.tenant_id, other.began_here) == (None, False)
    assert passwordless.link_code_from_url(clear=False).began_here
    assert page.window.href == f"{PAGE}verify?preAuthSessionId=pre#c"
    assert passwordless.link_code_from_url(f"{PAGE}verify?preAuthSessionId=pre") is None


def test_a_worker_has_no_address_and_says_so(page):
    page._browser.window = None
    for take in (
        emailpassword.reset_token_from_url,
        emailverification.token_from_url,
        passwordless.link_code_from_url,
    ):
        with pytest.raises(errors.UnsupportedPlatform, match=r"a worker .* Give url="):
            take()
    assert emailpassword.reset_token_from_url(f"{PAGE}?token=t").token == "t"


# ---- codes ---------------------------------------------------------------------------------------


def test_an_attempt_is_kept_until_it_ends(api, page):
    api.answers["/acme/signinup/code"] = CODE_SENT
    api.answers["/acme/signinup/code/consume"] = WRONG
    sent = run(passwordless.create_code(email="a@x", tenant_id="acme"))
    attempt = passwordless.login_attempt()
    assert isinstance(sent, passwordless.CodeSent)
    assert sent.attempt == attempt
    assert (attempt.email, attempt.tenant_id) == ("a@x", "acme")
    assert SECRET not in repr(sent)
    wrong = run(passwordless.consume_code(code="1"))
    assert isinstance(wrong, passwordless.WrongCode)
    assert wrong.attempts_left == 4
    assert passwordless.login_attempt() == attempt
    api.answers["/acme/signinup/code/consume"] = api.signing_in(
        {"status": "OK", "user": USER, "createdNewRecipeUser": True}
    )
    done = run(passwordless.consume_code(code="2"))
    assert isinstance(done, passwordless.SignedIn)
    assert (done.created, done.session_changed, done.user_changed) == (True, True, True)
    assert passwordless.login_attempt() is None
    assert page.window.storage["local"] == {}


def test_an_attempt_that_began_as_a_second_factor_stays_one(api, page):
    routes = ("", "/resend", "/consume")
    api.answers |= {f"/signinup/code{route}": {"status": "OK", **CODE_SENT} for route in routes}
    api.answers["/signinup/code/consume"] = WRONG
    run(passwordless.create_code(email="a@x", second_factor=True))
    assert passwordless.login_attempt().second_factor
    run(passwordless.resend_code(cooldown=0))
    run(passwordless.consume_code(code="1"))
    assert [one.json()["shouldTryLinkingWithSessionUser"] for one in api.sent] == [True] * 3
    run(supertokens.sign_out())
    with pytest.raises(errors.NoSession):
        run(passwordless.consume_code(code="1"))


def test_an_attempt_outlives_a_failure_of_the_network(api, page):
    api.answers |= {"/signinup/code": CODE_SENT, "/signinup/code/consume": NetworkDown()}
    run(passwordless.create_code(email="a@x"))
    with pytest.raises(errors.RequestFailed):
        run(passwordless.consume_code(code="1"))
    assert passwordless.login_attempt() is not None


def test_an_attempt_expires(api, page):
    api.answers["/signinup/code"] = CODE_SENT
    run(passwordless.create_code(email="a@x"))
    page.pass_time(899)
    assert passwordless.login_attempt() is not None
    page.pass_time(2)
    assert passwordless.login_attempt() is None
    assert run(passwordless.consume_code(code="1")) == passwordless.RestartFlow(True)
    assert run(passwordless.resend_code()) == passwordless.RestartFlow(True)
    assert len(api.sent) == 1


def test_a_message_that_cannot_be_sent_again_ends_the_attempt(api, page):
    api.answers |= {"/acme/signinup/code": CODE_SENT, "/acme/signinup/code/resend": RESTART}
    run(passwordless.create_code(email="a@x", tenant_id="acme"))
    assert run(passwordless.resend_code(cooldown=0)) == passwordless.RestartFlow(True)
    assert passwordless.login_attempt() is None


def test_a_flow_that_must_restart_forgets_the_attempt_and_leaves_the_session(api, page):
    api.answers |= {"/signinup/code": CODE_SENT, "/signinup/code/consume": RESTART}
    run(passwordless.create_code(email="a@x"))
    link = passwordless.LinkCode("code", "pre", None, True)
    assert run(passwordless.consume_code(link=link)) == passwordless.RestartFlow(True)
    assert passwordless.login_attempt() is None
    assert run(supertokens.get_user_id()) == "u0"
    run(supertokens.sign_out())
    assert run(passwordless.consume_code(link=link)) == passwordless.RestartFlow(False)


def test_a_success_ends_an_attempt_without_an_address_alone(api, page):
    for id in ("one", "two"):
        link = passwordless.LoginAttempt(SECRET, id, "MAGIC_LINK", None, None, "public", 0)
        link.keep()
    api.answers["/signinup/code/consume"] = {"status": "OK", "user": USER}
    run(passwordless.consume_code(link=passwordless.LinkCode("code", "one", None, True)))
    entries = json.loads(page.window.storage["local"]["supertokens-pyodide-passwordless"])
    assert list(entries) == ["two"]


def test_a_success_ends_the_other_attempts_of_the_same_address(api, page):
    for id, email in (("one", "a@x"), ("two", "a@x"), ("three", "b@x")):
        api.answers["/signinup/code"] = {**CODE_SENT, "preAuthSessionId": id}
        run(passwordless.create_code(email=email))
    api.answers["/signinup/code/consume"] = {"status": "OK", "user": USER}
    link = passwordless.LinkCode("code", "one", None, True)
    run(passwordless.consume_code(link=link))
    entries = json.loads(page.window.storage["local"]["supertokens-pyodide-passwordless"])
    assert list(entries) == ["three"]


def test_a_message_is_not_sent_again_too_soon(api, page):
    api.answers |= {"/signinup/code": CODE_SENT, "/signinup/code/resend": {"status": "OK"}}
    run(passwordless.create_code(email="a@x"))
    page.pass_time(5)
    soon = run(passwordless.resend_code())
    assert isinstance(soon, passwordless.TooSoon)
    assert 9 < soon.retry_after <= 10
    assert len(api.sent) == 1
    assert isinstance(run(passwordless.resend_code(cooldown=0)), passwordless.CodeResent)
    assert isinstance(run(passwordless.resend_code()), passwordless.TooSoon)
    page.pass_time(16)
    assert isinstance(run(passwordless.resend_code()), passwordless.CodeResent)
    assert len(api.sent) == 3


@pytest.mark.parametrize("where", ["worker", "blocked"])
def test_without_storage_an_attempt_lives_as_long_as_the_page(api, page, where):
    if where == "worker":
        page._browser.window = None
    else:
        page.window.keeps = False
    api.answers |= {"/signinup/code": CODE_SENT, "/signinup/code/consume": RESTART}
    run(passwordless.create_code(phone_number="+44"))
    assert passwordless.login_attempt().phone_number == "+44"
    run(passwordless.consume_code(code="1"))
    assert passwordless.login_attempt() is None


def test_the_attempt_whose_message_was_sent_last_is_the_newest_of_a_few(api, page):
    api.answers["/signinup/code/resend"] = {"status": "OK"}
    sent = []
    for number in range(22):
        api.answers["/signinup/code"] = {**CODE_SENT, "preAuthSessionId": f"pre{number}"}
        sent.append(run(passwordless.create_code(email=f"{number}@x")))
    run(passwordless.resend_code(attempt=sent[2].attempt, cooldown=0))
    assert passwordless.login_attempt().email == "2@x"
    kept = json.loads(page.window.storage["local"]["supertokens-pyodide-passwordless"])
    assert [*kept] == [f"pre{number}" for number in (*range(3, 22), 2)]


@pytest.mark.parametrize(
    "text", ["", "5", "[", '{"a": 5}', '{"a": {}}', '{"a": {"expiresAt": 9e15}}']
)
def test_what_another_has_written_into_storage_is_no_attempt(page, text):
    page.window.storage["local"]["supertokens-pyodide-passwordless"] = text
    assert passwordless.login_attempt() is None


@pytest.mark.parametrize(
    "call",
    [
        lambda: passwordless.create_code(),
        lambda: passwordless.create_code(email="a", phone_number="b"),
        lambda: passwordless.consume_code(),
        lambda: passwordless.consume_code(
            code="1", link=passwordless.LinkCode("c", "p", None, True)
        ),
    ],
)
def test_a_call_without_its_one_argument_is_refused(page, call):
    with pytest.raises(TypeError, match="either"):
        run(call())


# ---- providers -----------------------------------------------------------------------------------


def begin(api, **more):
    api.answers["/authorisationurl"] = {
        "status": "OK",
        "urlWithQueryParams": "https://p.example/auth?client=1",
        "pkceCodeVerifier": SECRET,
    }
    run(thirdparty.redirect_to(third_party_id="google", redirect_uri=CALLBACK, **more))


def come_back(page, **parameters):
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    page.window.href = f"{CALLBACK}?own=1&{query}"


def state_of(page):
    return parse_qs(urlsplit(page.window.visited[-1]).query)["state"][0]


def test_a_user_goes_to_the_provider_and_comes_back(api, page):
    begin(api)
    [visited] = page.window.visited
    assert visited.startswith("https://p.example/auth?client=1&state=")
    kept = thirdparty.state_from_storage()
    assert (kept.third_party_id, kept.pkce_code_verifier) == ("google", SECRET)
    assert SECRET not in repr(kept)
    assert kept.state not in repr(kept)
    come_back(page, code="c", state=state_of(page), iss="x")
    api.answers["/signinup"] = api.signing_in({"status": "OK", "user": USER})
    result = run(thirdparty.sign_in_and_up())
    assert isinstance(result, thirdparty.SignedIn)
    assert result.user_changed
    assert api.last == {
        "thirdPartyId": "google",
        "redirectURIInfo": {
            "redirectURIOnProviderDashboard": CALLBACK,
            "redirectURIQueryParams": {
                "own": "1",
                "code": "c",
                "state": kept.state,
                "iss": "x",
            },
            "pkceCodeVerifier": SECRET,
        },
        "shouldTryLinkingWithSessionUser": False,
    }
    assert page.window.href == f"{CALLBACK}?own=1"
    assert run(thirdparty.sign_in_and_up()) == thirdparty.CallbackAlreadyUsed()
    come_back(page, code="another")
    assert run(thirdparty.sign_in_and_up()) == thirdparty.StateMissing()
    assert SECRET not in page.window.storage["session"]["supertokens-pyodide-oauth"]


def test_a_callback_is_sent_once(api, page):
    begin(api)
    come_back(page, code="c", state=state_of(page))
    url = page.window.href
    api.answers["/signinup"] = NetworkDown()
    with pytest.raises(errors.RequestFailed):
        run(thirdparty.sign_in_and_up())
    page.window.href = url  # the user reloads, or goes back
    assert run(thirdparty.sign_in_and_up()) == thirdparty.CallbackAlreadyUsed()
    assert run(thirdparty.sign_in_and_up(url=url)) == thirdparty.CallbackAlreadyUsed()
    assert len([request for request in api.sent if request.method == "POST"]) == 1


def test_a_callback_that_is_used_twice_at_once_is_sent_once(api, page):
    begin(api)
    come_back(page, code="c", state=state_of(page))

    async def scenario():
        free = held(api, {"status": "NO_EMAIL_GIVEN_BY_PROVIDER"})
        api.answers["/signinup"] = api.answers["/signin"]
        calls = [asyncio.create_task(thirdparty.sign_in_and_up()) for _ in range(2)]
        await until(lambda: len(api.sent) == 2)
        free.set()
        return await asyncio.gather(*calls)

    assert run(scenario()) == [thirdparty.NoEmailGiven()] * 2
    assert len(api.sent) == 2


@pytest.mark.parametrize(
    ("parameters", "result"),
    [
        ({"code": "c", "state": "wrong"}, thirdparty.StateMismatch()),
        ({"code": "c"}, thirdparty.StateMissing()),
        ({}, thirdparty.StateMissing()),
        (
            {"error": "access_denied", "error_description": "No+thanks", "state": "STATE"},
            thirdparty.ProviderRefused("access_denied", "No thanks"),
        ),
        (
            {"error": "access_denied", "state": "wrong"},
            thirdparty.ProviderRefused("access_denied", None),
        ),
        ({"state": "STATE"}, thirdparty.ProviderRefused(None, None)),
        ({"state": "STATE", "code": ""}, thirdparty.ProviderRefused(None, None)),
    ],
)
def test_what_a_callback_says_is_decided_before_anything_is_sent(api, page, parameters, result):
    begin(api)
    come_back(page, **{k: state_of(page) if v == "STATE" else v for k, v in parameters.items()})
    assert run(thirdparty.sign_in_and_up()) == result
    assert page.window.href == f"{CALLBACK}?own=1"
    assert len(api.sent) == 1


def test_an_attempt_at_a_provider_expires(api, page):
    begin(api)
    page.pass_time(601)
    come_back(page, code="c", state=state_of(page))
    assert run(thirdparty.sign_in_and_up()) == thirdparty.StateExpired()
    assert thirdparty.state_from_storage() is None


def test_of_what_has_expired_no_secret_is_kept(api, page):
    begin(api)
    page.pass_time(601)
    api.answers["/authorisationurl"] = {"status": "OK", "urlWithQueryParams": "https://p.example/"}
    run(thirdparty.authorisation_url(third_party_id="google", redirect_uri=CALLBACK))
    assert SECRET not in page.window.storage["session"]["supertokens-pyodide-oauth"]


def test_a_tab_that_began_nothing_has_no_state(page):
    come_back(page, code="c", state="foreign")
    assert run(thirdparty.sign_in_and_up()) == thirdparty.StateMissing()


def test_two_attempts_of_one_tab_do_not_mix(api, page):
    begin(api)
    first = state_of(page)
    begin(api, tenant_id=None, redirect_uri_on_provider_dashboard="https://api.example.com/apple")
    second = state_of(page)
    reported = json.loads(base64.b64decode(second))
    assert reported["state"] != json.loads(base64.b64decode(first))["state"]
    assert reported["frontendRedirectURI"] == CALLBACK
    assert "frontendRedirectURI" not in json.loads(base64.b64decode(first))
    assert thirdparty.state_from_storage().state == second
    api.answers["/signinup"] = {"status": "NO_EMAIL_GIVEN_BY_PROVIDER"}
    come_back(page, code="c", state=first)
    assert run(thirdparty.sign_in_and_up()) == thirdparty.NoEmailGiven()
    assert thirdparty.state_from_storage().state == second
    assert thirdparty.state_from_storage(first) is None


def test_an_attempts_tenant_and_factor_are_those_of_its_beginning(api, page):
    api.answers["/acme/authorisationurl"] = {
        "status": "OK",
        "urlWithQueryParams": "https://p.example/",
    }
    begin(api, tenant_id="acme", second_factor=True, client_type="web")
    come_back(page, code="c", state=state_of(page))
    api.answers["/acme/signinup"] = {"status": "NO_EMAIL_GIVEN_BY_PROVIDER"}
    run(thirdparty.sign_in_and_up())
    assert api.last["clientType"] == "web"
    assert api.last["shouldTryLinkingWithSessionUser"] is True
    assert "pkceCodeVerifier" not in api.last["redirectURIInfo"]


def test_no_user_is_sent_to_a_provider_for_a_second_factor_without_a_session(api, page):
    run(supertokens.sign_out())
    before = len(api.sent)
    with pytest.raises(errors.NoSession):
        begin(api, second_factor=True)
    assert (len(api.sent), page.window.visited) == (before, [])


@pytest.mark.parametrize("where", ["worker", "blocked"])
def test_no_user_is_sent_to_a_provider_in_vain(api, page, where):
    if where == "worker":
        page._browser.window = None
    else:
        page.window.keeps = False
    with pytest.raises(errors.UnsupportedPlatform):
        begin(api)
    assert page.window.visited == []
    assert thirdparty.state_from_storage() is None
    assert where == "blocked" or api.sent == []


def test_nothing_secret_is_logged(api, page, caplog):
    with caplog.at_level(logging.DEBUG):
        test_a_user_goes_to_the_provider_and_comes_back(api, page)
    assert SECRET not in caplog.text
