"""Passkeys: prompts one at a time, their outcomes, and the route that fits the session's user."""

import asyncio

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import errors, testing
from supertokens_pyodide._browser.passkeys import PromptFailed
from supertokens_pyodide.recipe import webauthn
from supertokens_pyodide.testing import NetworkDown, Reply

from tests.unit.recipe_api import API, USER, ScriptedApi, run
from tests.unit.test_recipe_calls import until

REGISTER_OPTIONS = {
    "status": "OK",
    "webauthnGeneratedOptionsId": "o1",
    "createdAt": 1000,
    "expiresAt": 61_000,
    "rp": {"id": "example.com", "name": "Example"},
    "user": {"id": "aGFuZGxl", "name": "a@x", "displayName": "a@x"},
    "challenge": "Y2g",
    "timeout": 60_000,
    "excludeCredentials": [],
    "attestation": "none",
    "pubKeyCredParams": [{"alg": -7, "type": "public-key"}],
    "authenticatorSelection": {"residentKey": "required"},
}
SIGN_IN_OPTIONS = {
    "status": "OK",
    "webauthnGeneratedOptionsId": "o2",
    "createdAt": 1000,
    "expiresAt": 61_000,
    "rpId": "example.com",
    "challenge": "Y2g",
    "timeout": 60_000,
    "userVerification": "preferred",
}
PASSKEYS = "/webauthn/credential/list"


class Control:
    def __init__(self):
        self.aborted = asyncio.Event()

    def abort(self):
        self.aborted.set()


class ScriptedPasskeys:
    """A browser whose user answers prompts as a test wants: at once, by a failure, or later."""

    def __init__(self):
        self.reason = None
        self.autofill = True
        self.failure = None
        self.holds = set()
        self.prompts = []
        self.controls = []
        self.signalled = []
        self.user_handle = {"userHandle": "aGFuZGxl"}
        self.free = asyncio.Event()

    def unsupported(self):
        return self.reason

    async def has_platform_authenticator(self):
        return True

    async def has_autofill(self):
        return self.autofill

    def new_control(self):
        self.controls.append(Control())
        return self.controls[-1]

    async def create(self, options, control):
        return await self._prompt("create", options, control)

    async def get(self, options, control, *, autofill=False):
        return await self._prompt("autofill" if autofill else "get", options, control)

    async def signal_accepted(self, rp_id, user_handle, credential_ids):
        self.signalled.append((rp_id, user_handle, credential_ids))

    async def _prompt(self, kind, options, control):
        self.prompts.append((kind, options))
        if kind in self.holds:
            free = asyncio.ensure_future(self.free.wait())
            aborted = asyncio.ensure_future(control.aborted.wait())
            await asyncio.wait([free, aborted], return_when=asyncio.FIRST_COMPLETED)
            free.cancel()
            aborted.cancel()
            if control.aborted.is_set():
                raise PromptFailed("AbortError")
        if self.failure:
            raise PromptFailed(self.failure, "because")
        response = {"clientDataJSON": "x", "transports": ["usb", "new"], **self.user_handle}
        return {"id": f"c{len(self.prompts)}", "type": "public-key", "response": response}


@pytest.fixture
def api():
    api = ScriptedApi()
    api.answers |= {
        "/webauthn/options/register": REGISTER_OPTIONS,
        "/webauthn/options/signin": SIGN_IN_OPTIONS,
        "/webauthn/signup": {"status": "OK", "user": USER},
        "/webauthn/signin": {"status": "OK", "user": USER},
        "/webauthn/credential": {"status": "OK"},
        "/webauthn/credential/remove": {"status": "OK"},
        PASSKEYS: {"status": "OK", "credentials": []},
        "/user/webauthn/reset": {"status": "OK"},
    }
    return api


@pytest.fixture
def page(api):
    with testing.signed_in("u0", backend=api) as page:
        page._browser.passkeys = ScriptedPasskeys()
        api.page = page
        yield page


@pytest.fixture
def passkeys(page):
    return page._browser.passkeys


def passkey(id, recipe_user_id="u0"):
    return {
        "webauthnCredentialId": id,
        "relyingPartyId": "example.com",
        "recipeUserId": recipe_user_id,
        "createdAt": 5,
    }


def paths(api):
    return [request.path.removeprefix("/auth") for request in api.sent]


