"""Sign-in from Python in a worker: each recipe once, with what a worker can do of it."""

import textwrap
import time
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser

from tests.browser.app import PASSWORD
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.recipe_page import IMPORTS, Device
from tests.browser.worker_page import SHARING_BUNDLE, WorkerPage

HEAD = f"""{SHARING_BUNDLE}<script>
  globalThis.seen = [];
  supertokens.init({{
    apiDomain: location.origin,
    preAPIHook: ({{ action, url, requestInit }}) => {{
      seen.push([action, requestInit.body ?? null]);
      return {{ url, requestInit }};
    }},
    postAPIHook: async ({{ action, fetchResponse }}) => {{
      seen.push([action, (await fetchResponse.json()).status]);
    }},
  }});
</script>"""
# What a page does for its worker, which cannot prompt.
PROMPT = """async ([kind, options]) => {
  const parsed = kind === "create"
    ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
    : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials[kind]({ publicKey: parsed })).toJSON();
}"""
MAILBOX = """
async def message(to):
    url = js.location.origin + "/mailbox/messages?to=" + js.encodeURIComponent(to)
    return (await (await pyfetch(url)).json())["messages"][-1]

"""


class Recipes:
    """A worker that imports all recipes; the page's init() has the options."""

    def __init__(self, worker: WorkerPage) -> None:
        self.worker = worker
        self.page = worker.page

    def run(self, code: str, argument: object = None) -> Any:
        return self.worker.run(IMPORTS + MAILBOX + textwrap.dedent(code), argument)


@pytest.fixture(scope="module")
def shared(browser: Browser, demo_process: Demo) -> Iterator[Recipes]:
    with open_context(browser) as context:
        recipes = Recipes(WorkerPage(demo_process, context, "bare", HEAD))
        recipes.run("s.init()")
        yield recipes


@pytest.fixture
def python(shared: Recipes, demo: Demo, browser_log: BrowserLog) -> Iterator[Recipes]:
    with browser_log.watching(shared.page.context):
        yield shared
    assert browser_log.page_errors == []


def test_passwords_verified_addresses_second_factors_and_roles(python: Recipes) -> None:
    secret = python.run(
        """
        email = "worker-of-recipes@example.com"
        result = await emailpassword.sign_up(email=email, password=argument)
        assert isinstance(result, emailpassword.SignedIn), result
        assert await s.get_user_id() == result.user.id
        assert await emailpassword.does_email_exist(email=email)
        assert await emailpassword.send_password_reset_email(email=email) == (
            emailpassword.EmailSent()
        )
        link = emailpassword.reset_token_from_url((await message(email))["link"])
        result = await emailpassword.submit_new_password(token=link, password=argument + "2")
        assert result == emailpassword.PasswordChanged(), result
        result = await emailpassword.sign_in(email=email, password=argument + "2")
        assert isinstance(result, emailpassword.SignedIn) and result.session_changed, result

        # A password reset verifies the address.
        assert await emailverification.is_email_verified()
        result = await emailverification.send_verification_email()
        assert result == emailverification.AlreadyVerified(), result
        assert await s.get_claim_value(emailverification.EmailVerificationClaim) is True
        await emailverification.wait_until_verified()

        assert (await multitenancy.login_methods()).webauthn
        step = await multifactorauth.next_step()
        assert isinstance(step, multifactorauth.NothingRequired), step
        assert "totp" in step.info.allowed_to_set_up
        device = await totp.create_device(device_name="phone")
        wrong = await totp.verify_device(device_name="phone", code="000 000")
        assert isinstance(wrong, totp.WrongCode), wrong

        assert await s.get_claim_value(userroles.UserRoleClaim) == []
        await pyfetch(js.location.origin + "/api/take-role", method="POST")
        assert await s.get_claim_value(userroles.UserRoleClaim) == ["editor"]
        assert await s.get_claim_value(userroles.PermissionClaim) == ["publish"]
        return device.secret
        """,
        PASSWORD,
    )
    app = pyotp.TOTP(secret)
    python.run(
        """
        result = await totp.verify_device(device_name="phone", code=argument[0])
        assert result == totp.DeviceVerified(False), result
        result = await totp.verify_code(code=argument[1])
        assert result == totp.CodeVerified(), result
        assert [one.name for one in await totp.list_devices()] == ["phone"]
        completed = await s.get_claim_value(multifactorauth.MultiFactorAuthClaim)
        assert "totp" in completed.factors
        assert await totp.remove_device(device_name="phone")
        """,
        # Each code counts once.
        [app.now(), app.at(int(time.time()) + 30)],
    )


