"""A backend's access to sessions: the JWT, the tenant, payloads, all sessions."""

import asyncio
import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, HTTPException
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.asyncio import (
    get_all_session_handles_for_user,
    get_session_information,
    merge_into_access_token_payload,
    revoke_session,
)
from supertokens_python.recipe.session.constants import protected_props
from supertokens_python.recipe.session.framework.fastapi import verify_session
from supertokens_python.recipe.session.interfaces import SessionInformationResult

router = APIRouter(prefix="/api")

CurrentSession = Annotated[SessionContainer, Depends(verify_session())]
# The SDK adds the issuer to every payload.
OWNED_CLAIMS = {*protected_props, "iss"}
TENANT_ID = re.compile(r"[A-Za-z0-9-]+")


def _kept_as_it_is(update: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    """A payload that fits into JSON. Python also reads NaN, 1e999 and lone surrogates."""
    try:
        json.dumps(update, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        reason = "the payload has a number or a text that JSON cannot hold"
        raise HTTPException(400, {"reason": reason}) from None
    if taken := sorted(update.keys() & OWNED_CLAIMS):
        raise HTTPException(400, {"reason": f"SuperTokens owns the claims {', '.join(taken)}"})
    return update


PayloadUpdate = Annotated[dict[str, Any], Depends(_kept_as_it_is)]


@router.get("/jwt")
async def access_token(session: CurrentSession) -> dict[str, str]:
    return {"token": session.get_access_token()}


@router.get("/tenant")
async def tenant(session: CurrentSession) -> dict[str, str]:
    return {"tenantId": session.get_tenant_id()}


@router.get("/sessions")
async def sessions(session: CurrentSession, tenant: str | None = None) -> dict[str, Any]:
    """All sessions of the user, for all tenants or one, the newest first."""
    if tenant is not None and not TENANT_ID.fullmatch(tenant):
        raise HTTPException(
            400, {"reason": "a tenant's id consists of letters, digits and hyphens"}
        )
    try:
        handles = await get_all_session_handles_for_user(session.get_user_id(), tenant_id=tenant)
    except Exception as error:
        if not _is_refusal(error):
            raise
        raise HTTPException(400, {"reason": "there is no such tenant"}) from error
    found = await asyncio.gather(*(get_session_information(handle) for handle in handles))
    # A session may have been revoked between the two calls.
    infos = sorted((i for i in found if i), key=lambda i: i.time_created, reverse=True)
    return {"sessions": [_description(info, session) for info in infos]}


def _description(info: SessionInformationResult, current: SessionContainer) -> dict[str, Any]:
    return {
        "handle": info.session_handle,
        "tenantId": info.tenant_id,
        "created": info.time_created,
        "expiry": info.expiry,
        "current": info.session_handle == current.get_handle(),
        "payload": info.custom_claims_in_access_token_payload,
    }


async def _own(handle: str, session: SessionContainer) -> SessionInformationResult:
    """The session with this handle if it is the user's; others are treated as unknown."""
    try:
        info = await get_session_information(handle)
    except Exception as error:
        # A handle may name an unknown tenant.
        if not _is_refusal(error):
            raise
        info = None
    if info is None or info.user_id != session.get_user_id():
        raise HTTPException(404, {"reason": "you have no such session"})
    return info


@router.post("/sessions/{handle}/revoke")
async def revoke(handle: str, session: CurrentSession) -> dict[str, bool]:
    await _own(handle, session)
    return {"revoked": await revoke_session(handle)}


@router.get("/sessions/{handle}/payload")
async def read_payload(handle: str, session: CurrentSession) -> dict[str, Any]:
    info = await _own(handle, session)
    return {"payload": info.custom_claims_in_access_token_payload}


@router.post("/sessions/{handle}/payload")
async def change_payload(
    handle: str, session: CurrentSession, update: PayloadUpdate
) -> dict[str, Any]:
    """Merge into the payload of any own session; null removes. Its next refresh returns it."""
    await _own(handle, session)
    await merge_into_access_token_payload(handle, update)
    return await read_payload(handle, session)


@router.post("/payload")
async def change_current_payload(session: CurrentSession, update: PayloadUpdate) -> dict[str, Any]:
    """Merge into the payload of this session; the response has a new access token."""
    await session.merge_into_access_token_payload(update)
    return {"payload": session.get_access_token_payload()}


def _is_refusal(error: Exception) -> bool:
    """Whether the core refused the call as unsupported; the SDK has no class for that."""
    return "status code: 400" in str(error)
