"""Logging in with passkeys."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from demo.local_core.core import Core
from demo.local_core.errors import Refusal
from demo.local_core.identities import Identity, other_primary_user, require_free
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.users import (
    WEBAUTHN,
    LoginMethod,
    User,
    add_login_method,
    known_user,
    set_email,
)
from demo.local_core.webauthn_credentials import (
    Credential,
    add_credential,
    find_credential,
    require_webauthn_user,
    set_counter,
    users_with,
)
from demo.local_core.webauthn_options import Options, find_options
from demo.local_core.webauthn_verification import (
    credential_id_of,
    verify_authentication,
    verify_registration,
)


def sign_up(
    core: Core, tx: Transaction, ref: TenantRef, options_id: str, given: Mapping[str, Any]
) -> tuple[User, Credential, Options]:
    """Create a user who logs in with a new passkey."""
    options = find_options(tx, ref, options_id)
    recipe_user_id = str(uuid.uuid4())
    credential = _verified(core, options, recipe_user_id, given)
    method = LoginMethod(recipe_user_id, WEBAUTHN, core.now(), email=options.email)
    require_free(tx, ref, method)
    add_login_method(tx, ref, method)
    add_credential(tx, ref.app, credential)
    return known_user(tx, ref.app, recipe_user_id), credential, options


def sign_in(
    core: Core, tx: Transaction, ref: TenantRef, options_id: str, given: Mapping[str, Any]
) -> tuple[User, str]:
    """Log in the user with that passkey; returns the user and the id of the login method."""
    options = find_options(tx, ref, options_id)
    credential_id = credential_id_of(given)
    credential = find_credential(tx, ref.app, options.relying_party_id, credential_id)
    counter = verify_authentication(given, options, credential, core.now())
    set_counter(tx, ref.app, credential, counter)
    found = users_with(tx, ref, credential_id)
    if not found:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    return found[0], credential.recipe_user_id


def register_credential(
    core: Core,
    tx: Transaction,
    ref: TenantRef,
    recipe_user_id: str,
    options_id: str,
    given: Mapping[str, Any],
) -> tuple[Credential, Options]:
    """Give a user one more passkey."""
    options = find_options(tx, ref, options_id)
    credential = _verified(core, options, recipe_user_id, given)
    require_webauthn_user(tx, ref.app, recipe_user_id)
    add_credential(tx, ref.app, credential)
    return credential, options


def update_email(tx: Transaction, ref: TenantRef, recipe_user_id: str, email: str) -> None:
    """Change the address of a user who logs in with passkeys."""
    user, method = require_webauthn_user(tx, ref.app, recipe_user_id)
    for tenant in method.tenant_ids:
        require_free(tx, ref.sibling(tenant), replace(method, email=email))
    wanted = [Identity.of_email(email)]
    if user.is_primary and other_primary_user(tx, ref.app, wanted, user.tenant_ids, user.user_id):
        raise Refusal("USER_WITH_EMAIL_ALREADY_EXISTS_ERROR")
    set_email(tx, ref.app, recipe_user_id, email)


def _verified(
    core: Core, options: Options, recipe_user_id: str, given: Mapping[str, Any]
) -> Credential:
    credential_id = credential_id_of(given)
    public_key, counter = verify_registration(given, options, core.now())
    if options.email is None:
        raise Refusal("INVALID_OPTIONS_ERROR", reason="Options of a sign-in make no passkey")
    return Credential(
        relying_party_id=options.relying_party_id,
        credential_id=credential_id,
        recipe_user_id=recipe_user_id,
        public_key=public_key,
        counter=counter,
        created_at=core.now(),
    )
