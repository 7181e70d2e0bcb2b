"""The demo's pages, driven from their console."""

import uuid
from collections.abc import Callable, Sized
from typing import Any

from playwright.sync_api import Error, Page, Route

from tests.browser.app import PASSWORD, shows_expired
from tests.browser.demo import Demo
from tests.browser.images import start_from_image
from tests.browser.served import serve_once
from tests.browser.tokens import let_shown_token_expire

# Python, in a worker of the page.
WORKER = """
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";
const indexURL = new URL("/vendor/pyodide/", location.href).href;
const python = await loadPyodide({ indexURL, packages: ["supertokens-pyodide"] });
python.runPython("import supertokens_pyodide; supertokens_pyodide.init()");
"""
# In place of what the page says itself of where Python is.
USE_WORKER = """
  const settings = { interpreter: "worker" };
  Object.defineProperty(globalThis, "supertokensPyodide", { get: () => settings, set() {} });
  const start = () => {
    globalThis.pythonWorker = new Worker("/worker.mjs", { type: "module" });
  };
  addEventListener("DOMContentLoaded", start);
"""

# False if the page's SDK cannot: it may have been closed.
SIGN_OUT = """
  // As after another tab's refresh: what has failed here is tried again.
  document.cookie = `st-last-access-token-update=${Date.now()}; path=/`;
  try {
    if (await supertokens.doesSessionExist()) await supertokens.signOut();
    return true;
  } catch {
    return false;
  }
"""

# Makes a body, and changes it afterwards.
CHANGED_BODIES = {
    "form": "const b = new FormData(); b.append('a', 'as it was');|b.set('a', 'changed');",
    "query": "const b = new URLSearchParams({ a: 'as it was' });|b.set('a', 'changed');",
    "buffer": (
        "const b = new TextEncoder().encode('as it was').buffer;"
        "|structuredClone(b, { transfer: [b] });"
    ),
    "view": "const b = new TextEncoder().encode('>as it was').subarray(1);|b.fill(65);",
}


def let_go(route: Route) -> bool:
    """Let a request fail, unless it has got a response; whether it had none.

    Playwright waits without end for a route that no handler answers, and complains in a later test.
    """
    try:
        route.abort()
    except Error:
        return False
    return True


class Spa:
    """One page, which many tests share: booting Python takes seconds."""

    def __init__(
        self,
        demo: Demo,
        page: Page,
        mode: str,
        path: str = "/",
        origin: str | None = None,
        *,
        from_image: bool = False,
        in_worker: bool = False,
    ) -> None:
        self.demo = demo
        self.page = page
        self.mode = mode
        if from_image:
            start_from_image(page, origin or demo.origin)
        self._in_worker = in_worker
        if in_worker:
            page.add_init_script(f"if (globalThis.document) {{ {USE_WORKER} }}")
        self._url = f"{origin or demo.origin}{path}?mode={mode}"
        self._routes: list[Route] = []
        self.open()

    def open(self) -> None:
        if self._in_worker:
            serve_once(self.page.context, "/worker.mjs", WORKER)
        self.page.goto(self._url)
        self.page.wait_for_selector("html[data-ready=true]")
        self.page.evaluate("supertokens.ready()")

    def start_afresh(self) -> None:
        """Sign a new user in, with nothing left of the test before."""
        if self.unroute() or not self.run(SIGN_OUT):
            self.open()
            assert self.run(SIGN_OUT)
        self.sign_up()
        self.run("document.getElementById('event-log').replaceChildren()")

    def rest(self) -> None:
        """Be signed out, and so send nothing while other tests count requests."""
        self.unroute()
        self.run(SIGN_OUT)

    def run(self, body: str, argument: object = None) -> Any:
        """Run the body of an async function."""
        return self.page.evaluate(f"async (argument) => {{ {body} }}", argument)

    def route(self, url: str, handler: Callable[[Route], object]) -> None:
        """Answer requests in the backend's place."""

        def handle(route: Route) -> None:
            self._routes.append(route)
            handler(route)

        self.page.route(url, handle)

    def wait_for(self, held: Sized, count: int = 1) -> None:
        """Wait until routes hold this many requests."""
        while len(held) < count:
            self.run("")  # lets the browser's messages in

    def unroute(self) -> bool:
        """Let requests through again; whether one had got no response, and so fails now."""
        self.page.unroute_all(behavior="ignoreErrors")
        return sum(let_go(self._routes.pop()) for _ in range(len(self._routes))) > 0

    def sign_up(self) -> None:
        fields = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
        answer = self.run(
            """
            const formFields = Object.entries(argument).map(([id, value]) => ({ id, value }));
            const response = await fetch("/auth/signup", {
              method: "POST",
              headers: { "content-type": "application/json" },
              body: JSON.stringify({ formFields }),
            });
            return (await response.json()).status;
            """,
            fields,
        )
        assert answer == "OK"
        # The page itself asks for more as soon as it sees the session.
        handle = self.run(
            "return (await supertokens.getAccessTokenPayloadSecurely()).sessionHandle"
        )
        self.page.locator(f"[data-handle='{handle}']").wait_for()

    def spoil_token(self) -> None:
        """Have the backend refuse the access token, though it looks valid here."""
        if self.mode == "cookie":
            self.page.context.clear_cookies(name="sAccessToken")
        else:
            self.run("document.cookie = 'st-access-token=spoilt; path=/'")

    def let_token_expire(self) -> None:
        """Get a token that lives for a moment, and wait until it has expired."""

        def refresh() -> None:
            assert self.run("return supertokens.attemptRefreshingSession()") is True

        let_shown_token_expire(
            self.demo,
            self.page.context,
            refresh,
            lambda: shows_expired(self.page),
            lambda: self.page.wait_for_timeout(50),
        )
