"""Data of the user's own that are worth some work: a year of made-up orders."""

import random
from typing import Annotated, Any

from fastapi import APIRouter, Path

from demo.backend.routes_session_data import CurrentSession

router = APIRouter(prefix="/api")


@router.get("/orders/{month}")
async def orders(
    month: Annotated[int, Path(ge=1, le=12)], session: CurrentSession
) -> dict[str, Any]:
    """What each order of a month came to; the same each time, and others for other users."""
    chance = random.Random(f"{session.get_user_id()} {month}")
    count = chance.randint(400, 600)
    return {
        "month": month,
        "amounts": [round(chance.lognormvariate(3.5, 0.6), 2) for _ in range(count)],
    }
