"""The ground under everything else: what build/vendor holds boots Python in a page, offline."""

import importlib.metadata
import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import VENDOR, BrowserLog, VendorSite

VERSION = importlib.metadata.version("supertokens-pyodide")

PYSCRIPT_CONFIG = json.dumps(
    {
        "interpreter": "/vendor/pyodide/pyodide.mjs",
        "packages": ["supertokens-pyodide"],
        # By default PyScript keeps the hashes of wheels in the browser, and a wheel that was built
        # again under the same name is refused at the next visit.
        "packages_cache": "passthrough",
    }
)
PYSCRIPT_PAGE = """\
<!doctype html>
<meta charset="utf-8">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/vendor/pyscript/core.css">
<script type="module" src="/vendor/pyscript/core.js"></script>
<script type="py" CONFIG>
import importlib.metadata
import json

import js
import jwt
import supertokens_pyodide

found = {
    "version": importlib.metadata.version("supertokens-pyodide"),
    "jwt": jwt.decode(jwt.encode({"sub": "me"}, "k" * 32), "k" * 32, algorithms=["HS256"])["sub"],
}
js.console.log("found " + json.dumps(found))
</script>
"""
EMPTY_PAGE = '<!doctype html><link rel="icon" href="data:,">'


@pytest.fixture(autouse=True)
def stays_on_this_machine(browser_log: BrowserLog) -> Iterator[None]:
    yield
    assert browser_log.requests
    assert browser_log.foreign_requests == []


@pytest.mark.parametrize("worker", ["", "worker"], ids=["page", "worker"])
def test_pyscript_boots_with_the_package(page: Page, vendor_site: VendorSite, worker: str) -> None:
    vendor_site.pages["/"] = PYSCRIPT_PAGE.replace("CONFIG", f"{worker} config='{PYSCRIPT_CONFIG}'")
    with page.expect_console_message(lambda message: message.text.startswith("found ")) as said:
        page.goto(vendor_site.origin)
    found = json.loads(said.value.text.removeprefix("found "))
    assert found == {"version": VERSION, "jwt": "me"}


def boot_pyodide(page: Page, site: VendorSite, packages: list[str]) -> None:
    """Open an empty page and load Pyodide into it as `window.pyodide`."""
    site.pages["/"] = EMPTY_PAGE
    page.goto(site.origin)
    page.evaluate(
        """async (packages) => {
            const { loadPyodide } = await import("/vendor/pyodide/pyodide.mjs");
            const indexURL = new URL("/vendor/pyodide/", location.href).href;
            window.pyodide = await loadPyodide({ indexURL, packages });
        }""",
        packages,
    )


def run_python(page: Page, code: str) -> object:
    return page.evaluate("code => window.pyodide.runPythonAsync(code)", code)


def test_bare_pyodide_loads_the_package_by_name_with_the_shim_in_it(
    page: Page, vendor_site: VendorSite
) -> None:
    boot_pyodide(page, vendor_site, ["supertokens-pyodide"])
    assert (
        run_python(
            page,
            """
        from importlib.metadata import version
        import jwt, supertokens_pyodide
        version("supertokens-pyodide")
        """,
        )
        == VERSION
    )
    carried = run_python(
        page,
        """
        from importlib.resources import files
        files("supertokens_pyodide").joinpath("_browser/shim.js").read_text("utf-8")
        """,
    )
    assert carried == (VENDOR / "supertokens" / "supertokens.worker.js").read_text("utf-8")


@pytest.mark.parametrize("what", ["name", "address"])
def test_micropip_installs_the_package(page: Page, vendor_site: VendorSite, what: str) -> None:
    boot_pyodide(page, vendor_site, ["micropip"])
    wheel = f"/vendor/wheels/supertokens_pyodide-{VERSION}-py3-none-any.whl"
    wanted = "supertokens-pyodide" if what == "name" else vendor_site.origin + wheel
    assert (
        run_python(
            page,
            f"""
        import micropip
        await micropip.install({wanted!r})
        from importlib.metadata import version
        import jwt, supertokens_pyodide
        version("supertokens-pyodide")
        """,
        )
        == VERSION
    )


def test_the_bundles_load(page: Page, vendor_site: VendorSite, browser_log: BrowserLog) -> None:
    vendor_site.pages["/"] = f"""{EMPTY_PAGE}
        <script src="/vendor/supertokens/supertokens.iife.js"></script>"""
    page.goto(vendor_site.origin)
    assert page.evaluate("typeof window.supertokens") == "object"
    names = page.evaluate("import('/vendor/supertokens/index.mjs').then(m => Object.keys(m))")
    assert names
    assert browser_log.page_errors == []
