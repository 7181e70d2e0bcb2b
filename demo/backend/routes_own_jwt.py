"""The tenant of a session without the SDK: verify the JWT, read its `tId` claim."""

from fastapi import APIRouter, HTTPException, Request

from demo.backend.jwt_verification import (
    JwtVerifier,
    KeysUnavailableError,
    TokenRejectedError,
    find_token,
)


def own_jwt_router(verifier: JwtVerifier) -> APIRouter:
    router = APIRouter(prefix="/api")

    # Not async: FastAPI then runs it in a thread, and fetching keys may block.
    @router.get("/tenant-from-jwt")
    def tenant_from_jwt(request: Request) -> dict[str, str]:
        try:
            claims = verifier.claims(find_token(request))
        except TokenRejectedError as error:
            raise HTTPException(401, {"reason": str(error)}) from error
        except KeysUnavailableError as error:
            raise HTTPException(503, {"reason": str(error)}) from error
        return {"tenantId": claims["tId"], "userId": claims["sub"]}

    return router
