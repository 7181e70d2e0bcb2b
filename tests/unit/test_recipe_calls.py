"""What the functions of all recipes have in common: calls, hooks, overrides, errors, sharing."""

import asyncio
import logging

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import errors, testing
from supertokens_pyodide.recipe import (
    emailpassword,
    emailverification,
    multifactorauth,
    multitenancy,
    passwordless,
    totp,
    userroles,
    webauthn,
)
from supertokens_pyodide.testing import NetworkDown, Reply

from tests.unit.recipe_api import API, PAGE, USER, ScriptedApi, run

LOGIN = {"email": "ann@example.com", "password": "correct-horse-7"}


@pytest.fixture
def api():
    return ScriptedApi()


@pytest.fixture
def page(api):
    with testing.signed_out(backend=api) as page:
        api.page = page
        yield page


@pytest.fixture
def signed_in_page(api):
    with testing.signed_in("u0", backend=api) as page:
        api.page = page
        yield page


def test_a_call_says_who_it_is_for_and_which_versions_it_knows(api, page):
    api.answers["/signin"] = {"status": "WRONG_CREDENTIALS_ERROR"}
    run(emailpassword.sign_in(**LOGIN))
    [request] = api.sent
    assert (request.method, request.credentials) == ("POST", "include")
    assert request.headers["rid"] == "emailpassword"
    assert "4.2" in request.headers["fdi-version"].split(",")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["st-auth-mode"] == "cookie"


@pytest.mark.parametrize("mode", ["cookie", "header"])
def test_a_sign_in_begins_a_session_and_says_so(api, mode):
    with testing.signed_out(backend=api, token_transfer_method=mode) as page:
        api.page = page
        api.answers["/signin"] = api.signing_in({"status": "OK", "user": USER})
        result = run(emailpassword.sign_in(**LOGIN))
        assert isinstance(result, emailpassword.SignedIn)
        assert (result.session_changed, result.user_changed, result.created) == (True, False, False)
        assert run(supertokens.get_user_id()) == "u1"
        api.answers["/signin"] = api.signing_in({"status": "OK", "user": USER}, "u2")
        again = run(emailpassword.sign_in(**LOGIN))
        assert isinstance(again, emailpassword.SignedIn)
        assert (again.session_changed, again.user_changed) == (True, True)
        same = run(emailpassword.sign_in(**LOGIN))
        assert isinstance(same, emailpassword.SignedIn)
        assert (same.session_changed, same.user_changed) == (True, False)


@pytest.mark.parametrize(
    ("path", "answer", "call"),
    [
        (
            "/user/email/verify",
            {"status": "OK"},
            lambda: emailverification.verify_email(token="t"),
        ),
        (
            "/user/email/verify/token",
            {"status": "EMAIL_ALREADY_VERIFIED_ERROR"},
            emailverification.send_verification_email,
        ),
        (
            "/totp/device/verify",
            {"status": "OK", "wasAlreadyVerified": False},
            lambda: totp.verify_device(device_name="d", code="1"),
        ),
        ("/totp/verify", {"status": "OK"}, lambda: totp.verify_code(code="1")),
    ],
)
def test_a_call_that_ends_in_a_session_of_another_user_says_so(
    api, signed_in_page, path, answer, call
):
    api.answers[path] = api.signing_in(answer, "u9")
    result = run(call())
    assert (result.session_changed, result.user_changed) == (True, True)
    assert run(supertokens.get_user_id()) == "u9"


def test_a_second_factor_leaves_the_session_as_it_is(api, signed_in_page):
    api.answers["/signin"] = {"status": "OK", "user": USER}
    result = run(emailpassword.sign_in(**LOGIN, second_factor=True))
    assert isinstance(result, emailpassword.SignedIn)
    assert (result.session_changed, result.user_changed) == (False, False)
    assert api.last["shouldTryLinkingWithSessionUser"] is True


def test_a_second_factor_without_a_session_is_refused_before_anything_is_sent(api, page):
    with pytest.raises(errors.NoSession, match="first factor"):
        run(emailpassword.sign_in(**LOGIN, second_factor=True))
    assert api.sent == []


@pytest.mark.parametrize(
    "call",
    [
        emailverification.send_verification_email,
        emailverification.is_email_verified,
        multifactorauth.info,
        totp.create_device,
        lambda: totp.verify_device(device_name="d", code="1"),
        lambda: totp.verify_code(code="1"),
        totp.list_devices,
        lambda: totp.remove_device(device_name="d"),
        webauthn.list_credentials,
        lambda: webauthn.remove_credential(credential_id="c"),
    ],
)
def test_a_function_that_needs_a_session_is_refused_without_one(api, page, call):
    with pytest.raises(errors.NoSession, match="Sign in first"):
        run(call())
    assert api.sent == []


