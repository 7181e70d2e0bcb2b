"""The names of the core's settings, what may be chosen for whom, and the defaults.

Names, units and defaults are those of the core's own configuration. Most mean nothing to this core,
which keeps them all the same: an app that sets them here may set them there.
"""

from collections.abc import Mapping
from typing import Any

#: The settings that this core obeys.
DEFAULTS: Mapping[str, float] = {
    "access_token_validity": 3600,  # seconds
    "refresh_token_validity": 60 * 2400,  # minutes
    "access_token_dynamic_signing_key_update_interval": 168,  # hours
    "password_reset_token_lifetime": 3600000,  # milliseconds
    "email_verification_token_lifetime": 24 * 3600 * 1000,  # milliseconds
    "passwordless_max_code_input_attempts": 5,
    "passwordless_code_lifetime": 900000,  # milliseconds
    "totp_max_attempts": 5,
    "totp_rate_limit_cooldown_sec": 900,  # seconds
    "webauthn_recover_account_token_lifetime": 3600000,  # milliseconds
}

#: All tenants of an app have the same value of these. In the order in which the core checks them.
SAME_IN_APP: Mapping[str, Any] = {
    "access_token_validity": DEFAULTS["access_token_validity"],
    "access_token_blacklisting": False,
    "refresh_token_validity": DEFAULTS["refresh_token_validity"],
    "access_token_signing_key_dynamic": True,
    "access_token_dynamic_signing_key_update_interval": DEFAULTS[
        "access_token_dynamic_signing_key_update_interval"
    ],
    "api_keys": None,
    "disable_telemetry": False,
    "password_hashing_alg": "BCRYPT",
    "firebase_password_hashing_signer_key": None,
    "oauth_provider_public_service_url": None,
    "oauth_provider_admin_service_url": None,
    "oauth_provider_consent_login_base_url": None,
    "oauth_provider_url_configured_in_oauth_provider": None,
    "supertokens_max_cdi_version": None,
    "bulk_migration_batch_size": 8000,
    "webauthn_recover_account_token_lifetime": DEFAULTS["webauthn_recover_account_token_lifetime"],
}

#: A tenant may have its own value of these.
PER_TENANT = (
    "password_reset_token_lifetime",
    "email_verification_token_lifetime",
    "passwordless_max_code_input_attempts",
    "passwordless_code_lifetime",
    "totp_max_attempts",
    "totp_rate_limit_cooldown_sec",
    "ip_allow_regex",
    "ip_deny_regex",
)

#: Only the operator can choose these, in the core's configuration file.
BASE_ONLY = (
    "info_log_path",
    "error_log_path",
    "port",
    "host",
    "max_server_pool_size",
    "argon2_iterations",
    "argon2_memory_kb",
    "argon2_parallelism",
    "argon2_hashing_pool_size",
    "firebase_password_hashing_pool_size",
    "bcrypt_log_rounds",
    "webserver_https_enabled",
    "base_path",
    "log_level",
    "oauth_client_secret_encryption_key",
    "supertokens_saas_secret",
    "supertokens_saas_load_only_cud",
    "otel_collector_connection_uri",
)

#: Where a core on PostgreSQL keeps the data.
_POSTGRESQL = (
    "postgresql_config_version",
    "postgresql_connection_attributes",
    "postgresql_connection_pool_size",
    "postgresql_connection_scheme",
    "postgresql_connection_uri",
    "postgresql_database_name",
    "postgresql_emailpassword_pswd_reset_tokens_table_name",
    "postgresql_emailpassword_users_table_name",
    "postgresql_emailverification_tokens_table_name",
    "postgresql_emailverification_verified_emails_table_name",
    "postgresql_host",
    "postgresql_idle_connection_timeout",
    "postgresql_key_value_table_name",
    "postgresql_minimum_idle_connections",
    "postgresql_password",
    "postgresql_port",
    "postgresql_session_info_table_name",
    "postgresql_table_names_prefix",
    "postgresql_table_schema",
    "postgresql_thirdparty_users_table_name",
    "postgresql_user",
)

KNOWN = frozenset(
    ("core_config_version", *DEFAULTS, *SAME_IN_APP, *PER_TENANT, *BASE_ONLY, *_POSTGRESQL)
)

#: The types, in the core's words, of the settings whose type matters here.
KINDS: Mapping[str, str] = {
    "access_token_validity": "long",
    "refresh_token_validity": "double",
    "access_token_dynamic_signing_key_update_interval": "double",
    "password_reset_token_lifetime": "long",
    "email_verification_token_lifetime": "long",
    "passwordless_max_code_input_attempts": "int",
    "passwordless_code_lifetime": "long",
    "totp_max_attempts": "int",
    "totp_rate_limit_cooldown_sec": "int",
    "webauthn_recover_account_token_lifetime": "long",
    "bulk_migration_batch_size": "int",
    "access_token_blacklisting": "boolean",
    "access_token_signing_key_dynamic": "boolean",
    "disable_telemetry": "boolean",
}
