"""Modules that reach past the page's globals in a way that only some pages and workers know."""

import json

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import VendorSite
from tests.browser.python import WHEELS

# What lets a page share memory with workers, which urllib3's own worker is built on.
ISOLATION = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
}

WORKER = """
import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";
onmessage = async ({ data: { packages, code } }) => {
  const indexURL = new URL("/vendor/pyodide/", location.href).href;
  const python = await loadPyodide({ indexURL, packages });
  postMessage(await python.runPythonAsync(code));
};
"""

CODE = """
import importlib, js, json, sys
from supertokens_pyodide._browser.captured import CapturedModules

def fetcher():
    return importlib.import_module("urllib3.contrib.emscripten.fetch")._fetcher

found = {"isolated": js.crossOriginIsolated}
if BEFORE:
    found["before"] = fetcher() is not None
modules = CapturedModules()
found["meanwhile"] = fetcher() is not None
modules.restore()
found["afterwards"] = fetcher() is not None
found["undone"] = modules not in sys.meta_path
json.dumps(found)
"""


@pytest.mark.parametrize("imported", ["before", "after"])
def test_urllib3_starts_no_worker_that_would_bypass_the_session(
    page: Page, vendor_site: VendorSite, imported: str
) -> None:
    def isolated(kind: str, body: str):
        def answer(route: Route) -> None:
            route.fulfill(body=body, content_type=kind, headers=ISOLATION)

        return answer

    html = isolated("text/html", '<!doctype html><link rel="icon" href="data:,">')
    page.route("**/page", html, times=1)
    page.route("**/worker.mjs", isolated("text/javascript", WORKER), times=1)
    page.goto(f"{vendor_site.origin}/page")
    wheels = [f"{vendor_site.origin}/test_wheels/{path.name}" for path in WHEELS.glob("urllib3*")]
    found = page.evaluate(
        """(job) => new Promise((resolve) => {
          const worker = new Worker("/worker.mjs", { type: "module" });
          worker.onmessage = ({ data }) => resolve(data);
          worker.postMessage(job);
        })""",
        {
            "packages": ["supertokens-pyodide", *wheels],
            "code": f"BEFORE = {imported == 'before'}\n{CODE}",
        },
    )
    expected = {"isolated": True, "meanwhile": False, "afterwards": True, "undone": True}
    if imported == "before":
        expected["before"] = True
    assert json.loads(found) == expected