def test_the_user_is_as_the_api_gives_it(api, page):
    api.answers["/signin"] = {"status": "OK", "user": USER}
    result = run(emailpassword.sign_in(**LOGIN))
    assert isinstance(result, emailpassword.SignedIn)
    user = result.user
    assert (user.id, user.emails, user.is_primary) == ("u1", ("ann@example.com",), True)
    assert (user.tenant_ids, user.time_joined) == (("public",), 1700000000000)
    assert (user.phone_numbers, user.credential_ids) == (("+441632960001",), ("c1",))
    assert [(one.id, one.user_id) for one in user.third_parties] == [("google", "g1")]
    password, google = user.login_methods
    assert (password.recipe_id, password.verified, password.third_party) == (
        "emailpassword",
        True,
        None,
    )
    assert google.third_party == user.third_parties[0]
    assert google.credential_ids == ("c1",)
    assert user.verified_emails == {"ann@example.com"}


def test_the_user_of_an_older_backend_is_read_too(api, page):
    flat = {
        "id": "u1",
        "email": "a@example.com",
        "phoneNumber": "+44",
        "timeJoined": 5,
        "thirdParty": {"id": "g", "userId": "x"},
    }
    api.answers["/signinup/code/consume"] = {"status": "OK", "user": flat, "createdNewUser": True}
    attempt = passwordless.LoginAttempt("d", "pre", "USER_INPUT_CODE", "a@x", None, "public", 0)
    result = run(passwordless.consume_code(code="1", attempt=attempt))
    assert isinstance(result, emailpassword.SignedIn)
    assert result.created
    assert (result.user.emails, result.user.phone_numbers) == (("a@example.com",), ("+44",))
    assert result.user.third_parties[0].user_id == "x"
    assert result.user.login_methods == ()


# ---- what is no result ---------------------------------------------------------------------------


def test_a_message_for_the_user_is_a_general_error(api, page):
    api.answers["/signin"] = {"status": "GENERAL_ERROR", "message": "Not today."}
    with pytest.raises(errors.GeneralError) as raised:
        run(emailpassword.sign_in(**LOGIN))
    assert str(raised.value) == "Not today."


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [
        (NetworkDown("no backend"), None, "no response"),
        (Reply(500), 500, "answered with 500"),
        (Reply(404), 404, "not initialised the recipe"),
        (Reply(200, text="<html>"), 200, "an object was expected"),
        ({"status": "OK"}, 200, "an object was expected"),
        ({"status": "OK", "user": {"id": 5}}, 200, "id is missing"),
        ({"status": "OK", "user": {**USER, "timeJoined": True}}, 200, "timeJoined is not a number"),
        ({"status": "OK", "user": {**USER, "emails": [5]}}, 200, "emails is missing, or has"),
        ({"status": "SOMETHING_NEW"}, 200, "'SOMETHING_NEW' is unknown"),
        ({"state": "OK"}, 200, "status is missing"),
    ],
)
def test_what_the_api_does_not_answer_is_raised(api, page, answer, status, text):
    api.answers["/signin"] = answer
    with pytest.raises(errors.RequestFailed, match=text) as raised:
        run(emailpassword.sign_in(**LOGIN))
    assert raised.value.status == status
    assert "correct-horse-7" not in repr(raised.value)


def test_a_refusal_without_a_code_has_none(api, page):
    api.answers["/signin"] = {"status": "SIGN_IN_NOT_ALLOWED", "reason": "No."}
    result = run(emailpassword.sign_in(**LOGIN))
    assert result == emailpassword.NotAllowed("No.", None, "SIGN_IN_NOT_ALLOWED")


def test_the_response_of_a_failure_can_be_read(api, signed_in_page):
    claims = {"message": "invalid claim", "claimValidationErrors": [{"id": "st-mfa"}]}

    async def scenario():
        with pytest.raises(errors.RequestFailed, match="lacks what the backend requires") as raised:
            await emailpassword.sign_in(**LOGIN, second_factor=True)
        return await supertokens.get_invalid_claims_from_response(raised.value.response)

    api.answers["/signin"] = Reply.of_json(claims, 403)
    assert run(scenario()) == [{"id": "st-mfa"}]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("soon", None), (None, None)],
)
def test_a_backend_that_is_asked_too_often_says_when_to_try_again(api, page, header, seconds):
    headers = {} if header is None else {"retry-after": header}
    api.answers["/signin"] = Reply(429, headers)
    with pytest.raises(errors.RequestFailed) as raised:
        run(emailpassword.sign_in(**LOGIN))
    assert raised.value.retry_after == seconds


def test_without_init_a_function_says_what_is_missing():
    with pytest.raises(errors.NotInitialised):
        run(emailpassword.sign_in(**LOGIN))


