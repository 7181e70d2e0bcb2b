"""The results of webauthn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from .._body import Body
from .._results import NotAllowed, Plain, SignedIn
from ._options import RegisterOptions, SignInOptions

# ---- options -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InvalidEmail:
    """The backend refuses the address, and says why."""

    status: ClassVar[Literal["INVALID_EMAIL_ERROR"]] = "INVALID_EMAIL_ERROR"
    message: str

    @classmethod
    def read(cls, body: Body) -> InvalidEmail:
        """Read it from a response."""
        return cls(body.text("err", ""))


@dataclass(frozen=True, slots=True)
class InvalidOptions(Plain):
    """The backend's settings contradict each other, or the options belong to another caller.

    The host of the backend's ``origin`` must be its ``relying_party_id`` or a subdomain; the
    default id is the API's host.
    """

    status: ClassVar[Literal["INVALID_OPTIONS_ERROR"]] = "INVALID_OPTIONS_ERROR"


@dataclass(frozen=True, slots=True)
class OptionsNotFound(Plain):
    """The options have expired: begin again."""

    status: ClassVar[Literal["OPTIONS_NOT_FOUND_ERROR"]] = "OPTIONS_NOT_FOUND_ERROR"


@dataclass(frozen=True, slots=True)
class InvalidToken(Plain):
    """The link is unknown, used or too old: send another e-mail."""

    status: ClassVar[Literal["RECOVER_ACCOUNT_TOKEN_INVALID_ERROR"]] = (
        "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR"
    )


# The transports that the backend SDK knows: it fails at others.
_TRANSPORTS = ("ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb")

# ---- prompts -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Credential:
    """The answer of a passkey, in the backend's format."""

    status: ClassVar[Literal["OK"]] = "OK"
    id: str
    data: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Credential:
        """Read what ``toJSON()`` of a browser's PublicKeyCredential gives."""
        response = dict(data["response"])
        if "transports" in response:
            response["transports"] = [t for t in response["transports"] if t in _TRANSPORTS]
        return cls(data["id"], {**data, "response": response})


@dataclass(frozen=True, slots=True)
class Dismissed:
    """The user has refused, did not answer, or has no passkey: browsers do not say which."""

    status: ClassVar[Literal["DISMISSED"]] = "DISMISSED"


@dataclass(frozen=True, slots=True)
class Aborted:
    """Another prompt of this page has replaced this one."""

    status: ClassVar[Literal["ABORTED"]] = "ABORTED"


@dataclass(frozen=True, slots=True)
class AlreadyRegistered:
    """The device already has a passkey of this user."""

    status: ClassVar[Literal["AUTHENTICATOR_ALREADY_REGISTERED"]] = (
        "AUTHENTICATOR_ALREADY_REGISTERED"
    )


@dataclass(frozen=True, slots=True)
class NotSupported:
    """Passkeys cannot be used here; ``reason`` says why, for developers."""

    status: ClassVar[Literal["WEBAUTHN_NOT_SUPPORTED"]] = "WEBAUTHN_NOT_SUPPORTED"
    reason: str


@dataclass(frozen=True, slots=True)
class WrongRelyingParty:
    """The backend's passkeys are for another site than the page's, or for no single site.

    Set ``relying_party_id`` of the backend's recipe to the page's host or to a parent domain.
    """

    status: ClassVar[Literal["WRONG_RELYING_PARTY"]] = "WRONG_RELYING_PARTY"
    rp_id: str
    page_host: str


@dataclass(frozen=True, slots=True)
class Supported:
    """Passkeys can be used here.

    ``platform``: the device itself stores them. ``autofill``: the browser offers them in forms.
    """

    status: ClassVar[Literal["OK"]] = "OK"
    platform: bool
    autofill: bool


# ---- the backend's answers to a credential -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InvalidCredentials(Plain):
    """The backend does not accept the passkey.

    It is unknown or was removed, the options have expired, or the page's origin is not the
    backend's expected one: the backend does not say which.
    """

    status: ClassVar[Literal["INVALID_CREDENTIALS_ERROR"]] = "INVALID_CREDENTIALS_ERROR"


@dataclass(frozen=True, slots=True)
class InvalidAuthenticator:
    """The backend does not accept passkeys of this kind."""

    status: ClassVar[Literal["INVALID_AUTHENTICATOR_ERROR"]] = "INVALID_AUTHENTICATOR_ERROR"
    reason: str

    @classmethod
    def read(cls, body: Body) -> InvalidAuthenticator:
        """Read it from a response."""
        return cls(body.text("reason", ""))


@dataclass(frozen=True, slots=True)
class EmailExists(Plain):
    """Another user signs in with a passkey and this address."""

    status: ClassVar[Literal["EMAIL_ALREADY_EXISTS_ERROR"]] = "EMAIL_ALREADY_EXISTS_ERROR"


@dataclass(frozen=True, slots=True)
class CredentialAdded(Plain):
    """The session's user has another passkey."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class NeedsLinking:
    """The session's user did not sign in with a passkey.

    Another login method must be created and linked: use ``add_credential(link=True)``. The
    backend's account linking must allow it.
    """

    status: ClassVar[Literal["NEEDS_LINKING"]] = "NEEDS_LINKING"


@dataclass(frozen=True, slots=True)
class CredentialRemoved(Plain):
    """The passkey is no longer valid. The device may still show it."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class CredentialNotFound(Plain):
    """The session's user has no such passkey."""

    status: ClassVar[Literal["CREDENTIAL_NOT_FOUND_ERROR"]] = "CREDENTIAL_NOT_FOUND_ERROR"


@dataclass(frozen=True, slots=True)
class RecoveryEmailSent(Plain):
    """If a user has this address, an e-mail was sent: the API does not say which."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class AccountRecovered(Plain):
    """The new passkey is valid. This does not sign the user in."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of the user's; ``created_at`` is in milliseconds since the epoch."""

    credential_id: str
    relying_party_id: str
    recipe_user_id: str
    created_at: int

    @classmethod
    def read(cls, body: Body) -> Passkey:
        """Read it from a response."""
        return cls(
            body.text("webauthnCredentialId"),
            body.text("relyingPartyId"),
            body.text("recipeUserId"),
            body.number("createdAt"),
        )


# ---- unions --------------------------------------------------------------------------------------

PromptFailure = Dismissed | Aborted | AlreadyRegistered | NotSupported | WrongRelyingParty
PromptResult = Credential | PromptFailure
RegisterOptionsResult = RegisterOptions | InvalidEmail | InvalidOptions
RecoveryOptionsResult = RegisterOptions | InvalidToken | InvalidOptions
SignInOptionsResult = SignInOptions | InvalidOptions
_Refusal = InvalidCredentials | OptionsNotFound | InvalidOptions | InvalidAuthenticator
SignUpResult = SignedIn | NotAllowed | EmailExists | _Refusal
SignInWithResult = SignedIn | NotAllowed | InvalidCredentials
RegisterResult = SignUpResult | InvalidEmail | PromptFailure
SignInResult = SignInWithResult | InvalidOptions | PromptFailure
RegisterCredentialResult = CredentialAdded | NotAllowed | _Refusal
AddResult = RegisterCredentialResult | NeedsLinking | EmailExists | InvalidEmail | PromptFailure
RemoveResult = CredentialRemoved | CredentialNotFound
SendRecoveryResult = RecoveryEmailSent | NotAllowed
SubmitRecoveryResult = AccountRecovered | InvalidToken | _Refusal
RecoverResult = SubmitRecoveryResult | PromptFailure