def test_a_passkey_is_registered_in_one_call(api, passkeys):
    result = run(webauthn.register(email="a@x"))
    assert isinstance(result, webauthn.SignedIn)
    assert result.created
    assert paths(api) == ["/webauthn/options/register", "/webauthn/signup"]
    assert api.last["webauthnGeneratedOptionsId"] == "o1"
    assert api.last["credential"]["response"]["transports"] == ["usb"]
    [(kind, options)] = passkeys.prompts
    assert kind == "create"
    assert options["user"]["id"] == "aGFuZGxl"
    assert "webauthnGeneratedOptionsId" not in options


def test_a_passkey_signs_in_in_one_call(api, passkeys):
    result = run(webauthn.sign_in(second_factor=True))
    assert isinstance(result, webauthn.SignedIn)
    assert api.last["shouldTryLinkingWithSessionUser"] is True
    assert [kind for kind, _ in passkeys.prompts] == ["get"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: webauthn.sign_in(second_factor=True),
        lambda: webauthn.register(email="a@x", second_factor=True),
        lambda: webauthn.add_credential(email="a@x"),
    ],
)
def test_without_a_session_a_second_factor_is_refused_before_the_prompt(api, call):
    with testing.signed_out(backend=api) as page:
        page._browser.passkeys = ScriptedPasskeys()
        with pytest.raises(errors.NoSession):
            run(call())
        assert page._browser.passkeys.prompts == []
    assert api.sent == []


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("NotAllowedError", webauthn.Dismissed()),
        ("AbortError", webauthn.Dismissed()),  # the SDK has not ended it
        ("InvalidStateError", webauthn.AlreadyRegistered()),
        ("NotSupportedError", webauthn.NotSupported("NotSupportedError: because")),
        ("ConstraintError", webauthn.NotSupported("ConstraintError: because")),
        ("SecurityError", webauthn.WrongRelyingParty("example.com", "app.example.com")),
    ],
)
def test_the_outcome_of_a_prompt_is_a_result(api, passkeys, name, result):
    passkeys.failure = name
    assert run(webauthn.sign_in()) == result
    assert run(webauthn.register(email="a@x")) == result
    assert run(webauthn.recover_account(token="t")) == result
    assert not {"/webauthn/signin", "/webauthn/signup", "/user/webauthn/reset"} & {*paths(api)}


def test_another_failure_of_a_prompt_is_raised(passkeys):
    passkeys.failure = "UnknownError"
    with pytest.raises(errors.UnsupportedPlatform, match="UnknownError"):
        run(webauthn.sign_in())


@pytest.mark.parametrize("where", ["worker", "insecure", "ip"])
def test_without_passkeys_the_reason_is_given_before_anything_is_sent(api, where):
    url = "https://127.0.0.1/" if where == "ip" else "https://app.example.com/"
    with testing.signed_in(backend=api, page_url=url) as page:
        if where != "worker":
            page._browser.passkeys = ScriptedPasskeys()
        if where == "insecure":
            page._browser.passkeys.reason = "insecure"
        for call in (
            webauthn.is_supported(),
            webauthn.sign_in(),
            webauthn.register(email="a@x"),
            webauthn.add_credential(email="a@x"),
            webauthn.recover_account(token="t"),
        ):
            result = run(call)
            assert isinstance(result, webauthn.NotSupported)
            assert {"worker": "worker", "insecure": "insecure", "ip": "IP"}[where] in result.reason
    assert api.sent == []


def test_a_browser_says_what_it_can(passkeys):
    assert run(webauthn.is_supported()) == webauthn.Supported(platform=True, autofill=True)


@pytest.mark.parametrize("rp_id", ["api.example.com", "ample.com", "other.example"])
def test_a_wrong_relying_party_is_found_before_the_prompt(api, passkeys, rp_id):
    api.answers["/webauthn/options/signin"] = {**SIGN_IN_OPTIONS, "rpId": rp_id}
    assert run(webauthn.sign_in()) == webauthn.WrongRelyingParty(rp_id, "app.example.com")
    assert passkeys.prompts == []


def test_options_can_be_prepared_before_the_click(api, page, passkeys):
    options = run(webauthn.prepare())
    assert isinstance(options, webauthn.SignInOptions)
    run(webauthn.sign_in(options=options))
    register = run(webauthn.prepare(email="a@x"))
    assert isinstance(register, webauthn.RegisterOptions)
    run(webauthn.register(email="a@x", options=register))
    assert paths(api) == [
        "/webauthn/options/signin",
        "/webauthn/signin",
        "/webauthn/options/register",
        "/webauthn/signup",
    ]
    page.pass_time(60)
    run(webauthn.sign_in(options=options))
    assert paths(api)[4:] == ["/webauthn/options/signin", "/webauthn/signin"]


