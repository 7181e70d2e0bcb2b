"""Codes of an authenticator app, as a second factor; the backend needs multifactorauth for it.

    from supertokens_pyodide.recipe import totp

    device = await totp.create_device()
    show(device.qr_code_svg(), device.secret_in_groups)
    result = await totp.verify_device(device_name=device.name, code=code)

After five wrong codes in a row the backend accepts none for 15 minutes (its settings may differ).
Devices and sign-ins count together. A code that was used already counts as wrong. Every function
needs a session, and raises NoSession, RequestFailed and GeneralError. RequestFailed with status 403
means that another factor must be completed first.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from .._core.flow.effects import UserContext
from ..errors import UnsupportedPlatform
from ._body import Body
from ._calls import Api
from ._functions import RecipeFunctions
from ._results import Plain, SessionOutcome

__all__ = [
    "CodeVerified",
    "CreateResult",
    "Device",
    "DeviceExists",
    "DeviceVerified",
    "LimitReached",
    "NewDevice",
    "NoDevice",
    "UnknownDevice",
    "VerifyCodeResult",
    "VerifyDeviceResult",
    "WrongCode",
    "create_device",
    "list_devices",
    "remove_device",
    "verify_code",
    "verify_device",
]

RECIPE = "totp"

log = logging.getLogger("supertokens_pyodide")


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device; it can be used after one of its codes is verified.

    ``uri`` (``otpauth:``) and ``secret`` are for the app. Both are secret: anybody who has them can
    generate codes.
    """

    status: ClassVar[Literal["OK"]] = "OK"
    name: str
    secret: str = field(repr=False)
    uri: str = field(repr=False)

    @classmethod
    def read(cls, body: Body) -> NewDevice:
        """Read it from a response."""
        device = cls(body.text("deviceName"), body.text("secret"), body.text("qrCodeString"))
        if ":" in device.issuer:
            log.warning("The issuer %r has a colon, which some apps cannot read.", device.issuer)
        return device

    @property
    def issuer(self) -> str:
        """The name of the device in apps."""
        return parse_qs(urlsplit(self.uri).query).get("issuer", [""])[0]

    @property
    def secret_in_groups(self) -> str:
        """The secret for typing it into an app: in groups of four letters."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))

    def qr_code_svg(self, scale: float = 4) -> str:
        """The URI as a QR code: an SVG element for ``innerHTML``, ``scale`` pixels for each module.

        Needs the package segno; raises UnsupportedPlatform without it.
        """
        try:
            import segno
        except ImportError:
            raise UnsupportedPlatform(
                "A QR code needs the package segno.",
                hint="Add 'segno' to the page's packages, or show the secret alone.",
            ) from None
        code = segno.make(self.uri, micro=False)
        return str(code.svg_inline(scale=scale, light="#fff", border=4, omitsize=False))


@dataclass(frozen=True, slots=True)
class DeviceExists(Plain):
    """The user has a verified device with this name."""

    status: ClassVar[Literal["DEVICE_ALREADY_EXISTS_ERROR"]] = "DEVICE_ALREADY_EXISTS_ERROR"


@dataclass(frozen=True, slots=True)
class Device:
    """One of the user's devices; ``period`` is in seconds, ``skew`` in periods.

    ``verified`` is False if the device was begun and cannot be used yet.
    """

    name: str
    period: int
    skew: int
    verified: bool

    @classmethod
    def read(cls, body: Body) -> Device:
        """Read it from a response."""
        return cls(
            body.text("name"), body.number("period"), body.number("skew"), body.flag("verified")
        )


@dataclass(frozen=True, slots=True)
class DeviceVerified(SessionOutcome):
    """The device can be used, and the session has this factor.

    With ``was_already_verified`` the backend has not checked the code: it proves nothing.
    """

    status: ClassVar[Literal["OK"]] = "OK"
    was_already_verified: bool

    @classmethod
    def read(cls, body: Body) -> DeviceVerified:
        """Read it from a response."""
        return cls(body.flag("wasAlreadyVerified"))


@dataclass(frozen=True, slots=True)
class CodeVerified(SessionOutcome, Plain):
    """The code is correct, and the session has this factor."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code is wrong, or was used already."""

    status: ClassVar[Literal["INVALID_TOTP_ERROR"]] = "INVALID_TOTP_ERROR"
    failed_attempts: int
    most_attempts: int

    @classmethod
    def read(cls, body: Body) -> WrongCode:
        """Read it from a response."""
        return cls(
            body.number("currentNumberOfFailedAttempts"), body.number("maxNumberOfFailedAttempts")
        )

    @property
    def attempts_left(self) -> int:
        """How many further wrong codes the backend accepts."""
        return max(0, self.most_attempts - self.failed_attempts)


