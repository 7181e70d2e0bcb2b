"""Primary users, and the linking of other users to them.

A user becomes primary by carrying its own id as primary one. A linked user carries another's.
"""

from demo.local_core.core import Core
from demo.local_core.errors import BadRequest, Refusal
from demo.local_core.identities import identities, other_primary_user, require_free, users_by
from demo.local_core.scope import TenantRef
from demo.local_core.session_store import handles_of_users, remove_sessions
from demo.local_core.storage import Transaction
from demo.local_core.user_removal import remove_user
from demo.local_core.users import LoginMethod, User, add_to_tenant, find_user


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
    _require_no_rival(tx, app, user, user)
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
            refusal.response["user"] = user.as_json()
        raise refusal
    _require_no_rival(tx, app, user, primary)
    if not only_check:
        _set_primary(tx, app, user_id, primary.user_id)
        # Their holders know the user by the old id.
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
        # The others keep this id, so the login method cannot keep it.
        remove_user(tx, app, user_id, with_linked=False)
        return True, True
    _set_primary(tx, app, user_id, None)
    return False, True


def associate_user(tx: Transaction, ref: TenantRef, recipe_user_id: str) -> bool:
    """Let a user log in to one more tenant; returns whether that was so before."""
    user = find_user(tx, ref.app, recipe_user_id)
    method = user.method(recipe_user_id) if user else None
    if user is None or method is None:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    if ref.tenant in method.tenant_ids:
        return True
    require_free(tx, ref, method)
    if user.is_primary:
        _require_no_rival_in(tx, ref, user)
    add_to_tenant(tx, ref, recipe_user_id)
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


def _require_no_rival_in(tx: Transaction, ref: TenantRef, user: User) -> None:
    """Refuse a primary user whom the tenant would know by the same as another one."""
    for identity in identities(*user.methods):
        for other in users_by(tx, ref, identity):
            if not other.is_primary or other.user_id == user.user_id:
                continue
            alike = {one.recipe for one in user.methods if identity.is_of(one)}
            if any(identity.is_of(one) and one.recipe in alike for one in other.methods):
                raise Refusal(identity.kind.value.taken)
    rival = other_primary_user(tx, ref.app, identities(*user.methods), [ref.tenant], user.user_id)
    if rival:
        other, identity = rival
        raise Refusal(
            "ASSOCIATION_NOT_ALLOWED_ERROR",
            reason=f"Another primary user with {identity.kind.value.name} already exists: "
            f"{other.user_id}",
        )


def _require_no_rival(tx: Transaction, app: str, user: User, primary: User) -> None:
    """Refuse a link by which a tenant came to know two primary users by the same."""
    # Each brings what it is known by into the tenants of the other.
    methods: list[LoginMethod] = [*user.methods, *primary.methods]
    tenants = [*user.tenant_ids, *primary.tenant_ids]
    rival = other_primary_user(tx, app, identities(*methods), tenants, primary.user_id)
    if rival:
        other, identity = rival
        raise Refusal(
            "ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR",
            primaryUserId=other.user_id,
            description=f"This user's {identity.kind.value.name} is already associated with "
            "another user ID",
        )


def _set_primary(tx: Transaction, app: str, user_id: str, primary_id: str | None) -> None:
    tx.run(
        "UPDATE users SET primary_user_id = ? WHERE app_id = ? AND recipe_user_id = ?",
        primary_id,
        app,
        user_id,
    )
