"""Whether what an authenticator has made fits the options, by py_webauthn."""

from collections.abc import Mapping
from typing import Any

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_authenticator_data,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticationCredential, RegistrationCredential

from demo.local_core.errors import Refusal
from demo.local_core.webauthn_credentials import Credential
from demo.local_core.webauthn_options import Options


def verify_registration(
    credential: Mapping[str, Any], options: Options, now: int
) -> tuple[bytes, int]:
    """The public key and the counter of a new passkey."""
    parsed = _registration(credential)
    _require_alive(options, now)
    try:
        verified = webauthn.verify_registration_response(
            credential=parsed,
            expected_challenge=base64url_to_bytes(options.challenge),
            expected_rp_id=options.relying_party_id,
            expected_origin=options.origin,
            require_user_presence=options.user_presence,
            require_user_verification=options.user_verification == "required",
        )
    except WebAuthnException as error:
        raise _wrong(error) from None
    return verified.credential_public_key, verified.sign_count


def verify_authentication(
    given: Mapping[str, Any], options: Options, credential: Credential, now: int
) -> int:
    """The counter of a passkey that has signed what it should."""
    parsed = _authentication(given)
    _require_alive(options, now)
    try:
        verified = webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=base64url_to_bytes(options.challenge),
            expected_rp_id=options.relying_party_id,
            expected_origin=options.origin,
            credential_public_key=credential.public_key,
            credential_current_sign_count=credential.counter,
            require_user_verification=options.user_verification == "required",
        )
    except WebAuthnException as error:
        raise _wrong(error) from None
    return verified.new_sign_count


def credential_id_of(credential: Mapping[str, Any]) -> str:
    """The id by which a passkey is kept."""
    credential_id = credential.get("id")
    if not isinstance(credential_id, str) or not credential_id:
        raise _malformed("id is missing")
    return credential_id


def _registration(credential: Mapping[str, Any]) -> RegistrationCredential:
    try:
        parsed = parse_registration_credential_json(dict(credential))
        parse_client_data_json(parsed.response.client_data_json)
        parse_attestation_object(parsed.response.attestation_object)
    except Exception as error:  # any error of the parsers of foreign bytes
        raise _malformed(str(error)) from None
    return parsed


def _authentication(credential: Mapping[str, Any]) -> AuthenticationCredential:
    try:
        parsed = parse_authentication_credential_json(dict(credential))
        parse_client_data_json(parsed.response.client_data_json)
        parse_authenticator_data(parsed.response.authenticator_data)
    except Exception as error:  # any error of the parsers of foreign bytes
        raise _malformed(str(error)) from None
    return parsed


def _require_alive(options: Options, now: int) -> None:
    if options.expires_at < now:
        raise Refusal("INVALID_OPTIONS_ERROR", reason="Options expired")


def _malformed(reason: str) -> Refusal:
    return Refusal("INVALID_CREDENTIALS_ERROR", reason=reason)


def _wrong(error: Exception) -> Refusal:
    return Refusal("INVALID_AUTHENTICATOR_ERROR", reason=str(error))
