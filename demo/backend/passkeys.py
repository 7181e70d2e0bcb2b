"""Passkeys in tenants other than `public`.

supertokens-python 0.31.4 registers a further passkey, and one that recovers an account, without
naming the tenant. The core then looks for the options in `public` and does not find them.
"""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from supertokens_python.normalised_url_path import NormalisedURLPath
from supertokens_python.querier import Querier
from supertokens_python.recipe.webauthn import APIInterface, RecipeInterface, WebauthnOverrideConfig
from supertokens_python.recipe.webauthn.recipe_implementation import RecipeImplementation

_TENANT = "tenant of the passkey"


class _TenantsQuerier:
    """Sends requests to the core that name a tenant."""

    def __init__(self, querier: Querier, tenant_id: str) -> None:
        self._querier = querier
        self._tenant_id = tenant_id

    async def send_post_request(
        self, path: NormalisedURLPath, data: dict[str, Any] | None, user_context: dict[str, Any]
    ) -> dict[str, Any]:
        full = NormalisedURLPath(f"/{self._tenant_id}{path.get_as_string_dangerous()}")
        return await self._querier.send_post_request(full, data, user_context)


def _functions(original: RecipeInterface) -> RecipeInterface:
    sdk = cast(RecipeImplementation, original)

    async def register_credential(*, user_context: dict[str, Any], **arguments: Any) -> Any:
        querier = _TenantsQuerier(sdk.querier, user_context.get(_TENANT, "public"))
        own = RecipeImplementation(querier=cast(Querier, querier), config=sdk.config)
        return await own.register_credential(**arguments, user_context=user_context)

    # An override assigns: the SDK means it so, and mypy cannot know.
    original.register_credential = register_credential  # type: ignore[method-assign]
    return original


def _naming_the_tenant(post: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def named(*, tenant_id: str, user_context: dict[str, Any], **arguments: Any) -> Any:
        context = {**user_context, _TENANT: tenant_id}
        return await post(tenant_id=tenant_id, user_context=context, **arguments)

    return named


def _apis(original: APIInterface) -> APIInterface:
    for name in ("recover_account_post", "register_credential_post"):
        setattr(original, name, _naming_the_tenant(getattr(original, name)))
    return original


#: An override that names the tenant.
NAMING_THE_TENANT = WebauthnOverrideConfig(functions=_functions, apis=_apis)
