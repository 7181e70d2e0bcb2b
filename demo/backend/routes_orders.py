"""Data of the user for a long computation: a year of invented orders."""

import random
from typing import Annotated, Any

from fastapi import APIRouter, Path

from demo.backend.routes_session_data import CurrentSession

router = APIRouter(prefix="/api")


@router.get("/orders/{month}")
async def orders(
    month: Annotated[int, Path(ge=1, le=12)], session: CurrentSession
) -> dict[str, Any]:
    """The amounts of a month's orders; the same each time, and different for other users."""
    chance = random.Random(f"{session.get_user_id()} {month}")
    count = chance.randint(400, 600)
    return {
        "month": month,
        "amounts": [round(chance.lognormvariate(3.5, 0.6), 2) for _ in range(count)],
    }