def test_another_passkey_of_a_passkey_user_replaces_none(api, passkeys):
    elsewhere = {**passkey("c7"), "relyingPartyId": "other.example"}
    known = [passkey("c8"), passkey("c9"), elsewhere]
    api.answers[PASSKEYS] = {"status": "OK", "credentials": known}
    assert run(webauthn.add_credential(email="a@x")) == webauthn.CredentialAdded()
    [(_, options)] = passkeys.prompts
    assert [one["id"] for one in options["excludeCredentials"]] == ["c8", "c9"]
    assert paths(api)[-1] == "/webauthn/credential"


def test_a_linked_user_is_known_by_the_login_method_of_the_session(api):
    with testing.signed_in("u0", claims={"rsub": "r0"}, backend=api) as page:
        page._browser.passkeys = ScriptedPasskeys()
        api.answers[PASSKEYS] = {"status": "OK", "credentials": [passkey("c8", "u0")]}
        assert run(webauthn.add_credential(email="a@x")) == webauthn.NeedsLinking()
        api.answers[PASSKEYS] = {"status": "OK", "credentials": [passkey("c8", "r0")]}
        assert run(webauthn.add_credential(email="a@x")) == webauthn.CredentialAdded()


def test_a_passkey_for_a_user_of_a_password_is_linked_if_wanted(api, passkeys):
    assert run(webauthn.add_credential(email="a@x")) == webauthn.NeedsLinking()
    assert passkeys.prompts == []
    assert run(webauthn.add_credential(email="a@x", link=True)) == webauthn.CredentialAdded()
    assert paths(api)[-1] == "/webauthn/signup"
    assert api.last["shouldTryLinkingWithSessionUser"] is True


@pytest.mark.parametrize("call", [webauthn.sign_in, lambda: webauthn.register(email="a@x")])
def test_a_removed_passkey_is_offered_no_more(api, passkeys, call):
    run(call())
    api.answers[PASSKEYS] = {"status": "OK", "credentials": [passkey("c8")]}
    assert run(webauthn.remove_credential(credential_id="c1")) == webauthn.CredentialRemoved()
    assert passkeys.signalled == [("example.com", "aGFuZGxl", ["c8"])]
    for credential_id in ("c1", "of another device"):
        run(webauthn.remove_credential(credential_id=credential_id))
    assert len(passkeys.signalled) == 1


def test_an_added_passkey_is_known_for_long(api, page, passkeys):
    api.answers[PASSKEYS] = {"status": "OK", "credentials": [passkey("c8")]}
    run(webauthn.add_credential(email="a@x"))
    page.pass_time(600)
    run(webauthn.remove_credential(credential_id="c1"))
    assert passkeys.signalled == [("example.com", "aGFuZGxl", ["c8"])]


def test_a_passkey_without_a_user_handle_cannot_be_signalled(api, passkeys):
    passkeys.user_handle = {}
    run(webauthn.sign_in())
    run(webauthn.remove_credential(credential_id="c1"))
    assert passkeys.signalled == []
    assert paths(api)[-1] == "/webauthn/credential/remove"


def test_a_passkey_that_cannot_be_linked_is_a_result(api, passkeys):
    api.answers["/webauthn/signup"] = {"status": "EMAIL_ALREADY_EXISTS_ERROR"}
    assert run(webauthn.add_credential(email="a@x", link=True)) == webauthn.EmailExists()


def test_passkeys_that_the_backend_excludes_are_excluded(api, passkeys):
    excluded = [{"id": "c9", "type": "public-key"}]
    options = {**REGISTER_OPTIONS, "excludeCredentials": excluded}
    api.answers["/webauthn/options/register"] = options
    run(webauthn.register(email="a@x"))
    [(_, shown)] = passkeys.prompts
    assert shown["excludeCredentials"] == excluded


def test_an_account_is_recovered_with_the_token_of_a_link(api, page, passkeys):
    page.window.href = "https://app.example.com/recover?token=secret-token&tenantId=acme"
    link = webauthn.recovery_token_from_url()
    for path in ("/webauthn/options/register", "/user/webauthn/reset"):
        api.answers[f"/acme{path}"] = api.answers[path]
    assert run(webauthn.recover_account(token=link)) == webauthn.AccountRecovered()
    options, reset = (request.json() for request in api.sent)
    assert options == {"recoverAccountToken": "secret-token"}
    assert paths(api) == ["/acme/webauthn/options/register", "/acme/user/webauthn/reset"]
    assert (reset["token"], reset["webauthnGeneratedOptionsId"]) == ("secret-token", "o1")


