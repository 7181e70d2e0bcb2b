"""JavaScript's names of this package's options and functions, also inside the texts of errors."""

from __future__ import annotations

import re

#: The options' names in JavaScript, and their names here.
OPTIONS = {
    "apiDomain": "api_domain",
    "apiBasePath": "api_base_path",
    "sessionTokenFrontendDomain": "session_token_frontend_domain",
    "sessionTokenBackendDomain": "session_token_backend_domain",
    "sessionExpiredStatusCode": "session_expired_status_code",
    "invalidClaimStatusCode": "invalid_claim_status_code",
    "autoAddCredentials": "auto_add_credentials",
    "isInIframe": "is_in_iframe",
    "maxRetryAttemptsForSessionRefresh": "max_retry_attempts_for_session_refresh",
    "tokenTransferMethod": "token_transfer_method",
    "tokenStore": "token_store",
    "enableDebugLogs": "enable_debug_logs",
    "refreshTimeout": "refresh_timeout",
    "preAPIHook": "pre_api_hook",
    "postAPIHook": "post_api_hook",
    "override": "override",
    "cookieHandler": "cookie_handler",
    "windowHandler": "window_handler",
    "lockFactory": "lock_factory",
    "dateProvider": "date_provider",
}

_FUNCTIONS = {
    "doesSessionExist": "does_session_exist",
    "getSessionStatus": "get_session_status",
    "getUserId": "get_user_id",
    "getAccessToken": "get_access_token",
    "getAccessTokenPayloadSecurely": "get_access_token_payload",
    "getTenantId": "get_tenant_id",
    "ensureFresh": "ensure_fresh",
    "attemptRefreshingSession": "attempt_refresh",
    "verifyAccessToken": "verify_access_token",
    "validateClaims": "validate_claims",
    "getClaimValue": "get_claim_value",
    "signOut": "sign_out",
    "supertokens.init": "supertokens_pyodide.init",
}
_ARGUMENTS = {
    "jwksUrl": "jwks_url",
    "minValidity": "min_validity",
    "localOnError": "local_on_error",
}

_THEIRS = {ours: theirs for theirs, ours in {**OPTIONS, **_FUNCTIONS, **_ARGUMENTS}.items()}
_LITERALS = {"True": "true", "False": "false"}


def for_javascript(text: str) -> str:
    """A text about options and functions, with JavaScript's names."""
    names = "|".join(map(re.escape, _THEIRS))
    text = re.sub(r"\((\w+=[^()]*)\)", r"({ \1 })", text)
    text = re.sub(
        rf"(?<![\w.])({names})(?!\w)(=(?=\S))?",
        lambda found: _THEIRS[found[1]] + (": " if found[2] else ""),
        text,
    )
    return re.sub(r"\b(True|False)\b", lambda found: _LITERALS[found[1]], text)
