"""What sdk_python.py can do about signing in without a password."""

import re
from typing import Any

from supertokens_python.asyncio import list_users_by_account_info
from supertokens_python.recipe import multifactorauth, webauthn
from supertokens_python.recipe import passwordless as passwordless_recipe
from supertokens_python.recipe import thirdparty as thirdparty_recipe
from supertokens_python.recipe import totp as totp_recipe
from supertokens_python.recipe.multitenancy import asyncio as tenants
from supertokens_python.recipe.passwordless import ContactEmailOrPhoneConfig
from supertokens_python.recipe.passwordless import asyncio as codes
from supertokens_python.recipe.thirdparty import asyncio as third_parties
from supertokens_python.recipe.thirdparty.interfaces import (
    ManuallyCreateOrUpdateUserOkResult,
)
from supertokens_python.recipe.thirdparty.provider import ProviderClientConfig, ProviderConfig
from supertokens_python.recipe.totp import asyncio as totps
from supertokens_python.recipe.webauthn.interfaces.recipe import (
    AuthenticationPayload,
    RegistrationPayload,
)
from supertokens_python.types import RecipeUserId
from supertokens_python.types.base import AccountInfoInput

# Not for all tests: second factors change what is in a session, and when it is looked up.
RECIPES = [
    passwordless_recipe.init(ContactEmailOrPhoneConfig(), "USER_INPUT_CODE_AND_MAGIC_LINK"),
    thirdparty_recipe.init(),
    # TOTP does nothing without it.
    multifactorauth.init(),
    totp_recipe.init(),
    webauthn.init(),
]


_OPERATION = re.compile(
    "ConsumeCode|CheckCode|CreateNewCodeForDevice|ManuallyCreateOrUpdateUser|UpdateUser"
)


def _status(response: Any) -> str:
    known = getattr(response, "status", None)
    if known is not None:
        return known
    # Responses whose status the SDK does not keep: ConsumeCodeRestartFlowError, ...OkResult.
    name = _OPERATION.sub("", type(response).__name__).removesuffix("Result")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def _login(response: Any) -> dict[str, Any]:
    user = getattr(response, "user", None)
    return {"status": _status(response), "user": user and user.to_json()}


async def users_by(tenant: str, email: str | None, phone: str | None) -> Any:
    info = AccountInfoInput(email=email, phone_number=phone)
    return [user.id for user in await list_users_by_account_info(tenant, info)]


async def create_code(tenant: str, email: str | None, phone: str | None) -> Any:
    made = await codes.create_code(tenant, email, phone)
    return {
        "preAuthSessionId": made.pre_auth_session_id,
        "deviceId": made.device_id,
        "code": made.user_input_code,
        "linkCode": made.link_code,
    }


async def new_code(tenant: str, device_id: str) -> Any:
    response = await codes.create_new_code_for_device(tenant, device_id)
    return [_status(response), getattr(response, "user_input_code", None)]


async def check_code(tenant: str, attempt: Any, code: str) -> Any:
    ids = attempt["preAuthSessionId"], code, attempt["deviceId"]
    return _status(await codes.check_code(tenant, *ids))


async def consume_code(tenant: str, attempt: Any, code: str) -> Any:
    ids = attempt["preAuthSessionId"], code, attempt["deviceId"]
    response = await codes.consume_code(tenant, *ids)
    failed = getattr(response, "failed_code_input_attempt_count", None)
    return {**_login(response), "failed": failed}


async def consume_link(tenant: str, attempt: Any) -> Any:
    ids = {"link_code": attempt["linkCode"], "pre_auth_session_id": attempt["preAuthSessionId"]}
    return _login(await codes.consume_code(tenant, **ids))


async def count_attempts(tenant: str, email: str) -> Any:
    return len(await codes.list_codes_by_email(tenant, email))


async def revoke_codes(tenant: str, email: str) -> Any:
    await codes.revoke_all_codes(tenant, email)


