"""The browser of an application's tests: with a running clock and the application's backend."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast
from urllib.parse import urljoin, urlsplit

from .._core.config.options import Config
from .asgi import AsgiApplication, call_asgi, is_asgi
from .jar import Jar
from .network import ApplicationBackend, NetworkDown, Reply, Request
from .profile import Profile
from .sessions import Sessions

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 20


class ApplicationBrowser(Profile):
    """A browser with a running clock and the application's backend."""

    waits = True

    def __init__(self, backend: ApplicationBackend | AsgiApplication | None) -> None:
        #: How many milliseconds the clock is ahead of this machine's.
        self.ahead = 0.0
        super().__init__(_no_backend)
        self.now = time.time() * 1000
        self._application = backend
        self.sessions: Sessions
        self.config: Config
        self.jar = Jar()

    @property
    def now(self) -> float:
        """Its clock, in milliseconds."""
        return time.time() * 1000 + self.ahead

    @now.setter
    def now(self, now: float) -> None:
        self.ahead = now - time.time() * 1000

    @property
    def origin(self) -> str:
        """The page's origin."""
        page = self.config.page
        return f"{'https' if page.secure else 'http'}://{page.hostname}"

    async def transmit(self, request: Request) -> Reply:
        """Send a request to the backend; redirects are followed."""
        response, _ = await self.follow(request)
        return response

    async def follow(self, request: Request) -> tuple[Reply, str]:
        """The response to a request, and the URL that it came from."""
        for _ in range(_MOST_REDIRECTS + 1):
            response = await self._answer(request)
            place = response.headers.get("location")
            if response.status not in _REDIRECTS or place is None:
                return response, request.url
            url = urljoin(request.url, place)
            is_get = response.status in (307, 308) or request.method in ("GET", "HEAD")
            method, body = (request.method, request.body) if is_get else ("GET", b"")
            headers = dict(request.headers)
            if urlsplit(url).netloc != urlsplit(request.url).netloc:
                headers.pop("authorization", None)
            request = replace(request, method=method, url=url, headers=headers, body=body)
        raise NetworkDown(f"{request.url} was redirected too often.")

    async def _answer(self, request: Request) -> Reply:
        is_own = urlsplit(request.url).netloc == urlsplit(self.origin).netloc
        wants_cookies = request.credentials == "include"
        if wants_cookies or (is_own and request.credentials != "omit"):
            wants_cookies = True
        headers = dict(request.headers)
        if wants_cookies and (cookies := self.jar.header(request.url)):
            headers["cookie"] = cookies
        if not is_own or request.method not in ("GET", "HEAD"):
            headers["origin"] = self.origin
        request = replace(request, headers=headers)
        request = replace(request, session=self.sessions.session_of(request, self.now))
        self.requests.append(request)
        response = self.sessions.answer(request, self.config, self.now)
        if response is None:
            response = await self._ask_application(request)
        if wants_cookies:
            self.jar.keep(request.url, response.set_cookies)
        return response

    async def _ask_application(self, request: Request) -> Reply:
        backend = self._application
        if backend is None:
            raise NetworkDown(
                f"The page requested {request.method} {request.url}, and there is no backend. "
                "Give one: signed_in(backend=…), or override the fixture supertokens_backend."
            )
        if is_asgi(backend):
            return await call_asgi(cast(AsgiApplication, backend), request)
        response = cast(ApplicationBackend, backend)(request)
        return response if isinstance(response, Reply) else await response


def _no_backend(request: Request) -> Reply:
    raise NetworkDown
