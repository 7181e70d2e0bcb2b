"""A page for the tests of applications: the package's functions use it on CPython."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urljoin, urlsplit

from .. import _current
from .._client import Client
from .._core.config.options import Config, Page, read_config
from .._recipe import MATCH_URL
from ..errors import ConfigError, NotInitialised
from ..events import Event
from . import backend_sdk
from .application_browser import ApplicationBrowser
from .asgi import AsgiApplication, is_asgi
from .browser import open_tab
from .network import ApplicationBackend, NetworkDown, Reply, Request, TimedOut, as_body
from .response import PageResponse
from .sessions import ENDED, OwnSessions
from .tab import Tab
from .window import PageWindow

if TYPE_CHECKING:
    from typing import Unpack

    from ..claims import SessionClaim
    from ..options import InitOptions

Claims = Mapping["str | SessionClaim[Any]", Any]


class PageUnderTest:
    """The value of ``signed_in()`` and ``signed_out()``: the page, its browser and its backend."""

    def __init__(
        self,
        backend: ApplicationBackend | AsgiApplication | None,
        user: tuple[str, str, Claims] | None,
        page_url: str | None,
        access_token_lifetime: float,
        expose_access_token: bool,
        options: Mapping[str, Any],
    ) -> None:
        self._browser = ApplicationBrowser(backend)
        is_real = backend is not None and is_asgi(backend) and backend_sdk.is_initialised()
        self._browser.sessions = (
            backend_sdk.BackendSdkSessions()
            if is_real
            else OwnSessions(access_token_lifetime, expose_access_token)
        )
        self._user = user
        self._page_url = page_url
        self._options = {"api_domain": "https://api.example.com", **options}
        self._tab: Tab | None = None
        self._has_started = False
        self._has_ended = False
        if page_url is not None:
            self._browser.window = PageWindow(page_url)
        #: The events that were fired, in order.
        self.events: list[Event] = []

    @property
    def requests(self) -> list[Request]:
        """The requests that went to the backend, in order, the SDK's own included."""
        return self._browser.requests

    @property
    def cookies(self) -> dict[str, str]:
        """The session's cookies that the page can see."""
        return self._browser.cookies

    @property
    def window(self) -> PageWindow:
        """The page's address, which a test may change, and its storage."""
        if self._browser.window is None:
            self._browser.window = PageWindow(self._page_url or "https://app.example.com/")
        return self._browser.window

    def pass_time(self, seconds: float) -> None:
        """Advance the browser's clock; sessions made by supertokens-python keep the real time."""
        self._browser.now += seconds * 1000

    def end_session(self) -> None:
        """End the session on the backend, as an administrator does; the page is not notified."""
        self._has_ended = True
        self._browser.sessions.end_all()

    def new_session(
        self, user_id: str = "user", *, tenant_id: str = "public", claims: Claims | None = None
    ) -> Reply:
        """A response that signs a user in: for a test's backend, as the answer to a sign-in."""
        self.client()
        payload = self._payload(claims or {})
        config, now = self._browser.config, self._browser.now
        return self._browser.sessions.new(user_id, tenant_id, payload, config, now)

    # ---- the browser, for the module's functions -----------------------------------------------

    def client(self) -> Client:
        """The client of a page that has not called ``init()``."""
        tab = self._tab
        if tab is None:
            return self._open(self._options)
        if tab.client.host is None:
            raise NotInitialised("The session SDK has been closed.")
        return tab.client

    def start(self, options: Mapping[str, Any]) -> Client:
        """Start the client of a page that calls ``init()``."""
        given = dict(options) if "api_domain" in options else {**self._options, **options}
        config = self.read_options(given)  # first, so that a wrong option changes nothing
        if self._tab is not None:
            self._close_tab()
        if not self._has_started and self._user is not None:
            self._browser.clear_cookies()
            self._browser.jar.clear()
            self._browser.config = config
        client = self._open(given)
        self._has_started = True
        return client

    def read_options(self, options: Mapping[str, Any]) -> Config:
        """Check options against their page; raises ConfigError."""
        return read_config(options, self._page(options))

    async def fetch(self, url: str, options: Mapping[str, Any]) -> PageResponse:
        """Make the page's request; raises OSError if there is no response."""
        if self._tab is None:
            self.client()
        tab, browser = self._tab, self._browser
        assert tab is not None
        url = urljoin(f"{self._page_url or browser.origin}/", url)
        if not url.startswith(("http://", "https://")):
            raise OSError(f"{url!r} cannot be requested: its address is not http or https.")
        headers = {name.lower(): str(text) for name, text in options.get("headers", {}).items()}
        request = Request(
            options.get("method", "GET").upper(),
            url.partition("#")[0],
            headers,
            options.get("credentials"),
            as_body(options.get("body")),
        )
        client = tab.client
        domains = (client.config.api_domain, client.config.session_token_backend_domain)
        is_ours = client.host is not None and client.recipe[MATCH_URL](url, *domains)
        try:
            if not is_ours:
                return PageResponse(url, *await browser.follow(request))
            response = await tab.finish(tab.begin_request(request))
        except (NetworkDown, TimedOut) as failure:
            raise OSError(str(failure) or "There is no response.") from failure
        return PageResponse(url, response, url)

    # ---- the tab ------------------------------------------------------------------------------

    def _open(self, options: Mapping[str, Any]) -> Client:
        page = self._page(options)
        self._browser.hostname = page.hostname
        tab = self._tab = open_tab(self._browser, page, options)
        self._browser.config = tab.client.config
        if self._user is not None and not self._has_started:
            self._sign_in(tab, *self._user)
        tab.client.on("*", self.events.append)
        return tab.client

    def _close_tab(self) -> None:
        if self._tab is not None:
            if self._tab.client.host is not None:
                self._tab.client.close()
            self._tab = None

    def _page(self, options: Mapping[str, Any]) -> Page:
        url = self._page_url
        if url is None:
            scope = options.get("session_token_frontend_domain")
            host = scope.strip().removeprefix(".") if isinstance(scope, str) else ""
            url = f"https://{host or 'app.example.com'}"
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                "page_url", f"is {url!r}", hint="Give it the form 'https://app.example.com'."
            )
        return Page(parts.hostname, parts.scheme == "https")

    def _payload(self, claims: Claims) -> dict[str, Any]:
        fetched = int(self._browser.now)
        return {
            name if isinstance(name, str) else cast(Any, name).id: value
            if isinstance(name, str)
            else {"v": value, "t": fetched}
            for name, value in claims.items()
        }

    def _sign_in(self, tab: Tab, user_id: str, tenant_id: str, claims: Claims) -> None:
        """Give the page a session, with the response of a sign-in that is not recorded.

        The session begins with the block, so the test's earlier changes of the clock count.
        """
        browser, config = self._browser, self._browser.config
        ahead, browser.ahead = browser.ahead, 0
        response = browser.sessions.new(
            user_id, tenant_id, self._payload(claims), config, browser.now
        )
        url = f"{config.api_domain}{config.api_base_path}/signin"

        async def backend(request: Request) -> Reply:
            return response if request.url == url else Reply(401, dict(ENDED))

        # The page was signed out before: otherwise it would ask the backend.
        browser.set_cookie("st-last-access-token-update=1;path=/")
        cast(Any, browser).transmit, browser.waits = backend, False
        try:
            tab.run(tab.begin_request(Request("POST", url, {})))
        finally:
            del cast(Any, browser).transmit
            browser.waits, browser.ahead = True, ahead
        if self._has_ended:
            browser.sessions.end_all()
        browser.jar.keep(url, response.set_cookies)
        tab.events.clear()

    @contextmanager
    def _in_place(self) -> Iterator[PageUnderTest]:
        before, bound = _current.stand_in, _current.bound()
        _current.bind(None)
        _current.stand_in = self
        try:
            yield self
        finally:
            _current.stand_in = before
            self._close_tab()
            _current.bind(bound)


