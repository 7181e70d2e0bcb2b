"""Results that several recipes have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from ._body import Body
from ._user import User

__all__ = ["FieldErrors", "NotAllowed", "SessionOutcome", "SignedIn"]

_CODE = re.compile(r"\((ERR_CODE_\d+)\)")


class Plain:
    """A result without data."""

    __slots__ = ()

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read it from a response."""
        return cls()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOutcome:
    """Whether a call has changed the session.

    ``session_changed``: there is a new session now.
    ``user_changed``: another user than before is signed in now.
    """

    session_changed: bool = False
    user_changed: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn(SessionOutcome):
    """The user is signed in. ``created``: the login method is new, as after a sign-up."""

    status: ClassVar[Literal["OK"]] = "OK"
    user: User
    created: bool

    @classmethod
    def read(cls, body: Body) -> SignedIn:
        """Read it from a response that says whether the login method is new."""
        created = body.flag("createdNewRecipeUser", body.flag("createdNewUser", False))
        return cls(User.read(body.part("user")), created)

    @classmethod
    def read_new(cls, body: Body) -> SignedIn:
        """Read it from a sign-up's response."""
        return cls(User.read(body.part("user")), True)


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """The backend's validators refuse fields; ``errors`` has its messages by the field's id.

    If an address is taken, that is an error of the field ``email``; it has no status of its own.
    """

    status: ClassVar[Literal["FIELD_ERROR"]] = "FIELD_ERROR"
    errors: dict[str, str]

    @classmethod
    def read(cls, body: Body) -> FieldErrors:
        """Read it from a response."""
        return cls({one.text("id"): one.text("error") for one in body.parts("formFields")})


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The backend's rules forbid it; ``reason`` is its sentence, which ends with the code.

    ``code`` is for instance ``"ERR_CODE_008"``, or None if the reason has none. docs/sign_in.md
    lists the codes, with their meaning and what to do.
    """

    reason: str
    code: str | None
    status: Literal[
        "SIGN_UP_NOT_ALLOWED",
        "SIGN_IN_NOT_ALLOWED",
        "SIGN_IN_UP_NOT_ALLOWED",
        "PASSWORD_RESET_NOT_ALLOWED",
        "RECOVER_ACCOUNT_NOT_ALLOWED",
        "REGISTER_CREDENTIAL_NOT_ALLOWED",
    ]

    @classmethod
    def read(cls, body: Body) -> NotAllowed:
        """Read it from a response."""
        reason = body.text("reason", "")
        found = _CODE.search(reason)
        return cls(reason, found[1] if found else None, body.raw("status"))
