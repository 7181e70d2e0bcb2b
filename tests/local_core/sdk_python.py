"""supertokens-python in a process of its own, with commands on stdin.

Each line of stdin is a JSON array, an operation and its arguments. Each line of stdout is an object
with either the `result` or the name of the `error`. sdk_node.cjs understands the same operations.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI
from supertokens_python import InputAppInfo, SupertokensConfig, init
from supertokens_python import asyncio as supertokens
from supertokens_python.framework.fastapi import get_middleware
from supertokens_python.recipe import (
    emailpassword,
    emailverification,
    jwt,
    multitenancy,
    session,
    usermetadata,
    userroles,
)
from supertokens_python.recipe.accountlinking import asyncio as linking
from supertokens_python.recipe.emailpassword import asyncio as passwords
from supertokens_python.recipe.emailpassword.interfaces import UnknownUserIdError
from supertokens_python.recipe.emailverification import asyncio as verification
from supertokens_python.recipe.emailverification.interfaces import (
    VerifyEmailUsingTokenInvalidTokenError,
)
from supertokens_python.recipe.jwt import asyncio as jwts
from supertokens_python.recipe.multitenancy import asyncio as tenants
from supertokens_python.recipe.multitenancy.interfaces import TenantConfigCreateOrUpdate
from supertokens_python.recipe.session import SessionContainer
from supertokens_python.recipe.session import asyncio as sessions
from supertokens_python.recipe.session import exceptions as session_errors
from supertokens_python.recipe.session.framework.fastapi import verify_session
from supertokens_python.recipe.usermetadata import asyncio as metadata
from supertokens_python.recipe.userroles import asyncio as roles
from supertokens_python.recipe.userroles.interfaces import UnknownRoleError
from supertokens_python.types import RecipeUserId
from supertokens_python.types.base import AccountInfoInput

from tests.local_core import sdk_python_sign_in

ERRORS = {
    session_errors.TokenTheftError: "TOKEN_THEFT_DETECTED",
    session_errors.TryRefreshTokenError: "TRY_REFRESH_TOKEN",
    session_errors.UnauthorisedError: "UNAUTHORISED",
}


def tokens(container: SessionContainer) -> dict[str, Any]:
    given = container.get_all_session_tokens_dangerously()
    return {
        "handle": container.get_handle(),
        "userId": container.get_user_id(),
        "recipeUserId": container.get_recipe_user_id().get_as_string(),
        "tenantId": container.get_tenant_id(),
        "payload": container.get_access_token_payload(),
        "accessToken": given["accessToken"],
        "refreshToken": given["refreshToken"],
        "antiCsrfToken": given["antiCsrfToken"],
        "isNew": given["accessAndFrontTokenUpdated"],
    }


def user_response(user: Any) -> dict[str, Any] | None:
    return user and user.to_json()


# Responses whose status the SDK does not keep.
STATUSES = {
    UnknownUserIdError: "UNKNOWN_USER_ID_ERROR",
    UnknownRoleError: "UNKNOWN_ROLE_ERROR",
    VerifyEmailUsingTokenInvalidTokenError: "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR",
}


def status(response: Any) -> str:
    known = getattr(response, "status", None) or STATUSES.get(type(response))
    if known is None and not type(response).__name__.endswith("OkResult"):
        raise TypeError(f"what does {type(response).__name__} mean?")
    return known or "OK"


async def sign_up(tenant: str, email: str, password: str) -> Any:
    response = await passwords.sign_up(tenant, email, password)
    return {"status": status(response), "user": user_response(getattr(response, "user", None))}


async def sign_in(tenant: str, email: str, password: str) -> Any:
    response = await passwords.sign_in(tenant, email, password)
    return {"status": status(response), "user": user_response(getattr(response, "user", None))}


async def get_user(user_id: str) -> Any:
    return user_response(await supertokens.get_user(user_id))


async def users_by_email(tenant: str, email: str) -> Any:
    users = await supertokens.list_users_by_account_info(tenant, AccountInfoInput(email=email))
    return [user_response(user) for user in users]


async def list_users(tenant: str, limit: int, page: str | None) -> Any:
    found = await supertokens.get_users_newest_first(tenant, limit, page)
    return [[user.id for user in found.users], found.next_pagination_token]


async def count_users() -> Any:
    return await supertokens.get_user_count()


async def delete_user(user_id: str) -> Any:
    await supertokens.delete_user(user_id)


async def update_user(user_id: str, email: str | None, password: str | None) -> Any:
    return status(await passwords.update_email_or_password(RecipeUserId(user_id), email, password))


async def create_reset_token(tenant: str, user_id: str, email: str) -> Any:
    response = await passwords.create_reset_password_token(tenant, user_id, email)
    return getattr(response, "token", None)


async def reset_password(tenant: str, token: str, password: str) -> Any:
    return status(await passwords.reset_password_using_token(tenant, token, password))


async def create_session(tenant: str, user_id: str, payload: Any, data: Any) -> Any:
    return tokens(
        await sessions.create_new_session_without_request_response(
            tenant, RecipeUserId(user_id), payload, data
        )
    )


async def get_session(access_token: str, anti_csrf: str | None, check_database: bool) -> Any:
    found = await sessions.get_session_without_request_response(
        access_token, anti_csrf, check_database=check_database
    )
    return found and tokens(found)


async def refresh_session(refresh_token: str, anti_csrf: str | None) -> Any:
    return tokens(
        await sessions.refresh_session_without_request_response(refresh_token, False, anti_csrf)
    )


async def session_information(handle: str) -> Any:
    found = await sessions.get_session_information(handle)
    return found and {
        "userId": found.user_id,
        "tenantId": found.tenant_id,
        "payload": found.custom_claims_in_access_token_payload,
        "data": found.session_data_in_database,
    }


async def merge_into_payload(handle: str, update: Any) -> Any:
    return await sessions.merge_into_access_token_payload(handle, update)


async def merge_into_session(access_token: str, anti_csrf: str | None, update: Any) -> Any:
    found = await sessions.get_session_without_request_response(access_token, anti_csrf)
    assert found is not None
    await found.merge_into_access_token_payload(update)
    return tokens(found)


async def update_session_data(handle: str, data: Any) -> Any:
    return await sessions.update_session_data_in_database(handle, data)


async def session_handles(user_id: str, tenant: str | None) -> Any:
    return await sessions.get_all_session_handles_for_user(user_id, True, tenant)


async def revoke_session(handle: str) -> Any:
    return await sessions.revoke_session(handle)


async def revoke_all_sessions(user_id: str, tenant: str | None) -> Any:
    return await sessions.revoke_all_sessions_for_user(user_id, True, tenant)


async def put_tenant(tenant: str, factors: list[str], config: Any) -> Any:
    response = await tenants.create_or_update_tenant(
        tenant, TenantConfigCreateOrUpdate(first_factors=factors, core_config=config)
    )
    return response.created_new


async def get_tenant(tenant: str) -> Any:
    found = await tenants.get_tenant(tenant)
    return found and [found.tenant_id, found.first_factors, found.core_config]


async def list_tenants() -> Any:
    return [tenant.tenant_id for tenant in (await tenants.list_all_tenants()).tenants]


async def delete_tenant(tenant: str) -> Any:
    return (await tenants.delete_tenant(tenant)).did_exist


async def associate_user(tenant: str, user_id: str) -> Any:
    return status(await tenants.associate_user_to_tenant(tenant, RecipeUserId(user_id)))


async def disassociate_user(tenant: str, user_id: str) -> Any:
    response = await tenants.disassociate_user_from_tenant(tenant, RecipeUserId(user_id))
    return response.was_associated


async def create_role(role: str, permissions: list[str]) -> Any:
    return (await roles.create_new_role_or_add_permissions(role, permissions)).created_new_role


async def add_role(tenant: str, user_id: str, role: str) -> Any:
    return status(await roles.add_role_to_user(tenant, user_id, role))


async def remove_role(tenant: str, user_id: str, role: str) -> Any:
    return status(await roles.remove_user_role(tenant, user_id, role))


async def delete_role(role: str) -> Any:
    return (await roles.delete_role(role)).did_role_exist


async def remove_permissions(role: str, permissions: list[str]) -> Any:
    return status(await roles.remove_permissions_from_role(role, permissions))


async def roles_of_user(tenant: str, user_id: str) -> Any:
    return (await roles.get_roles_for_user(tenant, user_id)).roles


async def users_with_role(tenant: str, role: str) -> Any:
    return getattr(await roles.get_users_that_have_role(tenant, role), "users", None)


async def permissions_of_role(role: str) -> Any:
    return getattr(await roles.get_permissions_for_role(role), "permissions", None)


async def roles_with_permission(permission: str) -> Any:
    return (await roles.get_roles_that_have_permission(permission)).roles


async def all_roles() -> Any:
    return (await roles.get_all_roles()).roles


async def get_metadata(user_id: str) -> Any:
    return (await metadata.get_user_metadata(user_id)).metadata


async def update_metadata(user_id: str, update: Any) -> Any:
    return (await metadata.update_user_metadata(user_id, update)).metadata


async def clear_metadata(user_id: str) -> Any:
    await metadata.clear_user_metadata(user_id)


async def create_verification_token(tenant: str, user_id: str) -> Any:
    response = await verification.create_email_verification_token(tenant, RecipeUserId(user_id))
    return getattr(response, "token", None)


async def verify_email(tenant: str, token: str) -> Any:
    return status(await verification.verify_email_using_token(tenant, token))


async def is_email_verified(user_id: str) -> Any:
    return await verification.is_email_verified(RecipeUserId(user_id))


async def unverify_email(user_id: str) -> Any:
    await verification.unverify_email(RecipeUserId(user_id))


async def revoke_verification_tokens(tenant: str, user_id: str) -> Any:
    await verification.revoke_email_verification_tokens(tenant, RecipeUserId(user_id))


async def make_primary(user_id: str) -> Any:
    return status(await linking.create_primary_user(RecipeUserId(user_id)))


async def may_be_primary(user_id: str) -> Any:
    return status(await linking.can_create_primary_user(RecipeUserId(user_id)))


async def link_accounts(user_id: str, primary_id: str) -> Any:
    return status(await linking.link_accounts(RecipeUserId(user_id), primary_id))


async def may_link_accounts(user_id: str, primary_id: str) -> Any:
    return status(await linking.can_link_accounts(RecipeUserId(user_id), primary_id))


async def unlink_account(user_id: str) -> Any:
    return (await linking.unlink_account(RecipeUserId(user_id))).was_linked


async def create_jwt(payload: Any, validity: int, static: bool) -> Any:
    return getattr(await jwts.create_jwt(payload, validity, static), "jwt", None)


async def key_ids() -> Any:
    return [key.kid for key in (await jwts.get_jwks()).keys]


async def has_user_id_mapping(user_id: str) -> Any:
    response = await supertokens.get_user_id_mapping(user_id)
    return hasattr(response, "external_user_id")


async def serve() -> Any:
    """Run a backend with the SDK's own APIs; returns its port."""
    app = FastAPI()
    app.add_middleware(get_middleware())

    @app.get("/who")
    async def who(found: SessionContainer = Depends(verify_session())) -> str:  # noqa: B008 - FastAPI's way
        return found.get_user_id()

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    background.append(asyncio.create_task(server.serve([listener])))
    return listener.getsockname()[1]


