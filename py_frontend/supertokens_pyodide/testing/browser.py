"""The scripted browser, which opens tabs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .._client import Client
from .._core.config.options import Page, read_config
from .._core.session.session import Session
from .._core.wire.plan import write_plan
from .matching import covers
from .profile import Profile
from .tab import Tab


class ScriptedBrowser(Profile):
    """A browser that opens pages with the SDK."""

    def open_tab(self, *, https: bool = True, **options: Any) -> Tab:
        """Open a page that calls ``init()`` with these options.

        Of the hooks and handlers only these work here: ``pre_api_hook``, ``post_api_hook``
        (functions that are not async), ``date_provider`` and ``override``.
        """
        return open_tab(self, Page(self.hostname, https), options)


def open_tab(browser: Profile, page: Page, options: Mapping[str, Any]) -> Tab:
    """Open a page of a browser that calls ``init()`` with these options."""
    config = read_config(options, page)
    make_provider = options.get("date_provider")
    provider = make_provider() if make_provider else None
    session = Session(config, browser.storage, date_provider=provider)
    client = Client(covers, config, session, options)
    return Tab(browser, client, json.loads(write_plan(config)), options)
