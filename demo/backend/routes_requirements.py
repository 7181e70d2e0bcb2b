"""Endpoints that require more than a session."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from supertokens_python.recipe.emailverification import EmailVerificationClaim
from supertokens_python.recipe.emailverification.recipe import EmailVerificationClaimValidators
from supertokens_python.recipe.multifactorauth.asyncio import (
    add_to_required_secondary_factors_for_user,
    remove_from_required_secondary_factors_for_user,
)
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session.framework.fastapi import verify_session
from supertokens_python.recipe.session.interfaces import SessionClaimValidator
from supertokens_python.recipe.userroles import PermissionClaim, UserRoleClaim
from supertokens_python.recipe.userroles.asyncio import (
    add_role_to_user,
    create_new_role_or_add_permissions,
    remove_user_role,
)

from demo.backend.routes_session_data import CurrentSession

ROLE = "editor"
PERMISSION = "publish"

router = APIRouter(prefix="/api")
#: Only with a core whose licence includes second factors.
factors = APIRouter(prefix="/api")


def _with_verified_email(
    validators: list[SessionClaimValidator], _session: SessionContainer, _context: dict[str, Any]
) -> list[SessionClaimValidator]:
    # The SDK's types are incomplete here.
    claim = cast(EmailVerificationClaimValidators, EmailVerificationClaim.validators)
    # First: a page that repairs one claim after the other begins with the address.
    return [claim.is_verified(), *validators]


def _with_role(
    validators: list[SessionClaimValidator], _session: SessionContainer, _context: dict[str, Any]
) -> list[SessionClaimValidator]:
    return [
        *validators,
        UserRoleClaim.validators.includes(ROLE),
        PermissionClaim.validators.includes(PERMISSION),
    ]


def _with_all(
    validators: list[SessionClaimValidator], session: SessionContainer, context: dict[str, Any]
) -> list[SessionClaimValidator]:
    return _with_role(_with_verified_email(validators, session, context), session, context)


Verified = Annotated[
    SessionContainer,
    Depends(verify_session(override_global_claim_validators=_with_verified_email)),
]
Editor = Annotated[
    SessionContainer, Depends(verify_session(override_global_claim_validators=_with_role))
]
VerifiedEditor = Annotated[
    SessionContainer, Depends(verify_session(override_global_claim_validators=_with_all))
]


@router.get("/needs-verified-email")
async def needs_verified_email(session: Verified) -> dict[str, str]:
    return {"message": "the address is verified", "userId": session.get_user_id()}


@router.get("/needs-role")
async def needs_role(session: Editor) -> dict[str, str]:
    return {"message": f"the user is {ROLE}", "userId": session.get_user_id()}


@router.get("/needs-all")
async def needs_all(session: VerifiedEditor) -> dict[str, str]:
    """A tenant that requires second factors requires them here, too."""
    return {"message": "all is in order", "userId": session.get_user_id()}


# For sessions that still lack a second factor.
AnySession = Annotated[
    SessionContainer, Depends(verify_session(override_global_claim_validators=lambda *_: []))
]


@router.post("/take-role")
async def take_role(session: AnySession) -> dict[str, Any]:
    """Give the user the role; a demo asks no administrator."""
    await create_new_role_or_add_permissions(ROLE, [PERMISSION])
    await add_role_to_user(session.get_tenant_id(), session.get_user_id(), ROLE)
    return await _with_fresh_roles(session)


@router.post("/drop-role")
async def drop_role(session: AnySession) -> dict[str, Any]:
    await remove_user_role(session.get_tenant_id(), session.get_user_id(), ROLE)
    return await _with_fresh_roles(session)


class SecondFactor(BaseModel):
    """A second factor that the user wants."""

    factor: Literal["totp", "otp-email", "otp-phone", "emailpassword", "webauthn"]


@factors.post("/require-factor")
async def require_factor(session: CurrentSession, wanted: SecondFactor) -> dict[str, Any]:
    """Ask this user for a second factor from now on; `PUT /auth/mfa/info` updates the session."""
    await add_to_required_secondary_factors_for_user(session.get_user_id(), wanted.factor)
    return {}


@factors.post("/spare-factor")
async def spare_factor(session: CurrentSession, wanted: SecondFactor) -> dict[str, Any]:
    await remove_from_required_secondary_factors_for_user(session.get_user_id(), wanted.factor)
    return {}


async def _with_fresh_roles(session: SessionContainer) -> dict[str, Any]:
    await session.fetch_and_set_claim(UserRoleClaim)
    await session.fetch_and_set_claim(PermissionClaim)
    return {"payload": session.get_access_token_payload()}
