"""The tenants that the demo offers."""

import sys

from supertokens_python.recipe.multitenancy.asyncio import create_or_update_tenant
from supertokens_python.recipe.multitenancy.interfaces import TenantConfigCreateOrUpdate

from demo.backend.errors import StartError

# Every core has it from the start.
DEFAULT = "public"
SECOND = "acme"
# Asks everybody for a one-time password after the sign-in.
SECURE = "secure"


async def ensure_tenants() -> tuple[str, ...]:
    """Create the second tenant unless it is there, and return all tenants that can be used."""
    try:
        await create_or_update_tenant(
            SECOND, TenantConfigCreateOrUpdate(first_factors=["emailpassword"])
        )
        await create_or_update_tenant(
            SECURE,
            TenantConfigCreateOrUpdate(
                first_factors=["emailpassword", "thirdparty", "webauthn"],
                required_secondary_factors=["totp"],
            ),
        )
    except Exception as error:  # the SDK has no narrower one for what a core answers
        # A core of SuperTokens makes tenants only with a licence key that allows it.
        if "status code: 402" not in str(error):
            raise StartError(f"The core refuses to make a tenant. {error}") from error
        print(f"No tenant {SECOND}: the core's licence does not allow tenants.", file=sys.stderr)
        return (DEFAULT,)
    return (DEFAULT, SECOND)
