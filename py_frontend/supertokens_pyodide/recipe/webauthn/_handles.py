"""User handles of passkeys, with which a browser learns a user's current passkeys."""

from __future__ import annotations

from collections.abc import Sequence

from .._page import Attempts
from ._prompt import passkeys_for
from ._results import Credential, PromptFailure

# Seconds.
_A_YEAR = 365 * 86400

_handles = Attempts("local", "supertokens-pyodide-passkeys")


def remember(credential: Credential, rp_id: str, user_handle: str | None) -> None:
    """Store the user's handle from a passkey that was made or used here."""
    if user_handle:
        _handles.keep(credential.id, {"rpId": rp_id, "userHandle": user_handle}, _A_YEAR)


def is_known(credential_id: str) -> bool:
    """Whether a passkey was made or used in this browser."""
    return _handles.get(credential_id) is not None


async def signal_accepted(removed_id: str, credential_ids: Sequence[str]) -> None:
    """Report the remaining passkeys to the browser after one was removed."""
    known = _handles.get(removed_id)
    _handles.forget(removed_id)
    if known is None:
        return
    rp_id, user_handle = known.get("rpId"), known.get("userHandle")
    passkeys = passkeys_for(rp_id)
    if isinstance(passkeys, PromptFailure) or not isinstance(user_handle, str):
        return
    await passkeys.signal_accepted(str(rp_id), user_handle, credential_ids)