@pytest.mark.parametrize(
    ("path", "status", "call"),
    [
        (
            "/webauthn/options/register",
            "INVALID_EMAIL_ERROR",
            lambda: webauthn.register(email="a@x"),
        ),
        ("/webauthn/options/signin", "INVALID_OPTIONS_ERROR", webauthn.sign_in),
        (
            "/webauthn/options/register",
            "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR",
            lambda: webauthn.recover_account(token="t"),
        ),
        (
            "/webauthn/options/register",
            "INVALID_EMAIL_ERROR",
            lambda: webauthn.add_credential(email="a@x", link=True),
        ),
    ],
)
def test_without_options_there_is_no_prompt(api, passkeys, path, status, call):
    api.answers[path] = {"status": status, "err": "x"}
    assert run(call()).status == status
    assert passkeys.prompts == []


def test_nothing_that_a_passkey_says_is_printed(passkeys):
    options = run(webauthn.sign_in_options())
    credential = run(webauthn.get_credential(options=options))
    assert "aGFuZGxl" not in repr(credential)
    assert "Y2g" not in repr(options)


# ---- one prompt at a time ------------------------------------------------------------------------


def test_a_new_prompt_takes_the_place_of_one_that_is_open(api, passkeys):
    passkeys.holds = {"get"}

    async def scenario():
        first = asyncio.create_task(webauthn.sign_in())
        await until(lambda: passkeys.prompts)
        second = await webauthn.register(email="a@x")
        return await first, second

    first, second = run(scenario())
    assert first == webauthn.Aborted()
    assert isinstance(second, webauthn.SignedIn)


def test_close_ends_a_prompt_that_is_open(api, passkeys):
    passkeys.holds = {"get"}

    async def scenario():
        supertokens.init(api_domain=API)
        call = asyncio.create_task(webauthn.sign_in())
        await until(lambda: passkeys.prompts)
        supertokens.close()
        with pytest.raises(errors.Closed):
            await call

    run(scenario())


def test_close_ends_an_offer_in_a_form(api, passkeys):
    passkeys.holds = {"autofill"}

    async def scenario():
        supertokens.init(api_domain=API)
        async with webauthn.autofill_sign_in() as offer:
            await until(lambda: passkeys.prompts)
            supertokens.close()
            with pytest.raises(errors.Closed):
                await offer.result()

    run(scenario())


def test_a_passkey_that_is_chosen_in_a_form_signs_in(api, passkeys):
    async def scenario():
        async with webauthn.autofill_sign_in() as offer:
            return await offer.result()

    assert isinstance(run(scenario()), webauthn.SignedIn)
    assert [kind for kind, _ in passkeys.prompts] == ["autofill"]


def test_an_offer_in_a_form_gives_way_to_a_prompt_and_comes_back(api, passkeys):
    passkeys.holds = {"autofill"}

    async def scenario():
        async with webauthn.autofill_sign_in() as offer:
            await until(lambda: len(passkeys.prompts) == 1)
            passkeys.failure = "NotAllowedError"
            assert await webauthn.sign_in() == webauthn.Dismissed()
            passkeys.failure = None
            await until(lambda: len(passkeys.prompts) == 3)
            passkeys.free.set()
            return await offer.result()

    assert isinstance(run(scenario()), webauthn.SignedIn)
    assert [kind for kind, _ in passkeys.prompts] == ["autofill", "get", "autofill"]


def test_of_two_offers_one_is_shown(api, passkeys):
    passkeys.holds = {"autofill"}

    async def scenario():
        async with webauthn.autofill_sign_in(), webauthn.autofill_sign_in():
            await until(lambda: passkeys.prompts)
            for _ in range(100):
                await asyncio.sleep(0)
            assert paths(api) == ["/webauthn/options/signin"]

    run(scenario())


def test_an_offer_ends_some_seconds_before_its_options_do(passkeys, monkeypatch):
    seconds = []

    async def offer(prompts, passkeys, prompt, rp_id, lasts):
        seconds.append(lasts)
        return webauthn.AlreadyRegistered()

    monkeypatch.setattr("supertokens_pyodide.recipe.webauthn._prompt.Prompts.offer", offer)

    async def scenario():
        async with webauthn.autofill_sign_in() as one:
            await one.result()

    run(scenario())
    assert seconds == [50]


