# --8<-- [start:step4-command]
"""Give a user a role: python give_role.py ann@example.com editor"""

import asyncio
import sys

from supertokens_python.asyncio import list_users_by_account_info
from supertokens_python.recipe.userroles.asyncio import (
    add_role_to_user,
    create_new_role_or_add_permissions,
)
from supertokens_python.types.base import AccountInfoInput

import backend  # noqa: F401  it initialises SuperTokens


async def give_role(email: str, role: str) -> None:
    await create_new_role_or_add_permissions(role, [])
    users = await list_users_by_account_info("public", AccountInfoInput(email=email))
    for user in users:
        await add_role_to_user("public", user.id, role)
    print(f"{email}: {role}" if users else f"No user has the address {email}.")


if __name__ == "__main__":
    asyncio.run(give_role(*sys.argv[1:]))
# --8<-- [end:step4-command]