# ---- tenants -------------------------------------------------------------------------------------


def test_the_tenant_is_the_calls_else_the_links_else_the_pages(api):
    answer = {"status": "RESET_PASSWORD_INVALID_TOKEN_ERROR"}
    for tenant in ("/acme", "/linked", "/of-page", ""):
        api.answers[f"{tenant}/user/password/reset"] = answer
    link = emailpassword.TokenLink("t", "linked")
    with testing.signed_out(backend=api, page_url=f"{PAGE}?tenantId=of-page"):
        run(emailpassword.submit_new_password(token=link, password="x", tenant_id="acme"))
        run(emailpassword.submit_new_password(token=link, password="x"))
        run(emailpassword.submit_new_password(token="t", password="x"))
    with testing.signed_out(backend=api):
        run(emailpassword.submit_new_password(token="t", password="x"))
        api.answers["/linked/user/email/verify"] = {"status": "OK"}
        run(emailverification.verify_email(token=link))
    paths = [request.path.split("/user")[0] for request in api.sent]
    assert paths == ["/auth/acme", "/auth/linked", "/auth/of-page", "/auth", "/auth/linked"]


def test_a_route_that_is_no_tenants_has_none_in_its_path(api):
    api.answers["/user/email/verify"] = {"status": "OK", "isVerified": True}
    with testing.signed_in(backend=api, page_url=f"{PAGE}?tenantId=of-page"):
        assert run(emailverification.is_email_verified())


@pytest.mark.parametrize("tenant", ["a.b", "a/b", "a:b", "a ", " ", "ü"])
def test_what_can_be_no_tenant_is_refused(api, page, tenant):
    with pytest.raises(ValueError, match="not a tenant's id"):
        run(emailpassword.sign_in(**LOGIN, tenant_id=tenant))
    with testing.signed_out(page_url=f"{PAGE}?tenantId={tenant}"):
        assert run(multitenancy.get_tenant_id()) is None


def test_a_page_may_name_its_tenant_in_its_own_way(api):
    async def get_tenant_id(*, user_context):
        return user_context["tenant"]

    override = {"multitenancy": lambda original: {"get_tenant_id": get_tenant_id}}
    api.answers["/acme/signin"] = {"status": "WRONG_CREDENTIALS_ERROR"}
    with testing.signed_out(backend=api, override=override):
        run(emailpassword.sign_in(**LOGIN, user_context={"tenant": "acme"}))
    assert api.sent[0].path == "/auth/acme/signin"


def test_in_a_worker_the_page_has_no_tenant_that_can_be_seen(api, page):
    page._browser.window = None
    assert run(multitenancy.get_tenant_id()) is None


# ---- hooks and overrides -------------------------------------------------------------------------


def test_hooks_see_the_calls_without_their_bodies(api):
    seen = []

    async def before(call):
        seen.append(call)
        init = call["request_init"]
        headers = {**init["headers"], "x-own": "1"}
        return {"url": call["url"] + "?own", "request_init": {**init, "headers": headers}}

    async def after(call):
        seen.append((call["action"], await call["response"].json()))

    api.answers["/signin"] = {"status": "WRONG_CREDENTIALS_ERROR"}
    with testing.signed_in(backend=api, pre_api_hook=before, post_api_hook=after):
        result = run(emailpassword.sign_in(**LOGIN, user_context={"own": 1}))
    assert result == emailpassword.WrongCredentials()
    call, response = seen
    assert (call["action"], call["user_context"]) == ("EMAIL_PASSWORD_SIGN_IN", {"own": 1})
    assert LOGIN["password"] not in repr(call)
    assert response == ("EMAIL_PASSWORD_SIGN_IN", {"status": "WRONG_CREDENTIALS_ERROR"})
    [request] = api.sent
    assert (request.query, request.headers["x-own"]) == ("own", "1")
    assert request.json()["formFields"][1]["value"] == LOGIN["password"]


def test_a_hook_may_give_a_body_of_its_own(api):
    async def before(call):
        return {"request_init": {**call["request_init"], "body": "own"}}

    api.answers["/signin"] = {"status": "WRONG_CREDENTIALS_ERROR"}
    with testing.signed_out(backend=api, pre_api_hook=before):
        run(emailpassword.sign_in(**LOGIN))
    assert api.sent[0].body == b"own"


def test_a_hook_that_fails_changes_nothing(api, caplog):
    def fails(call):
        raise ZeroDivisionError

    api.answers["/signin"] = {"status": "WRONG_CREDENTIALS_ERROR"}
    with (
        caplog.at_level(logging.CRITICAL + 1),
        testing.signed_in(backend=api, pre_api_hook=fails, post_api_hook=fails),
    ):
        assert run(emailpassword.sign_in(**LOGIN)) == emailpassword.WrongCredentials()


