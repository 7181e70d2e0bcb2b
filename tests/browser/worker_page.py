"""A page with Python in workers, bare or PyScript's, and nothing of Python on its main thread."""

import contextlib
import json
import textwrap
import uuid
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.app import PASSWORD
from tests.browser.demo import Demo
from tests.browser.test_platform import PYSCRIPT_CONFIG
from tests.browser.tokens import Token, get_short_token, token_of, wait_for_end_of

PATH = "/with-workers"
BUNDLE = '<script src="/vendor/supertokens/supertokens.iife.js"></script>'
# On a page that calls no init() itself: it says that the Python in its workers is its own.
SHARING_BUNDLE = BUNDLE.replace("></script>", ' data-interpreter="worker"></script>')

# What makes a page crossOriginIsolated, and so gives PyScript its SharedArrayBuffer.
ISOLATION = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}

# Runs the body of an async Python function, and reports what it returns.
RUN = """
import json, textwrap
scope = {}
async def run(code, argument):
    lines = "import js, json, supertokens_pyodide as s\\nfrom pyodide.http import pyfetch\\n" + code
    exec("async def main(argument):\\n" + textwrap.indent(lines, "    "), scope)
    return json.dumps(await scope["main"](json.loads(argument)))
"""

BARE_WORKER = f"""
import {{ loadPyodide }} from "/vendor/pyodide/pyodide.mjs";
const indexURL = new URL("/vendor/pyodide/", location.href).href;
const booted = loadPyodide({{ indexURL, packages: ["supertokens-pyodide"] }}).then((python) => {{
  python.runPython({json.dumps(RUN)});
  return python.globals.get("run");
}});
addEventListener("message", async ({{ data: {{ id, code, argument }} }}) => {{
  try {{
    const run = await booted;
    postMessage({{ id, value: await run(code, argument) }});
  }} catch (error) {{
    postMessage({{ id, error: String(error) }});
  }}
}});
"""

BARE_PAGE = """
<script>
  let last = 0;
  const asked = new Map();
  globalThis.strayMessages = [];
  globalThis.startWorker = () => {
    const worker = new Worker("/with-workers/worker.mjs", { type: "module" });
    worker.onmessage = ({ data }) => {
      const answer = asked.get(data.id);
      if (answer) answer(data);
      else strayMessages.push(data);
    };
    workers.push(worker);
  };
  globalThis.workers = [];
  globalThis.runIn = (worker, code, argument) => new Promise((resolve, reject) => {
    last += 1;
    asked.set(last, ({ value, error }) => (error ? reject(new Error(error)) : resolve(value)));
    workers[worker].postMessage({ id: last, code, argument });
  });
</script>
"""

PYSCRIPT_PAGE = f"""
<script type="module" src="/vendor/pyscript/core.js"></script>
<script type="py" worker config='{PYSCRIPT_CONFIG}'>
{RUN}
from pyscript import sync
sync.run = run
</script>
<script>
  globalThis.strayMessages = [];
  const script = document.querySelector("script[type=py]");
  const ready = new Promise((resolve) => script.addEventListener("py:ready", resolve));
  globalThis.runIn = async (worker, code, argument) => {{
    while (!script.xworker) await new Promise((resolve) => setTimeout(resolve, 20));
    await script.xworker.ready;
    return script.xworker.sync.run(code, argument);
  }};
</script>
"""


class WorkerPage:
    """One page with Python in a worker, of a kind: bare, pyscript, or pyscript-isolated."""

    def __init__(
        self,
        demo: Demo,
        context: BrowserContext,
        kind: str,
        head: str = SHARING_BUNDLE,
        workers: int = 1,
    ) -> None:
        self.demo = demo
        self.kind = kind
        self.page: Page = context.new_page()
        body = BARE_PAGE if kind == "bare" else PYSCRIPT_PAGE
        html = f'<!doctype html><link rel="icon" href="data:,">{head}{body}'
        self._headers = ISOLATION if kind == "pyscript-isolated" else {}
        with self._serving(PATH, "text/html", html):
            self.page.goto(f"{demo.origin}{PATH}")
        if kind == "bare":
            for _ in range(workers):
                self.start_worker()

    @contextlib.contextmanager
    def _serving(self, path: str, content_type: str, body: str) -> Iterator[None]:
        """Serve a file once. With a route that stays, Chromium would compile Pyodide again."""
        served: list[Route] = []

        def serve(route: Route) -> None:
            route.fulfill(body=body, content_type=content_type, headers=self._headers)
            served.append(route)

        self.page.route(f"**{path}", serve)
        yield
        while not served:
            self.page.wait_for_timeout(10)
        self.page.unroute(f"**{path}", serve)

    def start_worker(self) -> None:
        with self._serving(f"{PATH}/worker.mjs", "text/javascript", BARE_WORKER):
            self.page.evaluate("startWorker()")

    def run(self, code: str, argument: object = None, worker: int = 0) -> Any:
        """Run the body of an async Python function in a worker."""
        arguments = [worker, textwrap.dedent(code), json.dumps(argument)]
        reported = self.page.evaluate("(given) => runIn(...given)", arguments)
        return json.loads(reported)

    def init(self, mode: str | None = "cookie", worker: int = 0) -> None:
        """Start the SDK (again), and note its events; without a mode the page knows the options."""
        self.run(
            """
            s.close()
            js.globalThis.events = js.Array.new()
            own = {"api_domain": js.location.origin, "token_transfer_method": argument}
            s.init(**(own if argument else {}))
            s.on("*", lambda event: js.events.push(event["action"]) and None)
            """,
            mode,
            worker,
        )

    def events(self, worker: int = 0) -> list[str]:
        events: list[str] = self.run("return list(js.events)", worker=worker)
        return events

    def sign_up(self, worker: int = 0) -> str:
        """Sign a new user up, by a request of the worker; returns the user's id."""
        fields = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
        user_id: str = self.run(
            """
            fields = [{"id": name, "value": value} for name, value in argument.items()]
            response = await pyfetch(
                js.location.origin + "/auth/signup",
                method="POST",
                headers={"content-type": "application/json"},
                body=json.dumps({"formFields": fields}),
            )
            assert (await response.json())["status"] == "OK"
            return await s.get_user_id()
            """,
            fields,
            worker,
        )
        return user_id

    def fetch(self, path: str, times: int = 1, worker: int = 0) -> list[int]:
        """Make requests at once; returns their status codes."""
        statuses: list[int] = self.run(
            """
            import asyncio
            url, times = js.location.origin + argument[0], argument[1]
            responses = await asyncio.gather(*(pyfetch(url) for _ in range(times)))
            return [response.status for response in responses]
            """,
            [path, times],
            worker,
        )
        return statuses

    def let_token_expire(self, worker: int = 0) -> None:
        """Get a token that lives for a moment, and wait until it has expired."""

        def refresh() -> Token:
            assert self.run("return await s.attempt_refresh()", worker=worker) is True
            return token_of(self.page.context)

        wait_for_end_of(get_short_token(self.demo, refresh))
