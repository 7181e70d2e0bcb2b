"""The plan: data that the core gives to the shim once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..config.options import Config
from ..config.urls import SKIP_MARKER, hostname_of
from ..environment.cookies import Cookies
from ..refresh.cooldown import RETRY_AFTER_HEADER
from ..session.exchange import REQUEST_HEADERS
from ..state.local_state import RESPONSE_HEADERS

if TYPE_CHECKING:
    from .types import Plan

# Changes whenever the meaning of a step or of the plan changes; both sides compare it.
PROTOCOL = 2


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
