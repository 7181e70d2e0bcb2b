"""Sign-in from Python in a browser: the page's address, storage, hooks and passkeys are real."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import pyotp
import pytest
import segno
from playwright.sync_api import Browser

from tests.browser.app import PASSWORD
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.recipe_page import PATH, Device, RecipePage, message


@pytest.fixture(scope="module")
def shared(browser: Browser, demo_process: Demo) -> Iterator[RecipePage]:
    with open_context(browser) as context:
        yield RecipePage(demo_process, context)


@pytest.fixture
def python(shared: RecipePage, demo: Demo, browser_log: BrowserLog) -> Iterator[RecipePage]:
    with browser_log.watching(shared.page.context):
        yield shared


@pytest.fixture
def new_device(python: RecipePage) -> Iterator[Callable[..., Device]]:
    """Makes devices, which are lost after the test."""
    devices: list[Device] = []

    def make(kind: str = "internal", *, verifies: bool = True) -> Device:
        devices.append(Device(python.page, kind, verifies=verifies))
        return devices[-1]

    yield make
    for device in devices:
        device.remove()


def test_a_passkey_of_the_device_signs_in_by_itself_and_in_a_form(
    python: RecipePage, new_device: Callable[..., Device]
) -> None:
    device = new_device()
    python.run(
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
        """
    )
    device.refuse_user()
    python.run("assert await webauthn.sign_in() == webauthn.Dismissed()")


@pytest.mark.parametrize("verifies", [True, False])
def test_a_device_may_verify_its_user_or_not(
    python: RecipePage, new_device: Callable[..., Device], verifies: bool
) -> None:
    new_device(verifies=verifies)
    was_verified = python.run(
        """
        from base64 import urlsafe_b64decode

        result = await webauthn.register(email=f"verified-{argument}@example.com")
        assert isinstance(result, webauthn.SignedIn), result
        [passkey] = await webauthn.list_credentials()
        options = await webauthn.sign_in_options()
        if not argument:
            # Chromium finds such a passkey only if it is named.
            assert await webauthn.sign_in(options=options) == webauthn.Dismissed()
            allowed = [{"id": passkey.credential_id, "type": "public-key"}]
            public_key = {**options.public_key, "allowCredentials": allowed}
            options = webauthn.SignInOptions(options.options_id, options.rp_id, 60, public_key)
        credential = await webauthn.get_credential(options=options)
        result = await webauthn.sign_in_with(options=options, credential=credential)
        assert isinstance(result, webauthn.SignedIn), result
        flags = urlsafe_b64decode(credential.data["response"]["authenticatorData"] + "==")[32]
        return bool(flags & 4)
        """,
        verifies,
    )
    assert was_verified is verifies


def test_a_key_that_keeps_no_passkeys_signs_in_by_the_steps(
    python: RecipePage, new_device: Callable[..., Device]
) -> None:
    new_device("usb", verifies=False)
    python.run(
        """
        from dataclasses import replace

        def changed(options, **changes):
            return replace(options, public_key={**options.public_key, **changes})

        email = "key@example.com"
        # The backend asks for a passkey that is kept, and Chromium keeps none without a check.
        assert await webauthn.register(email=email) == webauthn.Dismissed()
        options = await webauthn.register_options(email=email)
        created = await webauthn.create_credential(
            options=changed(options, authenticatorSelection={"residentKey": "discouraged"})
        )
        result = await webauthn.sign_up(options=options, credential=created)
        assert isinstance(result, webauthn.SignedIn), result
        options = await webauthn.sign_in_options()
        allowed = [{"id": created.id, "type": "public-key"}]
        used = await webauthn.get_credential(options=changed(options, allowCredentials=allowed))
        assert "userHandle" not in used.data["response"]
        result = await webauthn.sign_in_with(options=options, credential=used)
        assert isinstance(result, webauthn.SignedIn), result
        """
    )


def test_a_second_device_has_a_passkey_of_its_own_until_it_is_removed(
    python: RecipePage, new_device: Callable[..., Device]
) -> None:
    first = new_device()
    python.run(
        """
        result = await webauthn.register(email="two-devices@example.com")
        assert isinstance(result, webauthn.SignedIn), result
        """
    )
    second = new_device("usb")
    first.put_away()
    python.run(
        """
        result = await webauthn.add_credential(email="two-devices@example.com")
        assert result == webauthn.CredentialAdded(), result
        await s.sign_out()
        result = await webauthn.sign_in()
        assert isinstance(result, webauthn.SignedIn), result
        own, other = await webauthn.list_credentials()
        js.localStorage.removeItem("supertokens-pyodide-passkeys")  # as on another device
        gone = await webauthn.remove_credential(credential_id=other.credential_id)
        assert gone == webauthn.CredentialRemoved(), gone
        await s.sign_out()
        assert await webauthn.sign_in() == webauthn.InvalidCredentials()
        """
    )
    assert second.passkeys() == 1
    second.put_away()
    first.put_away(False)
    python.run(
        """
        result = await webauthn.sign_in()
        assert isinstance(result, webauthn.SignedIn), result
        [own] = await webauthn.list_credentials()
        gone = await webauthn.remove_credential(credential_id=own.credential_id)
        assert gone == webauthn.CredentialRemoved(), gone
        # The browser was told, and has none left to offer.
        assert await webauthn.sign_in() == webauthn.Dismissed()
        """
    )
    assert first.passkeys() == 0


def test_a_page_shows_the_secret_of_an_app_as_a_qr_code(python: RecipePage) -> None:
    uri, svg, secret = python.run(
        """
        import pyodide_js

        await emailpassword.sign_up(email="qr-code@example.com", password=argument)
        device = await totp.create_device()
        try:
            device.qr_code_svg()
            raise AssertionError
        except errors.UnsupportedPlatform:
            pass
        await pyodide_js.loadPackage("segno")
        js.document.body.innerHTML = device.qr_code_svg()
        return [device.uri, js.document.querySelector("svg").outerHTML, device.secret]
        """,
        PASSWORD,
    )
    assert pyotp.parse_uri(uri).secret == secret
    expected = segno.make(uri, micro=False).svg_inline(scale=4, light="#fff", border=4)
    assert svg.count("<path") == expected.count("<path") == 2
    assert all(path in svg for path in expected.split('"') if path.startswith("M"))


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


def test_a_user_goes_to_a_provider_and_comes_back(python: RecipePage) -> None:
    page, callback = python.page, f"{python.origin}/auth/callback/local"
    run = """run(
      "from supertokens_pyodide.recipe import thirdparty\\n"
      + "await thirdparty.redirect_to(third_party_id='local', redirect_uri=argument)",
      JSON.stringify(CALLBACK))""".replace("CALLBACK", json.dumps(callback))
    page.evaluate(f"void {run}")
    page.locator("[name=account]").fill("goes-there")
    page.locator("[name=email]").fill("goes-there@example.com")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"{callback}?*")  # the demo has no such page, but others of that origin
    python.open(f"{python.origin}{PATH}?{urlsplit(page.url).query}")
    told = python.run(
        """
        result = await thirdparty.sign_in_and_up()
        assert isinstance(result, thirdparty.SignedIn), result
        assert await thirdparty.sign_in_and_up() == thirdparty.CallbackAlreadyUsed()
        return [result.user.emails[0], js.location.search]
        """
    )
    assert told == ["goes-there@example.com", ""]
