"""The identities of users, and the users with the same identity."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from demo.local_core.errors import Refusal
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.users import THIRDPARTY, LoginMethod, ThirdParty, User, find_user


class _KindFacts(NamedTuple):
    condition: str
    # In messages.
    name: str
    taken: str


class Kind(Enum):
    """The kinds of what users are known by."""

    EMAIL = _KindFacts("email = ?", "email", "EMAIL_ALREADY_EXISTS_ERROR")
    PHONE_NUMBER = _KindFacts(
        "phone_number = ?", "phone number", "PHONE_NUMBER_ALREADY_EXISTS_ERROR"
    )
    THIRD_PARTY = _KindFacts(
        "third_party_id = ? AND third_party_user_id = ?",
        "third party login",
        "THIRD_PARTY_USER_ALREADY_EXISTS_ERROR",
    )


@dataclass(frozen=True)
class Identity:
    """An address, a phone number or an account at a provider."""

    kind: Kind
    values: tuple[str, ...]

    @classmethod
    def of_email(cls, email: str) -> "Identity":
        """The identity that is an address."""
        return cls(Kind.EMAIL, (email,))

    @classmethod
    def of_phone_number(cls, phone_number: str) -> "Identity":
        """The identity that is a phone number."""
        return cls(Kind.PHONE_NUMBER, (phone_number,))

    @classmethod
    def of_third_party(cls, account: ThirdParty) -> "Identity":
        """The identity that is an account at a provider."""
        return cls(Kind.THIRD_PARTY, (account.provider_id, account.user_id))

    def is_of(self, method: LoginMethod) -> bool:
        """Whether the login method has it."""
        return self in identities(method)

    def is_unique_in(self, recipe: str) -> bool:
        """Whether only one login method of the recipe may have it in a tenant."""
        # Two accounts elsewhere may have one address.
        return not (recipe == THIRDPARTY and self.kind is Kind.EMAIL)


def identities(*methods: LoginMethod) -> list[Identity]:
    """All that login methods are known by."""
    found: list[Identity] = []
    for method in methods:
        if method.email is not None:
            found.append(Identity.of_email(method.email))
        if method.phone_number is not None:
            found.append(Identity.of_phone_number(method.phone_number))
        if method.third_party is not None:
            found.append(Identity.of_third_party(method.third_party))
    return list(dict.fromkeys(found))


def users_by(tx: Transaction, ref: TenantRef, identity: Identity) -> list[User]:
    """The users who can log in to the tenant with it, the oldest first."""
    rows = tx.rows(
        "SELECT recipe_user_id FROM users JOIN user_tenants USING (app_id, recipe_user_id)"
        f" WHERE app_id = ? AND tenant_id = ? AND {identity.kind.value.condition}"
        " ORDER BY joined_at, users.rowid",
        ref.app,
        ref.tenant,
        *identity.values,
    )
    found = (find_user(tx, ref.app, row["recipe_user_id"]) for row in rows)
    return list({user.user_id: user for user in found if user}.values())


def login_method_by(
    tx: Transaction, ref: TenantRef, recipe: str, identity: Identity
) -> tuple[User, LoginMethod] | None:
    """The login method of the recipe that has it in the tenant, with its user."""
    for user in users_by(tx, ref, identity):
        for method in user.methods:
            ours = method.recipe == recipe and ref.tenant in method.tenant_ids
            if ours and identity.is_of(method):
                return user, method
    return None


def require_free(tx: Transaction, ref: TenantRef, method: LoginMethod) -> None:
    """Refuse a login method if another of its recipe is known by the same in the tenant."""
    for identity in identities(method):
        if not identity.is_unique_in(method.recipe):
            continue
        found = login_method_by(tx, ref, method.recipe, identity)
        if found and found[1].recipe_user_id != method.recipe_user_id:
            raise Refusal(identity.kind.value.taken)


def other_primary_user(
    tx: Transaction,
    app: str,
    wanted: Iterable[Identity],
    tenants: Iterable[str],
    user_id: str,
) -> tuple[User, Identity] | None:
    """A primary user other than this one who is known by one of these in one of the tenants.

    In no tenant two of them may be known by the same. Every login method counts: a user is in a
    tenant with all of them, whichever logs in there.
    """
    others = [
        (find_user(tx, app, row["primary_user_id"]), identity)
        for identity in wanted
        for row in tx.rows(
            "SELECT primary_user_id FROM users"
            f" WHERE app_id = ? AND {identity.kind.value.condition}"
            " AND primary_user_id NOT NULL AND primary_user_id != ? ORDER BY rowid",
            app,
            *identity.values,
            user_id,
        )
    ]
    for tenant in tenants:
        for other, identity in others:
            if other and tenant in other.tenant_ids:
                return other, identity
    return None
