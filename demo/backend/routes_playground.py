"""Endpoints with all kinds of answers that a session must handle."""

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.framework.fastapi import verify_session
from supertokens_python.recipe.session.interfaces import SessionClaimValidator

from demo.backend.routes_session_data import CurrentSession
from demo.backend.sdk import TERMS

router = APIRouter(prefix="/api")


@router.get("/public")
async def public() -> dict[str, str]:
    return {"message": "open to everybody"}


async def _session_of(request: Request, check_database: bool = False) -> SessionContainer:
    """The session; with check_database a revoked one is refused at once, not at its refresh."""
    session = await verify_session(check_database=check_database)(request)
    assert session is not None
    return session


@router.get("/protected")
async def protected(session: Annotated[SessionContainer, Depends(_session_of)]) -> dict[str, Any]:
    payload = session.get_access_token_payload()
    return {
        "userId": session.get_user_id(),
        "tenantId": session.get_tenant_id(),
        "sessionHandle": session.get_handle(),
        "tokenExpiry": payload["exp"],
    }


@router.get("/always-401")
async def always_401() -> JSONResponse:
    """A backend that refuses every token, also new ones."""
    return JSONResponse({"message": "unauthorised, whatever you do"}, status_code=401)


def _with_terms(
    validators: list[SessionClaimValidator], _session: SessionContainer, _context: dict[str, Any]
) -> list[SessionClaimValidator]:
    return [*validators, TERMS.validators.has_value(True)]


@router.get("/needs-claim")
async def needs_claim(
    session: Annotated[
        SessionContainer, Depends(verify_session(override_global_claim_validators=_with_terms))
    ],
) -> dict[str, Any]:
    return {"message": "the terms are accepted", "userId": session.get_user_id()}


@router.post("/accept-terms")
async def accept_terms(session: CurrentSession) -> dict[str, Any]:
    await session.set_claim_value(TERMS, True)
    return {"payload": session.get_access_token_payload()}


@router.post("/echo")
async def echo(request: Request, session: CurrentSession) -> dict[str, Any]:
    """Return what arrived, so that a client can see whether a repeated body is whole."""
    body = await request.body()
    return {
        "contentType": request.headers.get("content-type"),
        "length": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "body": body.decode("utf-8", errors="replace"),
    }
