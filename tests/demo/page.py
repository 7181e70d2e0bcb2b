"""A page of Python without a browser, whose backend is the running demo."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from supertokens_pyodide import testing
from supertokens_pyodide.testing import BackendSession, PageUnderTest, Reply, Request
from supertokens_pyodide.testing.sessions import Sessions

from tests.authenticator import Passkey
from tests.conftest import TIMEOUT


class _Elsewhere(Sessions):
    """The sessions are the demo's."""

    def session_of(self, request: Request, now: float) -> BackendSession | None:
        return None

    def answer(self, request: Request, config: Any, now: float) -> Reply | None:
        return None


class SoftwarePasskeys:
    """What a page's browser does with passkeys, with an authenticator in software."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.passkeys: list[Passkey] = []

    def unsupported(self) -> str | None:
        return None

    async def has_platform_authenticator(self) -> bool:
        return True

    async def has_autofill(self) -> bool:
        return True

    def new_control(self) -> Any:
        return None

    async def create(self, options: Mapping[str, Any], control: Any) -> dict[str, Any]:
        self.passkeys.append(Passkey(options["rp"]["id"], self._origin))
        return self.passkeys[-1].create(options["challenge"])

    async def get(
        self, options: Mapping[str, Any], control: Any, *, autofill: bool = False
    ) -> dict[str, Any]:
        passkey = self.passkeys[-1]
        passkey.counter += 1
        found = passkey.get(options["challenge"])
        found["response"].pop("userHandle")
        return found

    async def signal_accepted(self, *reported: Any) -> None: ...


@contextlib.contextmanager
def page_of(origin: str, mode: str, path: str = "/") -> Iterator[PageUnderTest]:
    """A visitor's page of the demo; what it asks goes to the demo's real backend."""
    with httpx.Client(timeout=TIMEOUT) as network:

        def backend(request: Request) -> Reply:
            given = {n: t for n, t in request.headers.items() if n not in ("host",)}
            response = network.request(
                request.method, request.url, headers=given, content=request.body
            )
            network.cookies.clear()  # the page keeps them
            cookies = tuple(response.headers.get_list("set-cookie"))
            headers = {n.lower(): t for n, t in response.headers.items() if n != "set-cookie"}
            return Reply(response.status_code, headers, response.text, response.content, cookies)

        with testing.signed_out(
            backend=backend,
            page_url=origin + path,
            api_domain=origin,
            token_transfer_method="header" if mode == "header" else "cookie",
        ) as page:
            page._browser.sessions = _Elsewhere()
            page._browser.passkeys = SoftwarePasskeys(origin)
            yield page
