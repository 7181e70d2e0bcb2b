"""A Python in a browser that calls HTTP clients for tests: the other end of http_clients.py."""

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page

from tests.browser.app import PASSWORD, REFRESH
from tests.browser.demo import Demo
from tests.browser.tokens import Token, get_short_token, token_of, wait_for_end_of
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.browser.conftest import VendorSite

CODE = Path(__file__).with_name("http_clients.py")
WHEELS = ROOT / "build" / "test_wheels"

# Where Python runs, how tokens travel, and whether the clients are imported before init() or after.
# Not all combinations: the core decides how tokens travel, whichever client makes the request, and
# what a client has bound before init() is the same for both.
PYTHONS = [
    ("page", "cookie", "before"),
    ("page", "header", "after"),
    ("bare-worker", "cookie", "before"),
    ("worker", "header", "after"),
    ("isolated-worker", "cookie", "after"),
]
# What makes a page crossOriginIsolated, and so gives PyScript its SharedArrayBuffer.
ISOLATION = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}

ASK = """
const answers = new Map();
const channel = new BroadcastChannel("http-clients");
const answer = (number) => new Promise((resolve) => answers.set(number, resolve));
globalThis.started = answer("start");
globalThis.ask = (job) => {
  const number = answers.size;
  channel.postMessage(JSON.stringify({ ...job, number }));
  return answer(number);
};
channel.onmessage = ({ data }) => {
  const reported = JSON.parse(data);
  answers.get(reported.answers)?.(reported);
};
"""


BARE_WORKER = """
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";
const indexURL = new URL("/vendor/pyodide/", location.href).href;
const python = await loadPyodide({ indexURL, packages: PACKAGES });
await python.runPythonAsync(CODE);
"""

MARK = "st-last-access-token-update"
# A page is notified of cookies a moment after they are written.
NOTE_CHANGE = """(wanted) => {
  globalThis.changed = new Promise((done) => {
    const onChange = ({ changed }) => {
      if (!changed.some(({ name }) => name === wanted)) return;
      cookieStore.removeEventListener("change", onChange);
      done();
    };
    cookieStore.addEventListener("change", onChange);
  });
}"""


class Python:
    """One interpreter in a page or its worker, which many tests share: booting it takes seconds.

    The page is of another origin than the API, so that credentials are sent only where asked for.
    """

    def __init__(
        self, demo: Demo, site: "VendorSite", page: Page, where: str, mode: str, imported: str
    ) -> None:
        self.where = where
        self.demo = demo
        self.site = site
        self.page = page
        self.context = page.context
        self._broken = False
        wheels = [f"{site.origin}/test_wheels/{path.name}" for path in sorted(WHEELS.glob("*.whl"))]
        assert wheels, f"make {WHEELS.relative_to(ROOT)}/.done downloads the clients' wheels"
        packages = ["supertokens-pyodide", *wheels]
        code = f"{CODE.read_text()}\nstart({demo.origin!r}, {mode!r}, {imported!r})\n"
        if where == "isolated-worker":
            site.headers |= ISOLATION
        if where == "bare-worker":
            worker = BARE_WORKER.replace("PACKAGES", json.dumps(packages))
            site.pages["/worker.mjs"] = worker.replace("CODE", json.dumps(code))
            starts = '<script>new Worker("/worker.mjs", { type: "module" });</script>'
        else:
            config = {
                "interpreter": "/vendor/pyodide/pyodide.mjs",
                "packages": packages,
                "packages_cache": "passthrough",
            }
            starts = f"""<script type="module" src="/vendor/pyscript/core.js"></script>
                <script type="py" {"" if where == "page" else "worker"}
                  config='{json.dumps(config)}'>\n{code}</script>"""
        says = ' data-interpreter="worker"' if where == "bare-worker" else ""
        shim = f'<script src="/vendor/supertokens/supertokens.iife.js"{says}></script>'
        site.pages["/"] = f"""<!doctype html><link rel="icon" href="data:,">
            <script>{ASK}</script>{"" if where == "page" else shim}{starts}"""
        page.goto(site.origin)
        #: Which of the clients' modules were there before init().
        self.early: list[str] = page.evaluate("started")["early"]
        self.user_id = self._sign_up()
        self._expired = self._expired_tokens()

    def call(
        self, client: str, way: str, method: str, path: str, body: str | None = None
    ) -> dict[str, Any]:
        """Let a client make a request; what it has got, or how it failed."""
        job = {"client": client, "way": way, "method": method, "body": body}
        return self._ask({**job, "url": self.demo.origin + path})

    def run(self, code: str) -> Any:
        """Run Python code, in which `api` is the API's address; the value of its last line."""
        return self._ask({"code": code, "api": self.demo.origin})["value"]

    def start_afresh(self) -> None:
        """Make the token fresh, in every state that the previous test has left."""
        self.context.unroute_all(behavior="ignoreErrors")
        if self._broken:
            self._broken = False
            # The refresh of the last token is not tried again at once.
            self.let_token_expire()
        while not self.run("await supertokens.does_session_exist()"):
            self.page.wait_for_timeout(100)

    def let_token_expire(self) -> None:
        """Put a token of this session's into the browser that has expired.

        For our core it is a new one each time, so that it has not failed to refresh it before.
        """
        self._expired.sort(key=lambda cookie: cookie["name"] == MARK)
        self._expired[-1]["value"] = str(uuid.uuid4())
        self.page.evaluate(NOTE_CHANGE, MARK)
        self.context.add_cookies(self._expired)
        self.page.evaluate("changed")
        # A worker gets its page's cookies by message; while it is blocked, it gets none.
        self.run("await supertokens.get_user_id()")

    def break_refresh(self) -> None:
        """Let refresh calls get no response, until start_afresh()."""
        self._broken = True
        self.context.route(f"**{REFRESH}", lambda route: route.abort())

    def _ask(self, job: dict[str, Any]) -> dict[str, Any]:
        reported: dict[str, Any] = self.page.evaluate("(job) => ask(job)", job)
        assert "failure" not in reported, reported["failure"]
        return reported

    def _sign_up(self) -> str:
        fields = [
            {"id": "email", "value": f"{uuid.uuid4().hex}@example.com"},
            {"id": "password", "value": PASSWORD},
        ]
        body = json.dumps({"formFields": fields})
        reported = self.call("pyfetch", "awaited", "POST", "/auth/signup", body)
        assert "text" in reported, reported
        user_id: str = json.loads(reported["text"])["user"]["id"]
        return user_id

    def _expired_tokens(self) -> list[Any]:

        def refresh() -> Token:
            assert self.run("await supertokens.attempt_refresh()") is True
            return token_of(self.context)

        token = get_short_token(self.demo, refresh)
        names = {"sAccessToken", "st-access-token", "sFrontToken", "st-last-access-token-update"}
        kept = [cookie for cookie in self.context.cookies() if cookie["name"] in names]
        wait_for_end_of(token)
        return kept
