"""The tenants of the demo."""

from supertokens_python.recipe.multitenancy.asyncio import create_or_update_tenant
from supertokens_python.recipe.multitenancy.interfaces import TenantConfigCreateOrUpdate

from demo.backend.errors import StartError

# Every core has it from the start.
DEFAULT = "public"
SECOND = "acme"
# Requires a one-time password after every sign-in.
SECURE = "secure"


async def ensure_tenants(features: frozenset[str]) -> tuple[str, ...]:
    """Create the tenants that the core's licence allows; return them."""
    if "multi_tenancy" not in features:
        return (DEFAULT,)
    configs = {SECOND: TenantConfigCreateOrUpdate(first_factors=["emailpassword"])}
    if "mfa" in features:
        configs[SECURE] = TenantConfigCreateOrUpdate(
            first_factors=["emailpassword", "thirdparty", "webauthn"],
            required_secondary_factors=["totp"],
        )
    for tenant, config in configs.items():
        try:
            await create_or_update_tenant(tenant, config)
        except Exception as error:  # the SDK has no narrower class for the core's errors
            raise StartError(f"The core refuses to make a tenant. {error}") from error
    return (DEFAULT, *configs)