def test_an_offer_that_is_refused_once_is_made_again(passkeys):
    passkeys.failure = "NotAllowedError"

    async def scenario():
        async with webauthn.autofill_sign_in() as offer:
            await until(lambda: passkeys.prompts)
            passkeys.failure = None
            return await offer.result()

    assert isinstance(run(scenario()), webauthn.SignedIn)


def test_an_offer_waits_while_another_prompt_is_open(api, passkeys):
    passkeys.holds = {"autofill", "get", "create"}

    async def scenario():
        async with webauthn.autofill_sign_in():
            await until(lambda: len(passkeys.prompts) == 1)
            calls = [asyncio.create_task(webauthn.sign_in())]
            await until(lambda: len(passkeys.prompts) == 2)
            calls.append(asyncio.create_task(webauthn.register(email="a@x")))
            await until(lambda: len(passkeys.prompts) == 3)
            for _ in range(100):
                await asyncio.sleep(0)
            sent = [path.rsplit("/", 1)[1] for path in paths(api)]
            assert sent == ["signin", "signin", "register"]
            passkeys.free.set()
            await asyncio.gather(*calls)

    run(scenario())


@pytest.mark.parametrize("rp_id", ["app.example.com", "example.com"])
def test_a_relying_party_may_be_the_page_or_above_it(api, passkeys, rp_id):
    api.answers["/webauthn/options/signin"] = {**SIGN_IN_OPTIONS, "rpId": rp_id}
    assert isinstance(run(webauthn.sign_in()), webauthn.SignedIn)


def test_an_offer_is_renewed_before_its_options_expire(api, passkeys, monkeypatch):
    monkeypatch.setattr("supertokens_pyodide.recipe.webauthn._autofill._MARGIN", 0.01)
    short = {**SIGN_IN_OPTIONS, "expiresAt": 1030}
    api.answers["/webauthn/options/signin"] = short
    passkeys.holds = {"autofill"}

    async def scenario():
        async with webauthn.autofill_sign_in() as offer:
            await until(lambda: len(passkeys.prompts) == 3)
            passkeys.free.set()
            return await offer.result()

    assert isinstance(run(scenario()), webauthn.SignedIn)
    assert paths(api).count("/webauthn/options/signin") == 3


def test_an_offer_outlives_a_network_that_is_away_when_it_is_renewed(api, passkeys, monkeypatch):
    for name in ("_MARGIN", "_PAUSE"):
        monkeypatch.setattr(f"supertokens_pyodide.recipe.webauthn._autofill.{name}", 0.01)
    answers = [{**SIGN_IN_OPTIONS, "expiresAt": 1030}, NetworkDown(), NetworkDown()]

    def answer(request):
        found = answers.pop(0) if answers else SIGN_IN_OPTIONS
        if isinstance(found, Exception):
            raise found
        return Reply.of_json(found)

    api.answers["/webauthn/options/signin"] = answer
    passkeys.holds = {"autofill"}

    async def scenario():
        async with webauthn.autofill_sign_in() as offer:
            await until(lambda: len(passkeys.prompts) == 2)
            passkeys.free.set()
            return await offer.result()

    assert isinstance(run(scenario()), webauthn.SignedIn)


@pytest.mark.parametrize("failure", [NetworkDown(), Reply(500)])
def test_an_offer_that_cannot_begin_says_why(api, passkeys, failure):
    api.answers["/webauthn/options/signin"] = failure

    async def scenario():
        async with webauthn.autofill_sign_in() as offer:
            await offer.result()

    with pytest.raises(errors.RequestFailed):
        run(scenario())


def test_the_end_of_the_block_withdraws_the_offer(api, passkeys):
    passkeys.holds = {"autofill"}

    async def scenario():
        async with webauthn.autofill_sign_in():
            await until(lambda: passkeys.prompts)
        assert passkeys.controls[0].aborted.is_set()
        async with webauthn.autofill_sign_in():
            await until(lambda: len(passkeys.prompts) == 2)

    run(scenario())


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"autofill": False}, webauthn.NotSupported("The browser offers no passkeys in forms.")),
        ({"failure": "NotAllowedError"}, webauthn.Dismissed()),
        ({"failure": "AbortError"}, webauthn.Dismissed()),
    ],
)
def test_an_offer_that_cannot_be_made_ends(passkeys, change, result):
    for name, value in change.items():
        setattr(passkeys, name, value)

    async def scenario():
        async with webauthn.autofill_sign_in() as offer:
            return await offer.result()

    assert run(scenario()) == result
