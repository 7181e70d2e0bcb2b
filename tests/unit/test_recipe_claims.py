"""The claims of recipes, and what a second factor's device shows."""

import asyncio

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import errors, testing
from supertokens_pyodide.recipe import (
    emailpassword,
    emailverification,
    multifactorauth,
    multitenancy,
    totp,
    webauthn,
)
from supertokens_pyodide.testing import PageUnderTest

from tests.unit.recipe_api import ScriptedApi, run
from tests.unit.test_recipe_calls import until

MFA = multifactorauth.MultiFactorAuthClaim
VERIFIED = emailverification.EmailVerificationClaim
INFO = {"status": "OK", "factors": {"next": []}, "emails": {}, "phoneNumbers": {}}


def invalid(*validators):
    return run(supertokens.validate_claims(lambda others, context: [*others, *validators]))


@pytest.fixture
def api():
    return ScriptedApi()


# ---- verified addresses --------------------------------------------------------------------------


def test_a_session_that_is_unverified_for_some_time_is_asked_about_again(api):
    api.answers["/user/email/verify"] = {"status": "OK", "isVerified": False}
    validator = VERIFIED.validators.is_verified()
    with testing.signed_in(claims={VERIFIED: False}, backend=api) as page:
        [error] = invalid(validator)
        assert error == {
            "id": "st-ev",
            "reason": {"message": "wrong value", "expectedValue": True, "actualValue": False},
        }
        assert api.sent == []
        page.pass_time(11)
        invalid(validator)
        assert [request.method for request in api.sent] == ["GET"]


def test_a_session_that_does_not_say_when_it_was_unverified_is_asked_about(api):
    api.answers["/user/email/verify"] = {"status": "OK", "isVerified": False}
    with testing.signed_in(claims={"st-ev": {"v": False}}, backend=api):
        invalid(VERIFIED.validators.is_verified())
    assert len(api.sent) == 1


@pytest.mark.parametrize("claims", [{VERIFIED: True}, {}])
def test_only_a_session_without_the_claim_or_with_an_old_one_is_asked_about(api, claims):
    api.answers["/user/email/verify"] = {"status": "OK", "isVerified": True}
    with testing.signed_in(claims=claims, backend=api) as page:
        errors_found = invalid(VERIFIED.validators.is_verified())
        assert bool(errors_found) is not bool(claims)
        assert len(api.sent) == (0 if claims else 1)
        page.pass_time(301)
        invalid(VERIFIED.validators.is_verified(max_age_in_seconds=300))
        assert len(api.sent) == (1 if claims else 2)


def test_a_page_learns_that_the_address_was_verified_elsewhere(api):
    api.answers["/user/email/verify"] = {"status": "OK", "isVerified": False}

    async def scenario(page):
        waiting = asyncio.create_task(emailverification.wait_until_verified())
        await until(lambda: page.window._focused)
        page.window.focus()  # the user looks, and has not verified it yet
        await until(lambda: len(api.sent) == 2 and page.window._focused)
        api.answers["/user/email/verify"] = {"status": "OK", "isVerified": True}
        page.window.focus()
        await waiting

    with testing.signed_in(backend=api) as page:
        run(scenario(page))
    assert len(api.sent) == 3


def test_a_page_asks_ever_more_seldom_whether_the_address_is_verified(api, monkeypatch):
    monkeypatch.setattr(emailverification, "_FIRST_PAUSE", 0.001)
    monkeypatch.setattr(emailverification, "_LONGEST_PAUSE", 0.003)
    pauses, timeout = [], asyncio.timeout
    monkeypatch.setattr(asyncio, "timeout", lambda delay: pauses.append(delay) or timeout(delay))
    api.answers["/user/email/verify"] = lambda request: testing.Reply.of_json(
        {"status": "OK", "isVerified": len(api.sent) > 4}
    )
    with testing.signed_in(backend=api):
        run(emailverification.wait_until_verified())
    assert [pause for pause in pauses if pause < 1] == [0.001, 0.002, 0.003, 0.003]


@pytest.mark.parametrize("claim", [VERIFIED, MFA])
def test_a_claim_is_refreshed_by_the_backend(api, claim):
    api.answers |= {"/user/email/verify": {"status": "OK", "isVerified": True}, "/mfa/info": INFO}
    with testing.signed_in(backend=api):
        run(claim.refresh({}))
    assert len(api.sent) == 1


def test_an_unverified_address_is_not_asked_about_all_the_time(api):
    api.answers["/user/email/verify"] = {"status": "OK", "isVerified": False}
    validator = VERIFIED.validators.is_verified(refetch_time_on_false_in_seconds=0)
    with testing.signed_in(claims={VERIFIED: False}, backend=api):
        invalid(validator)
    assert api.sent == []


