"""The plan: data that the core gives to the shim once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypedDict

from ..config.options import Config
from ..config.urls import SKIP_MARKER, hostname_of
from ..environment.cookies import Cookies
from ..refresh.cooldown import RETRY_AFTER_HEADER
from ..session.exchange import REQUEST_HEADERS
from ..state.local_state import RESPONSE_HEADERS

# Changes whenever the meaning of a step or of the plan changes; both sides compare it.
PROTOCOL = 2


class Plan(TypedDict):
    """Which requests are ours, and what the core needs of them (js_shim/src/target.js)."""

    protocol: int
    apiDomain: str
    #: The API's host; ports do not matter.
    hostname: str
    #: This domain and its subdomains are ours as well.
    domain: str | None
    #: The API is on https: requests by plain http are not ours.
    secure: bool
    #: A URL that contains this text is never ours.
    skip: str
    requestHeaders: Sequence[str]
    responseHeaders: Sequence[str]
    #: A cookie write for a test, which stores nothing of a session, and its undoing.
    probe: Sequence[str]
    #: The statuses of responses that the core acts on.
    statuses: Sequence[int]
    #: The timeout of the shim's own reading of a body, in milliseconds.
    timeout: int


def write_plan(config: Config) -> str:
    """The plan of a session with these options, as JSON."""
    domain = config.session_token_backend_domain
    plan: Plan = {
        "protocol": PROTOCOL,
        "apiDomain": config.api_domain,
        "hostname": hostname_of(config.api_domain),
        "domain": domain and domain.removeprefix("."),
        "secure": config.api_domain.startswith("https:"),
        "skip": SKIP_MARKER,
        "requestHeaders": REQUEST_HEADERS,
        "responseHeaders": (*RESPONSE_HEADERS, RETRY_AFTER_HEADER),
        "probe": Cookies(config).probe(),
        "statuses": [config.session_expired_status_code, config.invalid_claim_status_code],
        "timeout": config.refresh_milliseconds,
    }
    return json.dumps(plan)
