"""The factors that a session needs, and which step of the user comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from ... import _current
from ..._core.flow.effects import UserContext
from .._body import Body
from .._calls import Api, identity
from .._functions import RecipeFunctions

RECIPE = "multifactorauth"

#: The ids that SuperTokens has; a backend may have others.
FactorId = Literal[
    "emailpassword",
    "thirdparty",
    "otp-email",
    "otp-phone",
    "link-email",
    "link-phone",
    "totp",
    "webauthn",
]


@dataclass(frozen=True, slots=True)
class MfaInfo:
    """The factors that the session needs, and those that the user has.

    ``next`` are factors of which one must be completed now; empty when nothing is needed.
    ``emails`` and ``phone_numbers`` are, by factor, what codes can be sent to, the best first.
    """

    next: tuple[str, ...]
    already_set_up: tuple[str, ...]
    allowed_to_set_up: tuple[str, ...]
    emails: Mapping[str, tuple[str, ...]]
    phone_numbers: Mapping[str, tuple[str, ...]]

    @classmethod
    def read(cls, body: Body) -> MfaInfo:
        """Read it from a response."""
        factors = body.part("factors")
        return cls(
            factors.texts("next"),
            factors.texts("alreadySetup"),
            factors.texts("allowedToSetup"),
            body.lists("emails"),
            body.lists("phoneNumbers"),
        )

    @property
    def usable(self) -> tuple[str, ...]:
        """Factors that the user can complete now."""
        return tuple(one for one in self.next if one in self.already_set_up)

    @property
    def to_set_up(self) -> tuple[str, ...]:
        """Factors that would do, and that the user may set up now."""
        done = self.already_set_up
        return tuple(o for o in self.next if o in self.allowed_to_set_up and o not in done)


_INFO: Api[MfaInfo] = Api(
    RECIPE, "GET_MFA_INFO", "PUT", "/mfa/info", {"OK": MfaInfo.read}, needs_session=True
)

_function = RecipeFunctions(RECIPE)


@_function
async def info(*, user_context: UserContext | None = None) -> MfaInfo:
    """Ask which factors the session needs; this also updates its claim. Raises NoSession."""
    return await _INFO.send(user_context=user_context)


# ---- the next step -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CompleteFactor:
    """The user completes one of these factors."""

    status: ClassVar[Literal["COMPLETE_FACTOR"]] = "COMPLETE_FACTOR"
    factors: tuple[str, ...]
    info: MfaInfo
    session_handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetUpFactor:
    """The user has none of the required factors, and sets up one of these."""

    status: ClassVar[Literal["SET_UP_FACTOR"]] = "SET_UP_FACTOR"
    factors: tuple[str, ...]
    info: MfaInfo
    session_handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NothingRequired:
    """The backend requires no further factor to be signed in.

    If the claim still fails, the backend requires certain factors in that place. Its reason names
    them: see ``get_invalid_claims_from_response``.
    """

    status: ClassVar[Literal["NOTHING_REQUIRED"]] = "NOTHING_REQUIRED"
    info: MfaInfo
    session_handle: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoWayForward:
    """Show an error: no step of the user leads on.

    The step before has changed nothing, or the user can neither complete nor set up any of the
    required factors.
    """

    status: ClassVar[Literal["NO_WAY_FORWARD"]] = "NO_WAY_FORWARD"
    info: MfaInfo
    session_handle: str = field(repr=False)


NextStep = CompleteFactor | SetUpFactor | NothingRequired | NoWayForward


async def next_step(
    *, after: NextStep | None = None, user_context: UserContext | None = None
) -> NextStep:
    """Ask which step comes next; this also updates the session's claim. Raises NoSession.

    Give the step that the user has completed as ``after``. If the backend then requires the same of
    this session again, the result is NoWayForward, so that no page asks for the same for ever.
    """
    found = await info(user_context=user_context)
    session = await identity(_current.current())
    handle = session[1] if session else ""
    required = _required(found, handle)
    if after is not None and _required(after.info, after.session_handle) == required:
        return NoWayForward(found, handle)
    if found.usable:
        return CompleteFactor(found.usable, found, handle)
    if found.to_set_up:
        return SetUpFactor(found.to_set_up, found, handle)
    return NoWayForward(found, handle) if found.next else NothingRequired(found, handle)


def _required(info: MfaInfo, session_handle: str) -> tuple[frozenset[str], frozenset[str], str]:
    return frozenset(info.next), frozenset(info.already_set_up), session_handle
