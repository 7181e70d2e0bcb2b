"""Libraries that wrap XMLHttpRequest, loaded after us: they work, and so does the session."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PAGE_TIMEOUT, ROOT, BrowserLog
from tests.browser.demo import Demo
from tests.browser.spa import Spa

MODULES = ROOT / "node_modules"
# The file, and what has each request marked by the library.
LIBRARIES = {
    "ajax-hook": (
        "ajax-hook/dist/ajaxhook.umd.js",
        """
        globalThis.proxy({
          onRequest(config, handler) { config.headers["x-mark"] = "1"; handler.next(config); },
          onResponse(response, handler) { seen.push(response.status); handler.next(response); },
        });
        """,
    ),
    "xhook": (
        "xhook/dist/xhook.js",
        """
        xhook.before((request) => { request.headers["x-mark"] = "1"; });
        xhook.after((request, response) => { seen.push(response.status); });
        """,
    ),
    "zone.js": (
        "zone.js/bundles/zone.umd.js",
        """
        globalThis.inZone = Zone.current.fork({
          name: "mine",
          onInvokeTask(delegate, current, target, task, ...rest) {
            if (task.source.includes("XMLHttpRequest")) seen.push(task.source);
            return delegate.invokeTask(target, task, ...rest);
          },
        });
        """,
    ),
}
SEND = """
const send = (method, url, body) => new Promise((resolve) => {
  const xhr = new XMLHttpRequest();
  xhr.open(method, url);
  const ends = [];
  for (const type of ["load", "error", "loadend"]) {
    xhr.addEventListener(type, () => ends.push(type));
  }
  xhr.onreadystatechange = () => {
    if (xhr.readyState === XMLHttpRequest.DONE) {
      setTimeout(() => resolve([xhr.status, xhr.responseText.includes(body ?? ""), ends]));
    }
  };
  xhr.send(body);
});
"""


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shared(browser: Browser, demo_process: Demo) -> Iterator[Spa]:
    context = browser.new_context()
    context.set_default_timeout(PAGE_TIMEOUT)
    yield Spa(demo_process, context.new_page(), "cookie", from_image=True)
    context.close()


def test_a_library_that_wraps_it_works_and_so_does_the_session(
    shared: Spa, demo: Demo, browser_log: BrowserLog, library: str
) -> None:
    path, use = LIBRARIES[library]
    with browser_log.watching(shared.page.context):
        shared.open()
        shared.start_afresh()
        shared.run("globalThis.seen = []")
        shared.page.add_script_tag(path=MODULES / path)
        shared.run(use)
        run = "inZone.run(() => send(...argument))" if library == "zone.js" else "send(...argument)"
        shared.spoil_token()
        mark = demo.mark()
        reported = shared.run(f"{SEND} return {run}", ["POST", "/api/echo", "x"])
        assert reported[:2] == [200, True]
        assert "error" not in reported[2]
        statuses = [entry["status"] for entry in demo.requests(mark)]
        assert statuses == [401, 200, 200]
        assert shared.run("return seen") != []
        assert browser_log.page_errors == []