def test_a_function_can_be_overridden(api):
    asked = []

    def functions(original):
        async def sign_in(*, email, user_context, **more):
            asked.append(user_context)
            return await original["sign_in"](email=email.lower(), user_context=user_context, **more)

        return {"sign_in": sign_in}

    api.answers["/signin"] = {"status": "WRONG_CREDENTIALS_ERROR"}
    with testing.signed_out(backend=api, override={"emailpassword": functions}):
        run(emailpassword.sign_in(email="ANN@example.com", password="x"))
        run(emailpassword.sign_in(email="ANN@example.com", password="x", user_context={"a": 1}))
    assert api.last["formFields"][0]["value"] == "ann@example.com"
    assert asked == [{}, {"a": 1}]


def test_a_later_init_replaces_the_overrides(api):
    api.answers["/signin"] = {"status": "WRONG_CREDENTIALS_ERROR"}

    def answering(answer):
        async def sign_in(**arguments):
            return answer

        return {"emailpassword": lambda original: {"sign_in": sign_in}}

    with testing.signed_out(backend=api):
        for answer in ("one", "other"):
            supertokens.init(api_domain=API, override=answering(answer))
            assert run(emailpassword.sign_in(**LOGIN)) == answer


def test_overrides_of_what_is_not_there_are_refused(api):
    with testing.signed_out(backend=api), pytest.raises(errors.ConfigError, match="no_recipe"):
        supertokens.init(api_domain=API, override={"no_recipe": dict})
    with testing.signed_out(backend=api), pytest.raises(errors.ConfigError, match="emailpassword"):
        supertokens.init(api_domain=API, override={"emailpassword": 5})
    override = {"emailpassword": lambda original: {"sing_in": None}}
    with (
        testing.signed_out(backend=api, override=override),
        pytest.raises(errors.ConfigError, match="sing_in"),
    ):
        run(emailpassword.sign_in(**LOGIN))


# ---- calls at once -------------------------------------------------------------------------------


def held(api, answer):
    """Hold each call to /signin until the event is set."""
    free = asyncio.Event()

    async def hold(request):
        await free.wait()
        return answer

    api.answers["/signin"] = hold
    return free


async def until(condition):
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0)


def test_equal_calls_at_once_are_sent_once(api, page):
    async def scenario():
        free = held(api, {"status": "WRONG_CREDENTIALS_ERROR"})
        one = asyncio.create_task(emailpassword.sign_in(**LOGIN))
        other = asyncio.create_task(emailpassword.sign_in(**LOGIN, user_context={"b": 1}))
        third = asyncio.create_task(emailpassword.sign_in(**{**LOGIN, "password": "other"}))
        await until(lambda: len(api.sent) == 2)
        free.set()
        await asyncio.gather(one, other, third)
        assert one.result() is other.result()
        await emailpassword.sign_in(**LOGIN)  # the first is over: this is another one

    run(scenario())
    assert len(api.sent) == 3


def test_a_caller_that_gives_up_leaves_the_others_alone(api, page):
    async def scenario():
        free = held(api, {"status": "WRONG_CREDENTIALS_ERROR"})
        one = asyncio.create_task(emailpassword.sign_in(**LOGIN))
        other = asyncio.create_task(emailpassword.sign_in(**LOGIN))
        await until(lambda: api.sent)
        one.cancel()
        with pytest.raises(asyncio.CancelledError):
            await one
        free.set()
        return await other

    assert run(scenario()) == emailpassword.WrongCredentials()
    assert len(api.sent) == 1


def test_close_ends_calls_that_are_on_their_way(api, page):
    async def scenario():
        supertokens.init(api_domain=API)
        held(api, {})
        call = asyncio.create_task(emailpassword.sign_in(**LOGIN))
        await until(lambda: api.sent)
        supertokens.close()
        with pytest.raises(errors.Closed):
            await call

    run(scenario())


# ---- what is not a call --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "id"), [(userroles.UserRoleClaim, "st-role"), (userroles.PermissionClaim, "st-perm")]
)
def test_the_claims_of_roles_have_the_names_of_the_backend(claim, id):
    assert claim.get_value_from_payload({id: {"v": ["a"], "t": 1}}) == ["a"]


def test_the_claims_of_roles_read_the_payload():
    claims = {userroles.UserRoleClaim: ["admin"], userroles.PermissionClaim: ["write"]}

    async def scenario():
        return await supertokens.validate_claims(
            lambda validators, context: [
                *validators,
                userroles.UserRoleClaim.validators.includes("admin"),
                userroles.PermissionClaim.validators.includes("delete"),
            ]
        )

    with testing.signed_in(claims=claims):
        [invalid] = run(scenario())
    assert invalid["id"] == "st-perm"
