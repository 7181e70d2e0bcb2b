"""Python's sign-in against the real backend: each recipe once, in cookies and in headers."""

import asyncio

import pyotp
import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import errors
from supertokens_pyodide.recipe import (
    emailpassword,
    emailverification,
    multifactorauth,
    multitenancy,
    passwordless,
    thirdparty,
    totp,
    userroles,
    webauthn,
)

from tests.demo.page import page_of
from tests.demo.running import PASSWORD
from tests.demo.signing_in.account import Account
from tests.demo.signing_in.scene import wrong


@pytest.fixture(params=["cookie", "header"])
def scene(new_scene, request):
    return new_scene(request.param)


@pytest.fixture
def page(scene):
    with page_of(scene.origin, scene._mode) as page:
        yield page


def run(coroutine):
    return asyncio.run(coroutine)


async def signed_up(scene, **more):
    result = await emailpassword.sign_up(email=scene.email(), password=PASSWORD, **more)
    assert isinstance(result, emailpassword.SignedIn), result
    return result.user


async def verify(scene, email):
    await emailverification.send_verification_email()
    link = emailverification.token_from_url(scene.message(email)["link"])
    verified = await emailverification.verify_email(token=link)
    assert isinstance(verified, emailverification.Verified)


def test_passwords(scene, page):
    async def scenario():
        email = scene.email()
        assert not await emailpassword.does_email_exist(email=email)
        weak = await emailpassword.sign_up(email=email, password="short")
        assert isinstance(weak, emailpassword.FieldErrors)
        assert list(weak.errors) == ["password"]
        new = await emailpassword.sign_up(email=email, password=PASSWORD)
        assert isinstance(new, emailpassword.SignedIn)
        assert (new.created, new.session_changed, new.user_changed) == (True, True, False)
        assert new.user.emails == (email,)
        assert not new.user.login_methods[0].verified
        assert await supertokens.get_user_id() == new.user.id
        taken = await emailpassword.sign_up(email=email, password=PASSWORD)
        assert isinstance(taken, emailpassword.FieldErrors)
        assert list(taken.errors) == ["email"]
        assert await supertokens.sign_out()
        wrong = await emailpassword.sign_in(email=email, password="wrong-password-1")
        assert wrong == emailpassword.WrongCredentials()
        again = await emailpassword.sign_in(email=email, password=PASSWORD)
        assert isinstance(again, emailpassword.SignedIn)
        assert not again.created
        assert await emailpassword.does_email_exist(email=email)
        # ---- a forgotten password
        sent = await emailpassword.send_password_reset_email(email=email)
        assert sent == emailpassword.EmailSent()
        page.window.href = scene.message(email)["link"]
        link = emailpassword.reset_token_from_url()
        assert "token" not in page.window.href
        changed = await emailpassword.submit_new_password(token=link, password="another-1")
        assert changed == emailpassword.PasswordChanged()
        used = await emailpassword.submit_new_password(token=link, password="another-1")
        assert used == emailpassword.InvalidToken()

    run(scenario())


def test_verification_of_an_address(scene, page):
    async def scenario():
        user = await signed_up(scene)
        claim = emailverification.EmailVerificationClaim
        assert await supertokens.get_claim_value(claim) is False
        sent = await emailverification.send_verification_email()
        assert isinstance(sent, emailverification.EmailSent)
        link = emailverification.token_from_url(scene.message(user.emails[0])["link"])
        done = await emailverification.verify_email(token=link)
        assert done == emailverification.Verified()
        assert await supertokens.get_claim_value(claim) is True
        assert await emailverification.is_email_verified()
        used = await emailverification.verify_email(token=link)
        assert used == emailverification.InvalidToken()
        again = await emailverification.send_verification_email()
        assert isinstance(again, emailverification.AlreadyVerified)

    run(scenario())


