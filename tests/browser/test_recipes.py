"""Sign-in from Python in a browser: the page's address, storage, hooks and passkeys are real."""

import json
import textwrap
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.app import PASSWORD
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.worker_page import RUN, SHARING_BUNDLE, WorkerPage

PATH = "/with-recipes"
PAGE = f"""<!doctype html><link rel="icon" href="data:,">
<input autocomplete="username webauthn">
<script type="module">
  import {{ loadPyodide }} from "/vendor/pyodide/pyodide.mjs";
  const indexURL = new URL("/vendor/pyodide/", location.href).href;
  const python = await loadPyodide({{ indexURL, packages: ["supertokens-pyodide"] }});
  python.runPython({json.dumps(RUN)});
  globalThis.run = python.globals.get("run");
</script>"""
IMPORTS = """
from types import SimpleNamespace
from supertokens_pyodide import errors
from supertokens_pyodide.recipe import (
    emailpassword, emailverification, multifactorauth, multitenancy, passwordless, thirdparty,
    totp, userroles, webauthn,
)
"""


class RecipePage:
    """A page with bare Pyodide on its main thread."""

    def __init__(self, demo: Demo, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.origin = demo.origin
        self.page.route(
            f"**{PATH}*", lambda route: route.fulfill(body=PAGE, content_type="text/html")
        )
        self.open(demo.origin + PATH)

    def open(self, url: str) -> None:
        self.page.goto("about:blank")
        self.page.goto(url)
        self.page.wait_for_function("Boolean(globalThis.run)")
        self.run("s.init(api_domain=js.location.origin)")

    def run(self, code: str, argument: object = None) -> Any:
        given = [IMPORTS + textwrap.dedent(code), json.dumps(argument)]
        return json.loads(self.page.evaluate("(given) => run(...given)", given))


def message(origin: str, to: str) -> dict[str, Any]:
    """The newest message to an address or a number."""
    reported = httpx.get(f"{origin}/mailbox/messages", params={"to": to}).json()
    newest: dict[str, Any] = reported["messages"][-1]
    return newest


def add_authenticator(page: Page) -> None:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.fixture(scope="module")
def shared(browser: Browser, demo_process: Demo) -> Iterator[RecipePage]:
    with open_context(browser) as context:
        yield RecipePage(demo_process, context)


@pytest.fixture
def python(shared: RecipePage, demo: Demo, browser_log: BrowserLog) -> Iterator[RecipePage]:
    with browser_log.watching(shared.page.context):
        yield shared


def test_passkeys_of_a_browser(python: RecipePage) -> None:
    add_authenticator(python.page)
    reported = python.run(
        """
        assert await webauthn.is_supported() == webauthn.Supported(True, True)
        email = "passkey-of-a-browser@example.com"
        new = await webauthn.register(email=email)
        assert isinstance(new, webauthn.SignedIn), new
        assert await webauthn.add_credential(email=email) == webauthn.AlreadyRegistered()
        await s.sign_out()
        for options in (None, await webauthn.prepare()):  # its counter goes up
            result = await webauthn.sign_in(options=options)
            assert isinstance(result, webauthn.SignedIn), result
        async with webauthn.autofill_sign_in() as offer:
            result = await offer.result()
            assert isinstance(result, webauthn.SignedIn), result
        [passkey] = await webauthn.list_credentials()
        gone = await webauthn.remove_credential(credential_id=passkey.credential_id)
        assert gone == webauthn.CredentialRemoved()
        status = (await webauthn.sign_in()).status
        await s.sign_out()
        return status
        """
    )
    # A browser that got the removal's report has no passkey left; another one still offers it.
    assert reported in ("DISMISSED", "INVALID_CREDENTIALS_ERROR")


def test_hooks_see_what_python_calls(python: RecipePage) -> None:
    reported = python.run(
        """
        seen = []

        async def before(call):
            seen.append([call["action"], sorted(call["request_init"])])
            init = call["request_init"]
            return {"request_init": {**init, "headers": {**init["headers"], "x-own": "1"}}}

        async def after(call):
            seen.append([call["action"], (await call["response"].json())["status"]])

        s.close()
        s.init(api_domain=js.location.origin, pre_api_hook=before, post_api_hook=after)
        result = await emailpassword.sign_up(**argument)
        assert isinstance(result, emailpassword.SignedIn), result
        assert result.session_changed and await s.get_user_id() == result.user.id
        return [one for one in seen if one[0] == "EMAIL_PASSWORD_SIGN_UP"]
        """,
        {"email": "hooks-of-recipes@example.com", "password": PASSWORD},
    )
    hooked = ["credentials", "headers", "method"]
    assert reported == [["EMAIL_PASSWORD_SIGN_UP", hooked], ["EMAIL_PASSWORD_SIGN_UP", "OK"]]


def test_what_is_in_the_address_and_what_is_kept_is_there_on_the_next_page(
    python: RecipePage,
) -> None:
    email, phone = "next-page@example.com", "+4915123456789"
    python.run(
        """
        await emailpassword.sign_up(email=argument[0], password=argument[1])
        await emailverification.send_verification_email()
        await passwordless.create_code(phone_number=argument[2])
        """,
        [email, PASSWORD, phone],
    )
    query = urlsplit(message(python.origin, email)["link"]).query
    assert "token" in dict(parse_qsl(query))
    python.open(f"{python.origin}{PATH}?{query}&own=1")
    reported = python.run(
        """
        assert await multitenancy.get_tenant_id() == "public"
        link = emailverification.token_from_url()
        result = await emailverification.verify_email(token=link)
        assert result == emailverification.Verified(), result
        assert await emailverification.is_email_verified()
        phone = passwordless.login_attempt().phone_number
        result = await passwordless.consume_code(code=argument)
        assert isinstance(result, passwordless.SignedIn), result
        return [js.location.search, phone, passwordless.login_attempt()]
        """,
        message(python.origin, phone)["code"],
    )
    assert reported == ["?own=1", phone, None]


def test_a_user_goes_to_a_provider_and_comes_back(
    new_context: Callable[..., BrowserContext],
) -> None:
    demo = Demo("--provider")
    try:
        python = RecipePage(demo, new_context())
        page, callback = python.page, f"{demo.origin}/auth/callback/local"
        run = """run(
          "from supertokens_pyodide.recipe import thirdparty\\n"
          + "await thirdparty.redirect_to(third_party_id='local', redirect_uri=argument)",
          JSON.stringify(CALLBACK))""".replace("CALLBACK", json.dumps(callback))
        page.evaluate(f"void {run}")
        page.locator("[name=account]").fill("ann")
        page.locator("[name=email]").fill("ann@example.com")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(f"{callback}?*")  # the demo has no such page, but others of that origin
        python.open(f"{demo.origin}{PATH}?{urlsplit(page.url).query}")
        reported = python.run(
            """
            result = await thirdparty.sign_in_and_up()
            assert isinstance(result, thirdparty.SignedIn), result
            assert await thirdparty.sign_in_and_up() == thirdparty.CallbackAlreadyUsed()
            return [result.user.emails[0], js.location.search]
            """
        )
        assert reported == ["ann@example.com", ""]
    finally:
        demo.stop()


def test_a_worker_signs_in(demo: Demo, new_context: Callable[..., BrowserContext]) -> None:
    head = f"""{SHARING_BUNDLE}<script>
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
    python = WorkerPage(demo, new_context(), "bare", head)
    reported = python.run(
        IMPORTS
        + textwrap.dedent(
            """
            s.init()
            result = await emailpassword.sign_up(
                email="worker-of-recipes@example.com", password=argument
            )
            assert isinstance(result, emailpassword.SignedIn), result
            assert await s.get_user_id() == result.user.id
            sent = await passwordless.create_code(email="code-in-a-worker@example.com")
            assert passwordless.login_attempt() == sent.attempt
            assert isinstance(await webauthn.sign_in(), webauthn.NotSupported)
            assert isinstance(await webauthn.sign_in_options(), webauthn.SignInOptions)
            assert (await multitenancy.login_methods()).webauthn
            assert "totp" in (await multifactorauth.info()).allowed_to_set_up
            device = await totp.create_device()
            wrong = await totp.verify_device(device_name=device.name, code="000 000")
            assert isinstance(wrong, totp.WrongCode), wrong
            assert await s.get_claim_value(userroles.UserRoleClaim) == []
            try:
                await thirdparty.authorisation_url(third_party_id="x", redirect_uri="https://x")
                raise AssertionError
            except errors.UnsupportedPlatform:
                pass
            try:
                emailverification.token_from_url()
            except errors.UnsupportedPlatform as error:
                reported = str(error)
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
                original.local_storage = SimpleNamespace(
                    get_item_sync=kept.get,
                    set_item_sync=kept.__setitem__,
                    remove_item_sync=lambda key: kept.pop(key, None) and None,
                )
                return original

            s.init(window_handler=handler)
            assert await s.does_session_exist()
            assert emailverification.token_from_url() == emailverification.TokenLink("t")
            assert replaced == [js.location.origin + "/verify"]
            await passwordless.create_code(email="code-in-a-worker@example.com")
            assert "supertokens-pyodide-passwordless" in kept
            return reported
            """
        ),
        PASSWORD,
    )
    assert "Give url=." in reported
    seen = python.page.evaluate("seen")
    assert [one for one in seen if one[0] == "EMAIL_PASSWORD_SIGN_UP"] == [
        ["EMAIL_PASSWORD_SIGN_UP", None],
        ["EMAIL_PASSWORD_SIGN_UP", "OK"],
    ]