@contextmanager
def signed_in(
    user_id: str = "user",
    *,
    tenant_id: str = "public",
    claims: Claims | None = None,
    backend: ApplicationBackend | AsgiApplication | None = None,
    page_url: str | None = None,
    access_token_lifetime: float = 3600,
    expose_access_token: bool = False,
    **options: Unpack[InitOptions],
) -> Iterator[PageUnderTest]:
    """Run a block as code of a page whose user is signed in.

    Inside it ``init()``, ``fetch()`` and the other functions of ``supertokens_pyodide`` work on
    CPython. The user is signed in from the start, with or without a call of ``init()``.

    ``claims`` are added to the access token's payload; a key may be the claim itself. ``backend``
    answers the page's requests: a function (async or not) from Request to Reply, or an ASGI
    application. The calls for refresh and sign-out are answered without it. Only if it is an ASGI
    application and supertokens-python is initialised in this process, it answers these too: then
    the session is a real one, from the core of supertokens-python.

    ``page_url`` is the page's address; the default is https://app.example.com.
    ``access_token_lifetime`` (seconds) and ``expose_access_token`` are settings of the backend.
    Options are those of ``init()``, for pages that do not call it. ``cookie_handler``,
    ``window_handler`` and ``lock_factory`` are accepted, but not used here.
    """
    user = (user_id, tenant_id, claims or {})
    page = PageUnderTest(
        backend, user, page_url, access_token_lifetime, expose_access_token, options
    )
    with page._in_place():
        yield page


@contextmanager
def signed_out(
    *,
    backend: ApplicationBackend | AsgiApplication | None = None,
    page_url: str | None = None,
    access_token_lifetime: float = 3600,
    expose_access_token: bool = False,
    **options: Unpack[InitOptions],
) -> Iterator[PageUnderTest]:
    """Run a block as code of a page whose visitor has no session; see ``signed_in``."""
    page = PageUnderTest(
        backend, None, page_url, access_token_lifetime, expose_access_token, options
    )
    with page._in_place():
        yield page
