"""A tab: the actions of its page, and the page's services for the package."""

from __future__ import annotations

import json
import logging
import platform
from collections.abc import Mapping
from typing import Any

from .. import _current
from .._client import Client
from .._core.diagnose.report import Facts
from .._recipe import Recipe
from ..events import Event
from .call import Call
from .driver import Driver, awaited
from .network import Reply, Request, as_body
from .profile import Profile
from .window import PageWindow

log = logging.getLogger("supertokens_pyodide")


class Tab(Driver):
    """One page with the SDK. ``events`` are those that its handlers got, in order."""

    def __init__(
        self,
        browser: Profile,
        client: Client,
        plan: dict[str, Any],
        options: Mapping[str, Any],
    ) -> None:
        super().__init__(browser, client, plan, options)
        self.events: list[Event] = []
        client.host = self
        client.on("*", self.events.append)
        browser.tabs.append(self)
        self.look()

    # ---- what a page does ----------------------------------------------------------------------

    def fetch(self, url: str, headers: dict[str, str] | None = None, **more: Any) -> Reply:
        """Make one request and run until it has its response."""
        response: Reply = self.run(self.begin_fetch(url, headers, **more))
        return response

    def call(self, name: str, **arguments: Any) -> Any:
        """Make one of the session's calls and run until it has its value."""
        return self.run(self.begin_call(name, **arguments))

    def begin_fetch(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        *,
        method: str = "GET",
        body: str | bytes | None = None,
        one_shot: bool = False,
    ) -> Call:
        """Start a request, without running it."""
        headers = {name.lower(): text for name, text in (headers or {}).items()}
        if url.startswith("/"):
            url = self.client.config.api_domain + url
        return self.begin_request(Request(method, url, headers, body=as_body(body)), one_shot)

    def begin_request(self, request: Request, one_shot: bool = False) -> Call:
        """Start a request to the API, its URL absolute, without running it."""
        headers = request.headers
        shown = {n: text for n, text in headers.items() if n in self.plan["requestHeaders"]}
        call = Call(request)
        port = self.client.port
        step = port.exchange(
            json.dumps(shown) if shown else "", one_shot, self.cookies(), self.now()
        )
        self._apply(call, step)
        return call

    def begin_call(self, name: str, **arguments: Any) -> Call:
        """Start one of the session's calls, without running it."""
        call = Call()
        given = json.dumps(arguments) if arguments else ""
        self._apply(call, self.client.port.call(name, given, self.cookies(), self.now()))
        return call

    # ---- the host, for supertokens_pyodide's own functions -------------------------------------

    is_mirrored = False

    async def opened(self) -> None:
        """Return at once: a page's client is open."""

    async def sync(self) -> None:
        """Do nothing: ``cookies`` is up to date."""

    def response_headers(self) -> dict[str, str]:
        """The headers of the last response."""
        return self._last_headers

    def response_of(self, call: str, status: int) -> Any:
        """The last response to one of the SDK's own calls, if it had this status."""
        # A sign-out may have failed because of a failed refresh.
        candidates = [self._responses.get(call), *self._responses.values()]
        return next((found for found in candidates if found and found.status == status), None)

    async def before(self, call: dict[str, Any]) -> dict[str, Any]:
        """A recipe's call to the backend, after the page's preAPIHook."""
        hook = self._options.get("pre_api_hook")
        try:
            return {**call, **(await awaited(hook(call)) or {})} if hook else call
        except Exception:
            log.exception("pre_api_hook failed")
            return call

    async def after(self, call: dict[str, Any], response: Any) -> None:
        """Call the page's postAPIHook with the response to a recipe's call."""
        hook = self._options.get("post_api_hook")
        try:
            if hook is not None:
                await awaited(hook({**call, "response": response.clone()}))
        except Exception:
            log.exception("post_api_hook failed")

    def window(self) -> PageWindow | None:
        """The page's address and storage."""
        return self.browser.window

    def passkeys(self) -> Any:
        """The browser's passkeys."""
        return self.browser.passkeys

    def renew(self, functions: Mapping[str, Any], recipe: Recipe) -> None:
        """Use these functions in place of the earlier ones."""
        self._options = {**self._options, **functions}

    async def facts(self) -> Facts:
        """The facts that a page without problems would report, with its own cookies."""
        return {
            "secureContext": self.client.config.page.secure,
            "isolated": False,
            "worker": False,
            "frame": "none",
            "kept": "cookies" if self.browser.keeps_cookies else None,
            "storage": True,
            "locks": True,
            "patched": {"fetch": True, "XMLHttpRequest": True},
            "otherSdk": False,
            "shim": "scripted",
            "package": "scripted",
            "pyodide": None,
            "python": platform.python_version(),
            "clients": {},
            "asksForUserAgent": False,
        }

    def close(self) -> None:
        """Close the page and release its locks."""
        self._pending.clear()
        self._waiting.clear()
        self.browser.tabs.remove(self)
        self.browser.free_locks(lambda holder: isinstance(holder, tuple) and holder[0] is self)

    def __enter__(self) -> Tab:
        """Make this the page that the module's functions work on, until the block ends."""
        _current.bind(self.client)
        return self

    def __exit__(self, *exc: object) -> None:
        _current.close()