def test_a_validator_may_have_an_id_of_its_own():
    with testing.signed_in():
        domains = multitenancy.AllowedDomainsClaim.validators
        assert VERIFIED.validators.is_verified(id="own").id == "own"
        assert domains.has_access_to_current_domain(id="own").id == "own"


@pytest.mark.parametrize("where", ["page", "worker"])
def test_a_page_asks_now_and_then_whether_the_address_is_verified(api, monkeypatch, where):
    monkeypatch.setattr(emailverification, "_FIRST_PAUSE", 0.001)
    answers = [False, False, True]
    api.answers["/user/email/verify"] = lambda request: testing.Reply.of_json(
        {"status": "OK", "isVerified": answers.pop(0)}
    )
    with testing.signed_in(backend=api) as page:
        if where == "worker":
            page._browser.window = None
        run(emailverification.wait_until_verified())
    assert answers == []


# ---- second factors ------------------------------------------------------------------------------


def mfa(completed, is_complete):
    return {"st-mfa": {"c": dict.fromkeys(completed, 1700000000), "v": is_complete}}


def test_the_claims_value_says_what_was_completed():
    with testing.signed_in(claims=mfa(["totp"], True)):
        value = run(supertokens.get_claim_value(MFA))
    assert value == multifactorauth.CompletedFactors({"totp": 1700000000}, True)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ({"c": 5, "v": True}, None),
        ({"v": True}, None),
        ("x", None),
        ({"c": {}, "v": 1}, multifactorauth.CompletedFactors({}, False)),
    ],
)
def test_a_claim_that_is_not_as_the_backend_writes_it_completes_nothing(entry, value):
    assert MFA.get_value_from_payload({"st-mfa": entry}) == value


@pytest.mark.parametrize(
    ("completed", "requirements", "reason"),
    [
        (["totp"], ["totp"], None),
        (["totp"], [{"oneOf": ["totp", "otp-email"]}], None),
        (["totp", "otp-email"], [{"allOfInAnyOrder": ["otp-email", "totp"]}], None),
        ([], ["totp"], {"factorId": "totp"}),
        (["emailpassword"], ["emailpassword", "totp"], {"factorId": "totp"}),
        ([], [{"oneOf": ["totp"]}], {"oneOf": ["totp"]}),
        (["a"], [{"allOfInAnyOrder": ["a", "b"]}], {"allOfInAnyOrder": ["a", "b"]}),
    ],
)
def test_factors_can_be_required(completed, requirements, reason):
    with testing.signed_in(claims=mfa(completed, False)):
        found = invalid(MFA.validators.has_completed_factors(requirements))
    if reason is None:
        assert found == []
    else:
        assert reason.items() <= found[0]["reason"].items()
        failures = [one["id"] for one in found[0]["reason"].get("failures", ())]
        assert set(failures).isdisjoint(completed)


@pytest.mark.parametrize("is_complete", [True, False])
def test_what_the_backend_requires_can_be_required(is_complete):
    with testing.signed_in(claims=mfa(["totp"], is_complete)):
        found = invalid(MFA.validators.has_completed_mfa_requirements_for_auth())
    assert (found == []) is is_complete


def test_a_session_without_the_claim_asks_the_backend(api):
    api.answers["/mfa/info"] = INFO
    with testing.signed_in(backend=api):
        [error] = invalid(MFA.validators.has_completed_mfa_requirements_for_auth())
    assert error["reason"] == {"message": "MFA info not available in payload"}
    assert [request.method for request in api.sent] == ["PUT"]


def test_the_next_step_is_a_factor_to_use_or_to_set_up(api):
    factors = {
        "next": ["totp", "otp-email", "otp-phone"],
        "alreadySetup": ["otp-email", "emailpassword"],
        "allowedToSetup": ["totp", "otp-email"],
    }
    contacts = {"emails": {"otp-email": ["a@x"]}, "phoneNumbers": {"otp-phone": ["+44", "+1"]}}
    api.answers["/mfa/info"] = {**INFO, "factors": factors, **contacts}
    with testing.signed_in(backend=api):
        info = run(multifactorauth.info())
    assert (info.emails, info.phone_numbers) == (
        {"otp-email": ("a@x",)},
        {"otp-phone": ("+44", "+1")},
    )
    assert (info.usable, info.to_set_up) == (("otp-email",), ("totp",))


def required(*next, ready=(), allowed=("totp", "otp-email")):
    factors = {"next": [*next], "alreadySetup": [*ready], "allowedToSetup": [*allowed]}
    return {**INFO, "factors": factors}


