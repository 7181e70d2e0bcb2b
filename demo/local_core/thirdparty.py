"""Logging in with an account at a provider."""

import uuid

from demo.local_core.core import Core
from demo.local_core.errors import Refusal
from demo.local_core.identities import Identity, login_method_by, other_primary_user
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.users import (
    THIRDPARTY,
    LoginMethod,
    ThirdParty,
    User,
    add_login_method,
    known_user,
    mark_verified,
    set_email,
)


def sign_in_up(
    core: Core, tx: Transaction, ref: TenantRef, account: ThirdParty, email: str, *, verified: bool
) -> tuple[User, str, bool]:
    """Log in the user with that account; returns the user, the login method and if it is new."""
    found = login_method_by(tx, ref, THIRDPARTY, Identity.of_third_party(account))
    if found:
        user, method = found
        recipe_user_id = method.recipe_user_id
        if method.email != email:
            _require_no_rival(tx, ref.app, user, email)
            set_email(tx, ref.app, recipe_user_id, email)
    else:
        recipe_user_id = str(uuid.uuid4())
        method = LoginMethod(
            recipe_user_id, THIRDPARTY, core.now(), email=email, third_party=account
        )
        add_login_method(tx, ref, method)
    if verified:
        mark_verified(tx, ref.app, recipe_user_id, email)
    return known_user(tx, ref.app, recipe_user_id), recipe_user_id, not found


def _require_no_rival(tx: Transaction, app: str, user: User, email: str) -> None:
    if not user.is_primary:
        return
    wanted = [Identity.of_email(email)]
    if other_primary_user(tx, app, wanted, user.tenant_ids, user.user_id):
        raise Refusal(
            "EMAIL_CHANGE_NOT_ALLOWED_ERROR",
            reason="Email already associated with another primary user.",
        )