@dataclass(frozen=True, slots=True)
class LimitReached:
    """Too many codes were wrong; ``retry_after`` is in seconds. Until then no code is accepted."""

    status: ClassVar[Literal["LIMIT_REACHED_ERROR"]] = "LIMIT_REACHED_ERROR"
    retry_after: float

    @classmethod
    def read(cls, body: Body) -> LimitReached:
        """Read it from a response."""
        return cls(body.number("retryAfterMs") / 1000)


@dataclass(frozen=True, slots=True)
class UnknownDevice(Plain):
    """The user has no device with this name."""

    status: ClassVar[Literal["UNKNOWN_DEVICE_ERROR"]] = "UNKNOWN_DEVICE_ERROR"


@dataclass(frozen=True, slots=True)
class NoDevice(Plain):
    """The user has no device: create one first."""

    status: ClassVar[Literal["UNKNOWN_USER_ID_ERROR"]] = "UNKNOWN_USER_ID_ERROR"


CreateResult = NewDevice | DeviceExists
VerifyDeviceResult = DeviceVerified | WrongCode | LimitReached | UnknownDevice
VerifyCodeResult = CodeVerified | WrongCode | LimitReached | NoDevice

_CREATE: Api[CreateResult] = Api(
    RECIPE,
    "CREATE_DEVICE",
    "POST",
    "/totp/device",
    {"OK": NewDevice.read, "DEVICE_ALREADY_EXISTS_ERROR": DeviceExists.read},
    needs_session=True,
)
_VERIFY_DEVICE: Api[VerifyDeviceResult] = Api(
    RECIPE,
    "VERIFY_DEVICE",
    "POST",
    "/totp/device/verify",
    {
        "OK": DeviceVerified.read,
        "INVALID_TOTP_ERROR": WrongCode.read,
        "LIMIT_REACHED_ERROR": LimitReached.read,
        "UNKNOWN_DEVICE_ERROR": UnknownDevice.read,
    },
    needs_session=True,
    changes_session=True,
)
_VERIFY_CODE: Api[VerifyCodeResult] = Api(
    RECIPE,
    "VERIFY_CODE",
    "POST",
    "/totp/verify",
    {
        "OK": CodeVerified.read,
        "INVALID_TOTP_ERROR": WrongCode.read,
        "LIMIT_REACHED_ERROR": LimitReached.read,
        "UNKNOWN_USER_ID_ERROR": NoDevice.read,
    },
    needs_session=True,
    changes_session=True,
)
_LIST: Api[tuple[Device, ...]] = Api(
    RECIPE,
    "LIST_DEVICES",
    "GET",
    "/totp/device/list",
    {"OK": lambda body: tuple(map(Device.read, body.parts("devices")))},
    needs_session=True,
)
_REMOVE: Api[bool] = Api(
    RECIPE,
    "REMOVE_DEVICE",
    "POST",
    "/totp/device/remove",
    {"OK": lambda body: body.flag("didDeviceExist")},
    needs_session=True,
)

_function = RecipeFunctions(RECIPE)


@_function
async def create_device(
    *, device_name: str | None = None, user_context: UserContext | None = None
) -> CreateResult:
    """Begin a device; the backend chooses the name if you do not.

    An unverified device with the same name is replaced; the new one has another secret.
    """
    body = {} if device_name is None else {"deviceName": device_name}
    return await _CREATE.send(body, user_context=user_context)


@_function
async def verify_device(
    *, device_name: str, code: str, user_context: UserContext | None = None
) -> VerifyDeviceResult:
    """Verify a new device with a code that its app shows; spaces in the code are removed.

    If the device was verified before, this proves nothing about the user: use ``verify_code``.
    """
    body = {"deviceName": device_name, "totp": "".join(code.split())}
    return await _VERIFY_DEVICE.send(body, user_context=user_context)


@_function
async def verify_code(*, code: str, user_context: UserContext | None = None) -> VerifyCodeResult:
    """Complete the factor with a code of any verified device; spaces in it are removed."""
    return await _VERIFY_CODE.send({"totp": "".join(code.split())}, user_context=user_context)


@_function
async def list_devices(*, user_context: UserContext | None = None) -> tuple[Device, ...]:
    """The user's devices, also those that were never verified."""
    return await _LIST.send(user_context=user_context)


@_function
async def remove_device(*, device_name: str, user_context: UserContext | None = None) -> bool:
    """Remove a device; False if there was none with this name."""
    return await _REMOVE.send({"deviceName": device_name}, user_context=user_context)
