"""The user in responses of the API."""

from __future__ import annotations

from dataclasses import dataclass

from ._body import Body

__all__ = ["LoginMethod", "ThirdPartyUser", "User"]


@dataclass(frozen=True, slots=True)
class ThirdPartyUser:
    """An account at a provider: the provider's id, and the user's id there."""

    id: str
    user_id: str

    @classmethod
    def read(cls, body: Body) -> ThirdPartyUser:
        """Read it from a response."""
        return cls(body.text("id"), body.text("userId"))


@dataclass(frozen=True, slots=True)
class LoginMethod:
    """One way in which a user can sign in.

    ``verified`` is whether its address or number is verified. ``time_joined`` is in milliseconds
    since the epoch.
    """

    recipe_id: str
    recipe_user_id: str
    tenant_ids: tuple[str, ...]
    time_joined: int
    verified: bool
    email: str | None = None
    phone_number: str | None = None
    third_party: ThirdPartyUser | None = None
    credential_ids: tuple[str, ...] = ()

    @classmethod
    def read(cls, body: Body) -> LoginMethod:
        """Read it from a response."""
        return cls(
            recipe_id=body.text("recipeId"),
            recipe_user_id=body.text("recipeUserId"),
            tenant_ids=body.texts("tenantIds"),
            time_joined=body.number("timeJoined"),
            verified=body.flag("verified"),
            email=body.text("email") if "email" in body else None,
            phone_number=body.text("phoneNumber") if "phoneNumber" in body else None,
            third_party=_third_party(body),
            credential_ids=_credential_ids(body),
        )


@dataclass(frozen=True, slots=True)
class User:
    """A user. ``credential_ids`` are those of passkeys; ``time_joined`` is in milliseconds.

    Backends without account linking return no login methods.
    """

    id: str
    emails: tuple[str, ...]
    phone_numbers: tuple[str, ...]
    third_parties: tuple[ThirdPartyUser, ...]
    credential_ids: tuple[str, ...]
    login_methods: tuple[LoginMethod, ...]
    tenant_ids: tuple[str, ...]
    time_joined: int
    is_primary: bool = False

    @classmethod
    def read(cls, body: Body) -> User:
        """Read it from a response, also in the form of FDI 1.17 to 2.0."""
        is_flat = "emails" not in body and "loginMethods" not in body
        email = (body.text("email"),) if is_flat and "email" in body else body.texts("emails")
        phone = (body.text("phoneNumber"),) if is_flat and "phoneNumber" in body else ()
        return cls(
            id=body.text("id"),
            emails=email,
            phone_numbers=phone or body.texts("phoneNumbers"),
            third_parties=_third_parties(body, is_flat),
            credential_ids=_credential_ids(body),
            login_methods=tuple(map(LoginMethod.read, body.parts("loginMethods"))),
            tenant_ids=body.texts("tenantIds"),
            time_joined=body.number("timeJoined"),
            is_primary=body.flag("isPrimaryUser", False),
        )

    @property
    def verified_emails(self) -> frozenset[str]:
        """The addresses that one of the login methods has verified."""
        return frozenset(one.email for one in self.login_methods if one.verified and one.email)


def _third_party(body: Body) -> ThirdPartyUser | None:
    return ThirdPartyUser.read(body.part("thirdParty")) if "thirdParty" in body else None


def _third_parties(body: Body, is_flat: bool) -> tuple[ThirdPartyUser, ...]:
    if is_flat:
        one = _third_party(body)
        return () if one is None else (one,)
    return tuple(map(ThirdPartyUser.read, body.parts("thirdParty")))


def _credential_ids(body: Body) -> tuple[str, ...]:
    return body.part("webauthn").texts("credentialIds") if "webauthn" in body else ()
