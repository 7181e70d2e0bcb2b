"""What a scenario is: it begins in a state of the session and runs one script.

The script is the body of an async function of the page (page.js): `request(method, path, {headers,
body})` makes a request with the client of the test, `argument` is the body of a sign-in.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

# The session's state before the script.
State = Literal[
    "visitor",  # and no user ever was
    "signed in",
    "signed out",
    "expired",  # the access token has
    "revoked",  # by an administrator
    "expired and revoked",
    "cleared",  # the browser has dropped the cookies that scripts write
    "damaged",  # the front token is none
]

# What becomes of refresh calls on their way.
Refresh = Literal[
    "",
    "500",
    "200",  # without a front-token
    "no answer",
    "signed out meanwhile",  # in another tab
]

HTTP_CLIENTS = ("fetch", "xhr")
# axios travels by XHR: it goes where its own headers, bodies or errors may make a difference.
WITH_AXIOS = (*HTTP_CLIENTS, "axios")
API = ("fetch",)  # the session's own functions; what else they need, they fetch


@dataclass(frozen=True)
class Scenario:
    """One way of using a session SDK."""

    state: State
    script: str
    clients: tuple[str, ...] = HTTP_CLIENTS
    modes: tuple[str, ...] = ("cookie", "header")
    #: Options for init(), beside those that every scenario has.
    options: dict[str, Any] = field(default_factory=dict)
    #: More of them, which are functions: an object in JavaScript.
    functions: str = "{}"
    refresh: Refresh = ""
    #: Status and body of a response to the sign-out, in the backend's place.
    sign_out: tuple[int, str] | None = None
    #: Whether the script itself changes the session's payload.
    has_new_payload: bool = False
    #: Whether the session is no longer as a new one afterwards, though it has not ended.
    leaves_traces: bool = False
    #: False where requests are made at once and may overtake each other.
    in_order: bool = True
    #: Whether responses remove tokens, while requests of the same kind may be on their way.
    removes_tokens: bool = False
    #: Whether it is run against a backend with anti-csrf tokens, too.
    anti_csrf: bool = False

    @property
    def changes_payload(self) -> bool:
        """Whether the payload surely changes: what replaces an expired token lives longer."""
        return self.has_new_payload or "expired" in self.state


PROTECTED = 'return request("GET", "/api/protected")'