@pytest.mark.parametrize(
    ("answer", "step", "factors"),
    [
        (
            required("totp", "otp-email", ready=["totp"]),
            multifactorauth.CompleteFactor,
            ("totp",),
        ),
        (required("totp", "other"), multifactorauth.SetUpFactor, ("totp",)),
        (required("other"), multifactorauth.NoWayForward, None),
        (required(), multifactorauth.NothingRequired, None),
    ],
)
def test_the_next_step_is_a_value_and_two_equal_rounds_end_it(api, answer, step, factors):
    api.answers["/mfa/info"] = answer
    with testing.signed_in(backend=api):
        first = run(multifactorauth.next_step())
        again = run(multifactorauth.next_step())  # after a reload, say: the user did nothing
        stopped = run(multifactorauth.next_step(after=first))
    assert type(first) is type(again) is step
    assert getattr(first, "factors", None) == factors
    assert isinstance(stopped, multifactorauth.NoWayForward)
    assert len(api.sent) == 3


def test_a_step_of_an_earlier_session_ends_nothing(api):
    api.answers["/mfa/info"] = required("totp", ready=["totp"])
    with testing.signed_in(backend=api):
        first = run(multifactorauth.next_step())
    with testing.signed_in(backend=api):
        again = run(multifactorauth.next_step(after=first))
    assert isinstance(again, multifactorauth.CompleteFactor)


@pytest.mark.parametrize(
    "changed", [required("otp-email"), required("totp", ready=["totp"]), required()]
)
def test_a_step_that_changes_something_leads_to_the_next_one(api, changed):
    api.answers["/mfa/info"] = required("totp")
    with testing.signed_in(backend=api):
        first = run(multifactorauth.next_step())
        api.answers["/mfa/info"] = changed
        second = run(multifactorauth.next_step(after=first))
    assert not isinstance(second, multifactorauth.NoWayForward)


# ---- domains -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "is_allowed"), [("app.example.com", True), ("x.example.com", False)]
)
def test_a_tenants_domains_are_compared_with_the_page(host, is_allowed):
    claims = {multitenancy.AllowedDomainsClaim: ["app.example.com"]}
    with testing.signed_in(claims=claims, page_url=f"https://{host}/"):
        validator = multitenancy.AllowedDomainsClaim.validators.has_access_to_current_domain
        assert (invalid(validator()) == []) is is_allowed


# ---- devices -------------------------------------------------------------------------------------

DEVICE = totp.NewDevice("d", "JBSWY3DPEHPK3PXP7", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP7")


def test_a_devices_secret_is_shown_to_the_user_only():
    assert "JBSWY3DP" not in repr(DEVICE)
    assert DEVICE.secret_in_groups == "JBSW Y3DP EHPK 3PXP 7"


def test_a_qr_code_is_an_svg_element():
    svg = DEVICE.qr_code_svg()
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")
    assert "JBSWY3DP" not in svg


def test_without_the_package_a_qr_code_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "segno", None)
    with pytest.raises(errors.UnsupportedPlatform, match="segno"):
        DEVICE.qr_code_svg()


@pytest.mark.parametrize(("issuer", "warnings"), [("a%3Ab", 1), ("My%20App", 0)])
def test_an_issuer_that_apps_cannot_read_is_logged(api, caplog, issuer, warnings):
    secret = "JBSWY3DPEHPK3PXP7"
    uri = f"otpauth://totp/x?secret={secret}&issuer={issuer}"
    answer = {"status": "OK", "deviceName": "d", "secret": secret, "qrCodeString": uri}
    api.answers["/totp/device"] = answer
    with testing.signed_in(backend=api):
        run(totp.create_device())
    assert len(caplog.records) == warnings
    assert secret not in caplog.text


def test_the_attempts_that_are_left_are_counted():
    assert (totp.WrongCode(2, 5).attempts_left, totp.WrongCode(6, 5).attempts_left) == (3, 0)


# ---- secrets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        emailpassword.TokenLink("the-secret"),
        webauthn.Credential("c", {"id": "the-secret"}),
        totp.NewDevice("d", "the-secret", "the-secret"),
    ],
)
def test_no_repr_has_a_secret(value):
    assert "the-secret" not in repr(value)


def test_a_page_under_test_has_an_address_and_storage():
    with testing.signed_out(page_url="https://app.example.com/verify?token=t") as page:
        assert isinstance(page, PageUnderTest)
        assert emailverification.token_from_url() == emailverification.TokenLink("t")
        assert page.window.href == "https://app.example.com/verify"
