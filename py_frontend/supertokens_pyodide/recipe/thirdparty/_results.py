"""The results of thirdparty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from .._results import NotAllowed, Plain, SignedIn


@dataclass(frozen=True, slots=True)
class NoEmailGiven(Plain):
    """The provider returns no e-mail address, and the backend requires one."""

    status: ClassVar[Literal["NO_EMAIL_GIVEN_BY_PROVIDER"]] = "NO_EMAIL_GIVEN_BY_PROVIDER"


@dataclass(frozen=True, slots=True)
class ProviderRefused:
    """The provider has refused, or the user has: then ``error`` is ``"access_denied"``.

    ``error`` is None if the provider returned neither a code nor an error.
    """

    status: ClassVar[Literal["PROVIDER_REFUSED"]] = "PROVIDER_REFUSED"
    error: str | None
    description: str | None


@dataclass(frozen=True, slots=True)
class StateMissing:
    """The tab has begun no attempt, or its storage was lost; or the address has no state."""

    status: ClassVar[Literal["STATE_MISSING"]] = "STATE_MISSING"


@dataclass(frozen=True, slots=True)
class StateMismatch:
    """The address matches none of the tab's attempts: do not trust it."""

    status: ClassVar[Literal["STATE_MISMATCH"]] = "STATE_MISMATCH"


@dataclass(frozen=True, slots=True)
class StateExpired:
    """The user took longer than ten minutes at the provider."""

    status: ClassVar[Literal["STATE_EXPIRED"]] = "STATE_EXPIRED"


@dataclass(frozen=True, slots=True)
class CallbackAlreadyUsed:
    """The callback was sent to the backend before; the first call got the result."""

    status: ClassVar[Literal["CALLBACK_ALREADY_USED"]] = "CALLBACK_ALREADY_USED"


SignInResult = (
    SignedIn
    | NoEmailGiven
    | NotAllowed
    | ProviderRefused
    | StateMissing
    | StateMismatch
    | StateExpired
    | CallbackAlreadyUsed
)