def test_codes_and_links(scene, page):
    async def scenario():
        phone, email = scene.phone(), scene.email()
        sent = await passwordless.create_code(phone_number=phone)
        assert isinstance(sent, passwordless.CodeSent)
        first = scene.message(phone)["code"]
        result = await passwordless.consume_code(code=wrong(first))
        assert result == passwordless.WrongCode(1, 5)
        assert isinstance(await passwordless.resend_code(), passwordless.TooSoon)
        assert isinstance(await passwordless.resend_code(cooldown=0), passwordless.CodeResent)
        result = await passwordless.consume_code(code=f" {scene.message(phone)['code']} ")
        assert isinstance(result, passwordless.SignedIn)
        assert (result.created, result.user.phone_numbers) == (True, (phone,))
        assert await passwordless.does_phone_number_exist(phone_number=phone)
        assert not await passwordless.does_email_exist(email=email)
        # ---- a link
        await passwordless.create_code(email=email)
        page.window.href = scene.message(email)["link"]
        link = passwordless.link_code_from_url()
        assert link.began_here
        assert "#" not in page.window.href
        result = await passwordless.consume_code(link=link)
        assert isinstance(result, passwordless.SignedIn)
        assert (result.session_changed, result.user_changed) == (True, True)
        used = await passwordless.consume_code(link=link)
        assert used == passwordless.RestartFlow(session_exists=True)
        with pytest.raises(errors.GeneralError, match="invalid"):
            await passwordless.create_code(email="nobody")

    run(scenario())


def test_a_provider(scene, page):
    callback = f"{scene.origin}/auth/callback/local"

    async def come_back(account, **more):
        url = await thirdparty.authorisation_url(third_party_id="local", redirect_uri=callback)
        page.window.href = account.follow(url, callback, **more)

    async def scenario():
        email = scene.email()
        methods = await multitenancy.login_methods()
        assert multitenancy.Provider("local", "Local account") in methods.providers
        await come_back(Account(email, email))
        result = await thirdparty.sign_in_and_up()
        assert isinstance(result, thirdparty.SignedIn), result
        assert (result.created, result.user.third_parties[0].user_id) == (True, email)
        assert page.window.href == callback
        assert await thirdparty.sign_in_and_up() == thirdparty.CallbackAlreadyUsed()
        await come_back(Account(email, email), refuse="login")
        refused = await thirdparty.sign_in_and_up()
        assert isinstance(refused, thirdparty.ProviderRefused)
        assert refused.error == "access_denied"
        await come_back(Account(scene.email()))
        assert await thirdparty.sign_in_and_up() == thirdparty.NoEmailGiven()

    run(scenario())


def test_passkeys(scene, page):
    device = page._browser.passkeys

    async def scenario():
        email = scene.email()
        new = await webauthn.register(email=email)
        assert isinstance(new, webauthn.SignedIn), new
        taken = await webauthn.register(email=email)
        assert taken == webauthn.EmailExists()
        device.passkeys.pop()
        assert await webauthn.does_email_exist(email=email)
        await supertokens.sign_out()
        again = await webauthn.sign_in()
        assert isinstance(again, webauthn.SignedIn), again
        assert again.user.id == new.user.id
        added = await webauthn.add_credential(email=email)
        assert added == webauthn.CredentialAdded()
        first, second = await webauthn.list_credentials()
        assert first.relying_party_id == "localhost"
        gone = await webauthn.remove_credential(credential_id=second.credential_id)
        assert gone == webauthn.CredentialRemoved()
        assert await webauthn.sign_in() == webauthn.InvalidCredentials()
        # ---- a lost device
        assert await webauthn.send_recovery_email(email=email) == webauthn.RecoveryEmailSent()
        link = webauthn.recovery_token_from_url(scene.message(email)["link"])
        assert await webauthn.recover_account(token=link) == webauthn.AccountRecovered()
        assert isinstance(await webauthn.sign_in(), webauthn.SignedIn)
        used = await webauthn.recover_account(token=link)
        assert used == webauthn.InvalidToken()

    run(scenario())


