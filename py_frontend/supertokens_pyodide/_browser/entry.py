"""The entry point for JavaScript: if its ``init()`` booted Python, the core is started here."""

from __future__ import annotations

import json
from typing import Any

from .. import _current
from .._core.config.options import from_javascript
from ..errors import SuperTokensError
from . import attach
from .convert import javascript_error
from .functions import Functions


def start(shim: Any, options: str) -> str:
    """Connect a session's core to the shim; returns an error's JSON, or an empty text."""
    try:
        config = attach.read_options(from_javascript(json.loads(options)))
        client = attach.new_client(shim)
        attach.connect(client, shim, config, {}, Functions({}))
        _current.bind(client)
    except SuperTokensError as error:
        return javascript_error(error)
    return ""
