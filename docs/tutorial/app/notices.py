# --8<-- [start:step3-read]
"""The notices: everybody who is signed in may read them."""

from typing import Annotated

from fastapi import APIRouter, Depends
# --8<-- [start:step4-import]
from pydantic import BaseModel
# --8<-- [end:step4-import]
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.framework.fastapi import verify_session
# --8<-- [start:step4-claim]
from supertokens_python.recipe.userroles import UserRoleClaim
# --8<-- [end:step4-claim]

SignedIn = Annotated[SessionContainer, Depends(verify_session())]

router = APIRouter(prefix="/api")
notices = ["Welcome to the notice board."]


@router.get("/notices")
async def read(session: SignedIn) -> list[str]:
    return notices
# --8<-- [end:step3-read]
# --8<-- [start:step4-post]


async def editor(session: SignedIn) -> SessionContainer:
    """The session of an editor: a new role counts at once, and so does one that is taken away."""
    await session.fetch_and_set_claim(UserRoleClaim)
    await session.assert_claims([UserRoleClaim.validators.includes("editor")])
    return session


class Notice(BaseModel):
    text: str


@router.post("/notices")
async def post(notice: Notice, session: Annotated[SessionContainer, Depends(editor)]) -> None:
    notices.append(notice.text)
# --8<-- [end:step4-post]