def test_second_factors(scene, page):
    async def scenario():
        user = await signed_up(scene, tenant_id="secure")
        claim = multifactorauth.MultiFactorAuthClaim
        validators = lambda *_: [claim.validators.has_completed_mfa_requirements_for_auth()]  # noqa: E731
        assert await supertokens.validate_claims(validators)
        info = await multifactorauth.info()
        assert "totp" in info.to_set_up
        device = await totp.create_device()
        assert isinstance(device, totp.NewDevice)
        codes = pyotp.TOTP(device.secret)
        assert user.emails[0] in pyotp.parse_uri(device.uri).name
        bad = await totp.verify_device(device_name=device.name, code=wrong(codes.now()))
        assert isinstance(bad, totp.WrongCode)
        assert bad.attempts_left == 4
        good = await totp.verify_device(device_name=device.name, code=codes.now())
        assert good == totp.DeviceVerified(was_already_verified=False)
        assert await supertokens.validate_claims(validators) == []
        # ---- the next sign-in
        await supertokens.sign_out()
        await emailpassword.sign_in(email=user.emails[0], password=PASSWORD, tenant_id="secure")
        assert (await multifactorauth.info()).usable == ("totp",)
        with scene.clock.ahead(60_000):
            code = codes.at(scene.clock() / 1000)
            assert await totp.verify_code(code=code) == totp.CodeVerified()
        [known] = await totp.list_devices()
        assert known == totp.Device(device.name, 30, 1, True)
        assert await totp.remove_device(device_name=device.name)
        assert not await totp.remove_device(device_name=device.name)
        assert await totp.verify_code(code="123456") == totp.NoDevice()

    run(scenario())


def test_a_code_as_second_factor_keeps_the_session(scene, page):
    async def scenario():
        user = await signed_up(scene)
        await verify(scene, user.emails[0])
        phone = scene.phone()
        await passwordless.create_code(phone_number=phone, second_factor=True)
        result = await passwordless.consume_code(
            code=scene.message(phone)["code"], second_factor=True
        )
        assert isinstance(result, passwordless.SignedIn), result
        assert (result.session_changed, result.user_changed) == (False, False)
        assert await supertokens.get_user_id() == user.id
        assert {one.recipe_id for one in result.user.login_methods} == {
            "emailpassword",
            "passwordless",
        }

    run(scenario())


def test_a_passkey_for_a_user_of_a_password(scene, page):
    async def scenario():
        user = await signed_up(scene)
        email = user.emails[0]
        assert await webauthn.add_credential(email=email) == webauthn.NeedsLinking()
        with pytest.raises(errors.RequestFailed) as raised:
            await webauthn.add_credential(email=email, link=True)
        claims = await supertokens.get_invalid_claims_from_response(raised.value.response)
        assert [claim["id"] for claim in claims] == ["st-ev"]
        await verify(scene, email)
        added = await webauthn.add_credential(email=email, link=True)
        assert added == webauthn.CredentialAdded(), added
        await supertokens.sign_out()
        result = await webauthn.sign_in()
        assert isinstance(result, webauthn.SignedIn), result
        assert result.user.emails == (email,)

    run(scenario())


def test_roles(scene, page):
    async def scenario():
        await signed_up(scene)
        validators = lambda *_: [userroles.UserRoleClaim.validators.includes("editor")]  # noqa: E731
        assert await supertokens.validate_claims(validators)
        await supertokens.fetch(f"{scene.origin}/api/take-role", method="POST")
        assert await supertokens.validate_claims(validators) == []
        assert await supertokens.get_claim_value(userroles.PermissionClaim) == ["publish"]

    run(scenario())


def test_a_tenant_that_does_not_exist(page):
    with pytest.raises(errors.RequestFailed) as raised:
        run(multitenancy.login_methods(tenant_id="nobody"))
    assert raised.value.status == 500
