"""Removing users with all that belongs to them."""

from demo.local_core.storage import Transaction
from demo.local_core.users import find_user

# Tables with what belongs to one login method. What else does goes with its row in `users`.
_OF_METHOD = ("verified_emails", "email_verification_tokens")
# Tables with what belongs to a user as a whole.
_OF_USER = (
    "user_metadata",
    "user_roles",
    "totp_devices",
    "totp_used_codes",
    "webauthn_recovery_tokens",
)


def remove_user(tx: Transaction, app: str, user_id: str, *, with_linked: bool) -> None:
    """Remove a user with all login methods, or one login method alone."""
    user = find_user(tx, app, user_id)
    if user is None:
        return
    gone = [user_id]
    if with_linked:
        ids = [user.user_id, *(method.recipe_user_id for method in user.methods)]
        gone = list(dict.fromkeys(ids))
    # A primary user's data stays for as long as a login method is left.
    stays = not with_linked and user.user_id == user_id and len(user.methods) > 1
    for one in gone:
        if method := user.method(one):
            _remove_codes(tx, app, method.email, method.phone_number)
        tx.run("DELETE FROM users WHERE app_id = ? AND recipe_user_id = ?", app, one)
        tx.run("DELETE FROM sessions WHERE app_id = ? AND recipe_user_id = ?", app, one)
        for table in (*_OF_METHOD, *(() if stays else _OF_USER)):
            tx.run(f"DELETE FROM {table} WHERE app_id = ? AND user_id = ?", app, one)


def _remove_codes(tx: Transaction, app: str, email: str | None, phone_number: str | None) -> None:
    tx.run(
        "DELETE FROM passwordless_devices WHERE app_id = ? AND (email = ? OR phone_number = ?)",
        app,
        email,
        phone_number,
    )