background: list[asyncio.Task[None]] = []
OPERATIONS: dict[str, Callable[..., Awaitable[Any]]] = {
    name: value
    for name, value in [*globals().items(), *vars(sdk_python_sign_in).items()]
    if asyncio.iscoroutinefunction(value)
    and value.__module__ in (__name__, sdk_python_sign_in.__name__)
}


async def answer(line: str) -> dict[str, Any]:
    operation, *arguments = json.loads(line)
    try:
        return {"result": await OPERATIONS[operation](*arguments)}
    except tuple(ERRORS) as error:
        return {"error": ERRORS[type(error)]}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


async def main(core: str, sign_in: bool) -> None:
    init(
        app_info=InputAppInfo(
            app_name="test", api_domain="http://localhost", website_domain="http://localhost"
        ),
        supertokens_config=SupertokensConfig(connection_uri=core),
        framework="fastapi",
        mode="asgi",
        telemetry=False,
        recipe_list=[
            session.init(anti_csrf="VIA_TOKEN"),
            emailpassword.init(),
            emailverification.init(mode="OPTIONAL"),
            multitenancy.init(),
            usermetadata.init(),
            userroles.init(),
            jwt.init(),
            *(sdk_python_sign_in.RECIPES if sign_in else []),
        ],
    )
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await answer(line)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], "--sign-in" in sys.argv))
