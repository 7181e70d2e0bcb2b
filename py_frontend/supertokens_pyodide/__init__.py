"""SuperTokens sessions for Python in the browser (PyScript, Pyodide).

    import supertokens_pyodide as supertokens

    supertokens.init(api_domain="https://api.example.com")

    if await supertokens.does_session_exist():
        user_id = await supertokens.get_user_id()
        tenant = await supertokens.get_tenant_id()

From ``init()`` on, every request to the API carries the session. It does not matter which client
sends it: ``pyfetch``, ``requests``, ``httpx2``, ``js.fetch``, JavaScript or our own ``fetch``. When
the access token has expired, one call refreshes it for all requests and tabs, and each request is
sent again. (httpx itself needs a transport: ``supertokens_pyodide.httpx``.)

The errors are in ``supertokens_pyodide.errors``; each has a stable ``code`` and a ``hint``. If a
client wraps an error in its own, ``cause_of(error)`` returns the original.
"""

from typing import TYPE_CHECKING

from ._api import (
    attempt_refresh,
    close,
    diagnose,
    does_session_exist,
    ensure_fresh,
    get_access_token,
    get_access_token_payload,
    get_claim_value,
    get_invalid_claims_from_response,
    get_session_status,
    get_tenant_id,
    get_user_id,
    init,
    on,
    sign_out,
    validate_claims,
    verify_access_token,
)
from ._browser.convert import cause_of
from .errors import SuperTokensError
from .events import Event

if TYPE_CHECKING:
    from ._browser.fetch import fetch
    from ._core.diagnose.report import DiagnosticReport, Finding
    from ._core.session.status import SessionStatus
    from ._response import Response
else:
    # Few pages use these: each is imported when its name is first used.
    _MODULES = {
        "DiagnosticReport": "_core.diagnose.report",
        "Finding": "_core.diagnose.report",
        "Response": "_response",
        "SessionStatus": "_core.session.status",
        "fetch": "_browser.fetch",
    }

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        globals()[name] = value
        return value


__all__ = [
    "DiagnosticReport",
    "Event",
    "Finding",
    "Response",
    "SessionStatus",
    "SuperTokensError",
    "attempt_refresh",
    "cause_of",
    "close",
    "diagnose",
    "does_session_exist",
    "ensure_fresh",
    "fetch",
    "get_access_token",
    "get_access_token_payload",
    "get_claim_value",
    "get_invalid_claims_from_response",
    "get_session_status",
    "get_tenant_id",
    "get_user_id",
    "init",
    "on",
    "sign_out",
    "validate_claims",
    "verify_access_token",
]