def test_codes_and_links(python: Recipes) -> None:
    python.run(
        """
        email = "code-in-a-worker@example.com"
        sent = await passwordless.create_code(email=email)
        assert passwordless.login_attempt() == sent.attempt
        wrong = await passwordless.consume_code(code="000000")
        assert isinstance(wrong, passwordless.WrongCode), wrong
        again = await passwordless.resend_code(cooldown=0)
        assert isinstance(again, passwordless.CodeResent), again
        result = await passwordless.consume_code(code=(await message(email))["code"])
        assert isinstance(result, passwordless.SignedIn), result
        assert passwordless.login_attempt() is None
        assert await passwordless.does_email_exist(email=email)
        assert not await passwordless.does_phone_number_exist(phone_number="+441632960001")

        await passwordless.create_code(email=email)
        link = passwordless.link_code_from_url((await message(email))["link"])
        assert link.began_here
        result = await passwordless.consume_code(link=link)
        assert isinstance(result, passwordless.SignedIn) and not result.created, result
        result = await passwordless.consume_code(link=link)
        assert result == passwordless.RestartFlow(session_exists=True), result
        """
    )


def test_the_page_prompts_for_passkeys_of_a_worker(python: Recipes) -> None:
    device = Device(python.page)
    options = python.run(
        """
        import dataclasses

        assert isinstance(await webauthn.is_supported(), webauthn.NotSupported)
        assert isinstance(await webauthn.sign_in(), webauthn.NotSupported)
        options = await webauthn.register_options(email="passkey-of-a-worker@example.com")
        return dataclasses.asdict(options)
        """
    )
    credential = python.page.evaluate(PROMPT, ["create", options["public_key"]])
    options = python.run(
        """
        import dataclasses

        options, data = webauthn.RegisterOptions(**argument[0]), argument[1]
        credential = webauthn.Credential.from_json(data)
        result = await webauthn.sign_up(options=options, credential=credential)
        assert isinstance(result, webauthn.SignedIn) and result.created, result
        await s.sign_out()
        return dataclasses.asdict(await webauthn.prepare())
        """,
        [options, credential],
    )
    credential = python.page.evaluate(PROMPT, ["get", options["public_key"]])
    python.run(
        """
        options, data = webauthn.SignInOptions(**argument[0]), argument[1]
        credential = webauthn.Credential.from_json(data)
        result = await webauthn.sign_in_with(options=options, credential=credential)
        assert isinstance(result, webauthn.SignedIn) and not result.created, result
        [passkey] = await webauthn.list_credentials()
        assert passkey.credential_id == data["id"]
        result = await webauthn.remove_credential(credential_id=data["id"])
        assert result == webauthn.CredentialRemoved(), result
        """,
        [options, credential],
    )
    device.remove()


def test_what_needs_the_page_says_so_and_works_with_a_window_handler(python: Recipes) -> None:
    told = python.run(
        """
        result = await emailpassword.sign_up(
            email="window-of-a-worker@example.com", password=argument
        )
        assert isinstance(result, emailpassword.SignedIn), result
        try:
            await thirdparty.authorisation_url(third_party_id="local", redirect_uri="https://x")
            raise AssertionError
        except errors.UnsupportedPlatform:
            pass
        try:
            emailverification.token_from_url()
            raise AssertionError
        except errors.UnsupportedPlatform as error:
            told = str(error)
        s.close()
        replaced, kept = [], {}

        def handler(original):
            href = js.location.origin + "/verify?token=t"
            original.location = SimpleNamespace(
                get_href=lambda: href, get_host_name=lambda: js.location.hostname
            )
            original.history = SimpleNamespace(
                get_state=lambda: None, replace_state=lambda *args: replaced.append(args[2])
            )
            storage = SimpleNamespace(
                get_item_sync=kept.get,
                set_item_sync=kept.__setitem__,
                remove_item_sync=lambda key: kept.pop(key, None) and None,
            )
            original.local_storage = original.session_storage = storage
            return original

        s.init(window_handler=handler)
        assert await s.does_session_exist()
        assert emailverification.token_from_url() == emailverification.TokenLink("t")
        assert replaced == [js.location.origin + "/verify"]
        await passwordless.create_code(email="code-of-a-window@example.com")
        assert "supertokens-pyodide-passwordless" in kept
        callback = js.location.origin + "/callback"
        url = await thirdparty.authorisation_url(third_party_id="local", redirect_uri=callback)
        state = thirdparty.state_from_storage()
        assert js.URL.new(url).searchParams.get("state") == state.state
        refused = f"{callback}?error=access_denied&state={js.encodeURIComponent(state.state)}"
        result = await thirdparty.sign_in_and_up(url=refused)
        assert result == thirdparty.ProviderRefused("access_denied", None), result
        s.close()
        s.init()
        return told
        """,
        PASSWORD,
    )
    assert "Give url=." in told


def test_hooks_of_the_page_see_calls_of_a_worker_without_their_bodies(python: Recipes) -> None:
    python.page.evaluate("seen.length = 0")
    python.run("await emailpassword.sign_in(email='nobody@example.com', password='wrong-1')")
    assert python.page.evaluate("seen") == [
        ["EMAIL_PASSWORD_SIGN_IN", None],
        ["EMAIL_PASSWORD_SIGN_IN", "WRONG_CREDENTIALS_ERROR"],
    ]
