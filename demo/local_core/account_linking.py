"""Primary users, and the linking of other users to them.

A user becomes primary by carrying its own id as primary one. A linked user carries another's.
"""

from demo.local_core.core import Core
from demo.local_core.emailpassword import add_to_tenant
from demo.local_core.errors import BadRequest, Refusal
from demo.local_core.scope import TenantRef
from demo.local_core.session_store import handles_of_users, remove_sessions
from demo.local_core.storage import Transaction
from demo.local_core.users import User, find_user, other_primary_user, remove_user, users_by_email


def make_primary(tx: Transaction, app: str, user_id: str, *, only_check: bool) -> tuple[User, bool]:
    """Let others be linked to a user; returns the user and whether it was primary before."""
    user = _known(tx, app, user_id)
    if user.is_primary:
        if user.user_id != user_id:
            raise Refusal(
                "RECIPE_USER_ID_ALREADY_LINKED_WITH_PRIMARY_USER_ID_ERROR",
                primaryUserId=user.user_id,
                description="This user ID is already linked to another user ID",
            )
        return user, True
    _require_free_emails(tx, app, user, user)
    if not only_check:
        _set_primary(tx, app, user_id, user_id)
        user = _known(tx, app, user_id)
    return user, False


def link_accounts(
    core: Core, tx: Transaction, app: str, user_id: str, primary_id: str, *, only_check: bool
) -> tuple[User, bool]:
    """Make a user one with a primary user; returns that and whether they were linked before."""
    primary = _known(tx, app, primary_id)
    if not primary.is_primary:
        raise Refusal("INPUT_USER_IS_NOT_A_PRIMARY_USER")
    user = _known(tx, app, user_id)
    if user.is_primary:
        if user.user_id == primary.user_id:
            return primary, True
        refusal = Refusal(
            "RECIPE_USER_ID_ALREADY_LINKED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR",
            primaryUserId=user.user_id,
            description="The input recipe user ID is already linked to another user ID",
        )
        if not only_check:
            refusal.reply["user"] = user.reply()
        raise refusal
    _require_free_emails(tx, app, user, primary)
    if not only_check:
        _set_primary(tx, app, user_id, primary.user_id)
        # Whoever holds them knows the user by the old id.
        remove_sessions(tx, app, handles_of_users(core, tx, app, [user_id], tenant=None))
        primary = _known(tx, app, primary.user_id)
    return primary, False


def unlink_account(core: Core, tx: Transaction, app: str, user_id: str) -> tuple[bool, bool]:
    """Undo the linking; returns whether the user is gone by that, and whether it was linked."""
    user = _known(tx, app, user_id)
    if not user.is_primary:
        return False, False
    remove_sessions(tx, app, handles_of_users(core, tx, app, [user_id], tenant=None))
    if user.user_id == user_id and len(user.methods) > 1:
        # The others keep this id, so the login method cannot go on under it.
        remove_user(tx, app, user_id, with_linked=False)
        return True, True
    _set_primary(tx, app, user_id, None)
    return False, True


def associate_user(tx: Transaction, ref: TenantRef, recipe_user_id: str) -> bool:
    """Let a user log in to one more tenant; returns whether that was so before."""
    user = find_user(tx, ref.app, recipe_user_id)
    method = next(
        (one for one in user.methods if one.recipe_user_id == recipe_user_id) if user else iter(()),
        None,
    )
    if user is None or method is None:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    if ref.tenant in method.tenant_ids:
        return True
    # By another login method of the same kind, in which case it matters not who is primary.
    emails = user.emails if user.is_primary else [method.email]
    for email in emails:
        for other in users_by_email(tx, ref, email):
            if email == method.email or (other.is_primary and other.user_id != user.user_id):
                raise Refusal("EMAIL_ALREADY_EXISTS_ERROR")
    if user.is_primary:
        rival = other_primary_user(tx, ref.app, emails, [ref.tenant], user.user_id)
        if rival:
            raise Refusal(
                "ASSOCIATION_NOT_ALLOWED_ERROR",
                reason=f"Another primary user with email already exists: {rival.user_id}",
            )
    add_to_tenant(tx, ref, recipe_user_id, method.email)
    return False


def disassociate_user(core: Core, tx: Transaction, ref: TenantRef, recipe_user_id: str) -> bool:
    """Keep a user from logging in to a tenant; returns whether it could before."""
    handles = handles_of_users(core, tx, ref.app, [recipe_user_id], ref.tenant)
    remove_sessions(tx, ref.app, handles)
    removed = tx.run(
        "DELETE FROM user_tenants WHERE app_id = ? AND tenant_id = ? AND recipe_user_id = ?",
        ref.app,
        ref.tenant,
        recipe_user_id,
    )
    return removed > 0


def _known(tx: Transaction, app: str, user_id: str) -> User:
    user = find_user(tx, app, user_id)
    if user is None:
        raise BadRequest("Unknown user ID provided")
    return user


def _require_free_emails(tx: Transaction, app: str, user: User, primary: User) -> None:
    """Refuse a link by which a tenant came to have two primary users with the same address."""
    # Each brings its addresses into the tenants of the other.
    emails = dict.fromkeys([*user.emails, *primary.emails])
    tenants = [*user.tenant_ids, *primary.tenant_ids]
    rival = other_primary_user(tx, app, emails, tenants, primary.user_id)
    if rival:
        raise Refusal(
            "ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR",
            primaryUserId=rival.user_id,
            description="This user's email is already associated with another user ID",
        )


def _set_primary(tx: Transaction, app: str, user_id: str, primary_id: str | None) -> None:
    tx.run(
        "UPDATE users SET primary_user_id = ? WHERE app_id = ? AND recipe_user_id = ?",
        primary_id,
        app,
        user_id,
    )
