# --8<-- [start:step5-route]
"""The second factor: users choose whether they want one."""

from fastapi import APIRouter
from supertokens_python.recipe.multifactorauth.asyncio import (
    add_to_required_secondary_factors_for_user,
)

from notices import SignedIn

router = APIRouter(prefix="/api")


@router.post("/second-factor")
async def require(session: SignedIn) -> None:
    """From now on the user's sessions need a code of an authenticator app."""
    await add_to_required_secondary_factors_for_user(session.get_user_id(), "totp")
# --8<-- [end:step5-route]