async def update_contact(user_id: str, email: str | None, phone: str | None) -> Any:
    return _status(await codes.update_user(RecipeUserId(user_id), email, phone))


async def third_party_user(tenant: str, user: str, email: str, verified: bool) -> Any:
    response = await third_parties.manually_create_or_update_user(
        tenant, "google", user, email, verified
    )
    created = isinstance(response, ManuallyCreateOrUpdateUserOkResult) and (
        response.created_new_recipe_user
    )
    return {**_login(response), "created": created}


async def put_provider(tenant: str, client_id: str) -> Any:
    config = ProviderConfig("google", clients=[ProviderClientConfig(client_id)])
    return (await tenants.create_or_update_third_party_config(tenant, config)).created_new


async def delete_provider(tenant: str) -> Any:
    return (await tenants.delete_third_party_config(tenant, "google")).did_config_exist


async def client_ids(tenant: str) -> Any:
    found = await tenants.get_tenant(tenant)
    assert found is not None
    providers = found.third_party_providers
    return [client.client_id for one in providers for client in one.clients or []]


async def create_totp_device(user_id: str, name: str | None) -> Any:
    made = await totps.create_device(user_id, "a@example.com", name)
    return {"name": made.device_name, "secret": made.secret}


async def verify_totp_device(tenant: str, user_id: str, name: str, code: str) -> Any:
    return _status(await totps.verify_device(tenant, user_id, name, code))


async def verify_totp(tenant: str, user_id: str, code: str) -> Any:
    return _status(await totps.verify_totp(tenant, user_id, code))


async def rename_totp_device(user_id: str, old: str, new: str) -> Any:
    return _status(await totps.update_device(user_id, old, new))


async def totp_devices(user_id: str) -> Any:
    return [[one.name, one.verified] for one in (await totps.list_devices(user_id)).devices]


async def remove_totp_device(user_id: str, name: str) -> Any:
    return (await totps.remove_device(user_id, name)).did_device_exist


_PARTY = {
    "relying_party_id": "localhost",
    "relying_party_name": "Shop",
    "origin": "http://localhost:3000",
}


def _options(response: Any) -> Any:
    return [response.webauthn_generated_options_id, response.challenge]


async def passkey_register_options(tenant: str, email: str) -> Any:
    return _options(await webauthn.register_options(tenant_id=tenant, email=email, **_PARTY))


async def passkey_sign_in_options(tenant: str) -> Any:
    return _options(await webauthn.sign_in_options(tenant_id=tenant, **_PARTY))


async def passkey_sign_up(tenant: str, options_id: str, credential: Any) -> Any:
    payload = RegistrationPayload.from_json(credential)
    return _login(
        await webauthn.sign_up(
            tenant_id=tenant, webauthn_generated_options_id=options_id, credential=payload
        )
    )


async def passkey_sign_in(tenant: str, options_id: str, credential: Any) -> Any:
    payload = AuthenticationPayload.from_json(credential)
    return _login(
        await webauthn.sign_in(
            tenant_id=tenant, webauthn_generated_options_id=options_id, credential=payload
        )
    )


async def passkeys(user_id: str) -> Any:
    found = await webauthn.list_credentials(recipe_user_id=user_id)
    return [one.webauthn_credential_id for one in found.credentials]


async def remove_passkey(user_id: str, credential_id: str) -> Any:
    ids = {"recipe_user_id": user_id, "webauthn_credential_id": credential_id}
    return _status(await webauthn.remove_credential(**ids))


async def recovery_token(tenant: str, user_id: str, email: str) -> Any:
    response = await webauthn.generate_recover_account_token(
        tenant_id=tenant, user_id=user_id, email=email
    )
    return getattr(response, "token", None)


async def user_of_recovery_token(tenant: str, token: str) -> Any:
    response = await webauthn.get_user_from_recover_account_token(tenant_id=tenant, token=token)
    return _login(response)


async def use_recovery_token(tenant: str, token: str) -> Any:
    return _status(await webauthn.consume_recover_account_token(tenant_id=tenant, token=token))
