"""The tables of the database."""

SCHEMA_VERSION = 2

# Times are milliseconds since the epoch. Every table belongs to an app, mostly to a tenant of it,
# and everything that belongs to either is deleted with it.
SCHEMA = """
CREATE TABLE IF NOT EXISTS apps (
    app_id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS tenants (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    tenant_id TEXT NOT NULL,
    first_factors TEXT,               -- JSON, NULL means all
    required_secondary_factors TEXT,  -- JSON
    core_config TEXT NOT NULL,        -- JSON
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, tenant_id)
);
CREATE TABLE IF NOT EXISTS signing_keys (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    dynamic INTEGER NOT NULL,
    private_key TEXT NOT NULL,        -- PEM
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, key_id)
);
CREATE TABLE IF NOT EXISTS refresh_token_keys (
    app_id TEXT PRIMARY KEY REFERENCES apps ON DELETE CASCADE,
    secret BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    handle TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL,
    refresh_token_hash_2 TEXT NOT NULL,
    data TEXT NOT NULL,               -- JSON, stays here
    payload TEXT NOT NULL,            -- JSON, goes into the access token
    use_static_key INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, handle),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (app_id, recipe_user_id);
-- Login methods, which the interface calls recipe users.
CREATE TABLE IF NOT EXISTS users (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    recipe_user_id TEXT NOT NULL,
    primary_user_id TEXT,             -- NULL for a user that is neither primary nor linked to one
    recipe TEXT NOT NULL,
    email TEXT,
    phone_number TEXT,
    third_party_id TEXT,
    third_party_user_id TEXT,
    password_hash TEXT,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, recipe_user_id)
);
CREATE INDEX IF NOT EXISTS users_by_primary ON users (app_id, primary_user_id);
CREATE INDEX IF NOT EXISTS users_by_email ON users (app_id, email);
CREATE INDEX IF NOT EXISTS users_by_phone_number ON users (app_id, phone_number);
CREATE INDEX IF NOT EXISTS users_by_third_party
    ON users (app_id, third_party_user_id, third_party_id);
CREATE TABLE IF NOT EXISTS user_tenants (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL,
    PRIMARY KEY (app_id, recipe_user_id, tenant_id),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE,
    FOREIGN KEY (app_id, recipe_user_id) REFERENCES users ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS password_reset_tokens (
    app_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, token_hash),
    FOREIGN KEY (app_id, recipe_user_id) REFERENCES users ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS email_verification_tokens (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, tenant_id, token_hash),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS verified_emails (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (app_id, user_id, email)
);
CREATE TABLE IF NOT EXISTS user_metadata (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    metadata TEXT NOT NULL,           -- JSON
    PRIMARY KEY (app_id, user_id)
);
CREATE TABLE IF NOT EXISTS roles (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (app_id, role)
);
CREATE TABLE IF NOT EXISTS role_permissions (
    app_id TEXT NOT NULL,
    role TEXT NOT NULL,
    permission TEXT NOT NULL,
    PRIMARY KEY (app_id, role, permission),
    FOREIGN KEY (app_id, role) REFERENCES roles ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS user_roles (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (app_id, tenant_id, user_id, role),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE,
    FOREIGN KEY (app_id, role) REFERENCES roles ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS third_party_providers (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    third_party_id TEXT NOT NULL,
    config TEXT NOT NULL,             -- JSON
    PRIMARY KEY (app_id, tenant_id, third_party_id),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
-- One attempt to log in without a password, which may have several codes.
CREATE TABLE IF NOT EXISTS passwordless_devices (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    device_hash TEXT NOT NULL,
    email TEXT,
    phone_number TEXT,
    failed_attempts INTEGER NOT NULL,
    PRIMARY KEY (app_id, tenant_id, device_hash),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS passwordless_codes (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    code_id TEXT NOT NULL,
    device_hash TEXT NOT NULL,
    link_code_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, tenant_id, code_id),
    UNIQUE (app_id, tenant_id, link_code_hash),
    FOREIGN KEY (app_id, tenant_id, device_hash) REFERENCES passwordless_devices ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS totp_devices (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    secret TEXT NOT NULL,
    period INTEGER NOT NULL,          -- seconds
    skew INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    PRIMARY KEY (app_id, user_id, name)
);
CREATE TABLE IF NOT EXISTS totp_used_codes (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    code TEXT NOT NULL,
    valid INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS totp_used_codes_by_user ON totp_used_codes (app_id, tenant_id, user_id);
CREATE TABLE IF NOT EXISTS webauthn_options (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    options_id TEXT NOT NULL,
    email TEXT,                       -- NULL for those of a sign-in
    relying_party_id TEXT NOT NULL,
    relying_party_name TEXT NOT NULL,
    origin TEXT NOT NULL,
    challenge TEXT NOT NULL,
    timeout INTEGER NOT NULL,
    user_verification TEXT NOT NULL,
    user_presence INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, tenant_id, options_id),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS webauthn_credentials (
    app_id TEXT NOT NULL,
    relying_party_id TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL,
    public_key BLOB NOT NULL,         -- COSE
    counter INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, relying_party_id, credential_id),
    FOREIGN KEY (app_id, recipe_user_id) REFERENCES users ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS webauthn_credentials_by_user
    ON webauthn_credentials (app_id, recipe_user_id);
CREATE TABLE IF NOT EXISTS webauthn_recovery_tokens (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, tenant_id, token_hash),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
"""
