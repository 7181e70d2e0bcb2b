# --8<-- [start:step2-sign-in]
"""What the page asks of the backend. Nothing here touches the page, so tests need no browser.

What the user does returns the problem as a text, which is empty if there is none.
"""

# --8<-- [start:step3-import]
import supertokens_pyodide as supertokens
# --8<-- [end:step3-import]
from supertokens_pyodide.recipe import (
    emailpassword,
    # --8<-- [start:step5-imports]
    multifactorauth,
    totp,
    # --8<-- [end:step5-imports]
)
# --8<-- [start:step4-import]
from supertokens_pyodide.recipe.userroles import UserRoleClaim
# --8<-- [end:step4-import]


async def sign_in(email: str, password: str) -> str:
    match await emailpassword.sign_in(email=email, password=password):
        case emailpassword.SignedIn():
            return ""
        case emailpassword.WrongCredentials():
            return "The address or the password is wrong."
        case emailpassword.FieldErrors(errors):
            return " ".join(errors.values())
        case emailpassword.NotAllowed(reason):
            return reason


async def sign_up(email: str, password: str) -> str:
    match await emailpassword.sign_up(email=email, password=password):
        case emailpassword.SignedIn():
            return ""
        case emailpassword.FieldErrors(errors):
            return " ".join(errors.values())
        case emailpassword.NotAllowed(reason):
            return reason
# --8<-- [end:step2-sign-in]
# --8<-- [start:step3-notices]


async def notices() -> list[str]:
    response = await supertokens.fetch("/api/notices")
    response.raise_for_status()
    texts: list[str] = await response.json()
    return texts
# --8<-- [end:step3-notices]
# --8<-- [start:step4-post]


async def post(text: str) -> str:
    response = await supertokens.fetch("/api/notices", method="POST", body={"text": text})
    for claim in await supertokens.get_invalid_claims_from_response(response):
        if claim["id"] == UserRoleClaim.id:
            return "Only editors may post notices."
    response.raise_for_status()
    return ""
# --8<-- [end:step4-post]
# --8<-- [start:step5-protect]


DEVICE = "authenticator app"


async def protect() -> str:
    response = await supertokens.fetch("/api/second-factor", method="POST")
    response.raise_for_status()
    return ""
# --8<-- [end:step5-protect]
# --8<-- [start:step5-code]


async def needs_second_factor() -> bool:
    factors = await multifactorauth.info()
    return "totp" in factors.next


async def new_device() -> totp.NewDevice | None:
    """Begin to set up an authenticator app; None if the user has one."""
    factors = await multifactorauth.info()
    if "totp" in factors.usable:
        return None
    device = await totp.create_device(device_name=DEVICE)
    return device if isinstance(device, totp.NewDevice) else None


async def enter_code(code: str) -> str:
    """Complete the sign-in, or the set-up of an authenticator app."""
    factors = await multifactorauth.info()
    result: totp.VerifyCodeResult | totp.VerifyDeviceResult
    if "totp" in factors.usable:
        result = await totp.verify_code(code=code)
    else:
        result = await totp.verify_device(device_name=DEVICE, code=code)
    match result:
        case totp.CodeVerified() | totp.DeviceVerified():
            return ""
        case totp.WrongCode() as wrong:
            return f"The code is wrong. Attempts left: {wrong.attempts_left}."
        case totp.LimitReached(retry_after):
            return f"Too many codes were wrong. Wait for {retry_after:.0f} seconds."
        case totp.NoDevice() | totp.UnknownDevice():
            return "Please reload the page, and set up your authenticator app again."
# --8<-- [end:step5-code]
