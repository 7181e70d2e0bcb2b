"""Python's ways from install to a signed-in page: bare Pyodide, notebooks, older Pyodides.

Each runs the code of its page under docs/install, with the built wheel and with no file that the
page does not name. The API that the pages have invented is the demo's, which is another origin. No
route is at work: with one, Chromium would compile Pyodide at each start.
"""

import functools
import http.server
import json
import re
import shutil
import textwrap
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Response

from tests.browser.app import PASSWORD
from tests.browser.conftest import (  # noqa: F401  fixtures
    CONTENT_TYPES,
    BrowserLog,
    browser_log,
    demo,
    demo_process,
    new_context,
    pytest_runtest_makereport,
)
from tests.browser.demo import Demo
from tests.browser.served import start_server
from tests.browser.test_quickstarts import ORDERS, sign_up_without_sdk
from tests.conftest import ROOT

DOCS = ROOT / "docs" / "install"
BUILD = ROOT / "build"
VERSIONS = ROOT / "tests" / "paths" / "pyodide_versions" / "node_modules"
SHIM = "/supertokens/supertokens.iife.js"
PART = "/supertokens/supertokens.python.mjs"
MICROPIP = "/wheels/micropip-0.11.1-py3-none-any.whl"
ICON = '<link rel="icon" href="data:,">'
#: Where the files are that a site copies.
SOURCES = {
    "/pyodide/": (ROOT / "node_modules" / "pyodide",),
    "/wheels/": (BUILD / "wheel", BUILD / "wheels"),
    "/supertokens/": (ROOT / "js_shim" / "dist",),
}


def section(document: str, title: str) -> str:
    text = (DOCS / document).read_text("utf-8")
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def named_files() -> list[str]:
    """The files that the page on Pyodide names."""
    (listed,) = blocks(section("pyodide.md", "The files"), "text")
    return listed.split()


class Site:
    """An empty folder, with what a page needs copied into it, on an origin of its own."""

    def __init__(self, folder: Path, demo: Demo, context: BrowserContext) -> None:  # noqa: F811
        self.folder = folder
        self.demo = demo
        self.context = context
        self.missing: list[str] = []
        self.origin = serve(self)

    def copy(self, *paths: str, pyodide: Path | None = None) -> None:
        for path in paths:
            kind = next(kind for kind in SOURCES if path.startswith(kind))
            places = (pyodide,) if pyodide and kind == "/pyodide/" else SOURCES[kind]
            found = [place / path.removeprefix(kind) for place in places]
            target = self.folder / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(next(file for file in found if file.exists()), target)

    def write(self, path: str, text: str) -> None:
        text = text.replace("https://api.example.com/orders", self.demo.origin + ORDERS)
        text = text.replace("https://api.example.com", self.demo.origin)
        (self.folder / path.lstrip("/")).write_text(text, "utf-8")

    def open(self) -> Page:
        page = self.context.new_page()
        page.goto(f"{self.origin}/page.html")
        return page

    def orders(self) -> Response:
        """Open the page and wait until it has the user's orders."""
        page = self.context.new_page()
        with page.expect_response(is_response_with_orders) as answered:
            page.goto(f"{self.origin}/page.html")
        return answered.value


def is_response_with_orders(response: Response) -> bool:
    return response.url.endswith(ORDERS) and response.request.method == "GET"


class Files(http.server.BaseHTTPRequestHandler):
    """Serves the site of the test that runs. A browser asks whether what it has is still good."""

    site: ClassVar[Site]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        file = self.site.folder / path.lstrip("/")
        if not file.is_file():
            self.site.missing.append(path)
            self.send_error(404)
            return
        status = file.stat()
        tag = f'"{status.st_mtime_ns}-{status.st_size}"'
        known = self.headers.get("if-none-match") == tag
        self.send_response(304 if known else 200)
        self.send_header("etag", tag)
        self.send_header("cache-control", "no-cache")
        self.send_header("content-type", CONTENT_TYPES.get(file.suffix, CONTENT_TYPES[""]))
        self.end_headers()
        if not known:
            self.wfile.write(file.read_bytes())

    def log_message(self, format: str, *args: object) -> None:
        pass


@functools.cache
def files_origin() -> str:
    """Start the server, one for all tests: Chromium keeps the machine code of its Pyodides."""
    return f"http://localhost:{start_server(Files)}"


def serve(site: Site) -> str:
    Files.site = site
    return files_origin()


@pytest.fixture
def site(
    tmp_path: Path,
    demo: Demo,  # noqa: F811
    new_context: Callable[..., BrowserContext],  # noqa: F811
    browser_log: BrowserLog,  # noqa: F811
) -> Site:
    return Site(tmp_path, demo, new_context())


@pytest.mark.parametrize("title", ["On the page", "In a worker", "With micropip"])
def test_bare_pyodide(site: Site, browser_log: BrowserLog, title: str) -> None:  # noqa: F811
    text = section("pyodide.md", title)
    (page,) = blocks(text, "html")
    site.copy(*named_files())
    if title == "With micropip":
        site.copy(MICROPIP)
    if title == "In a worker":
        site.copy(SHIM, PART)
        (worker,) = blocks(text, "js")
        site.write("/worker.mjs", worker)
    site.write("/page.html", page)
    sign_up_without_sdk(site.context, site.demo)
    mark = site.demo.mark()
    assert site.orders().status == 200
    requests = [entry for entry in site.demo.requests(mark) if entry["path"] == ORDERS]
    (request,) = [entry for entry in requests if entry["method"] == "GET"]
    assert "st-auth-mode" in request["headers"]
    assert site.missing == []
    assert browser_log.page_errors == []


def test_the_files_of_bare_pyodide_are_the_ones_that_are_pinned() -> None:
    (commands,) = blocks(section("pyodide.md", "The files"), "console")
    npm = json.loads((ROOT / "package.json").read_text("utf-8"))
    wheels = [Path(file).name for file in named_files() if file.endswith(".whl")]
    assert f"npm install pyodide@{npm['devDependencies']['pyodide']}\n" in commands
    for wheel in wheels:
        name, version = wheel.split("-")[:2]
        assert f"{name.replace('_', '-')}=={version}" in commands.lower()


RUN = """
async def run(code, argument):
    scope = {"argument": argument}
    body = "\\n".join("    " + line for line in code.split("\\n"))
    exec("async def main(argument):\\n" + body, scope)
    try:
        return await scope["main"](argument)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
"""


def cell_worker(packages: list[str], start: str) -> str:
    """A worker that runs code which it is sent, as a notebook's kernel does."""
    return f"""
{start}
const booted = loadPyodide({{ packages: {json.dumps(packages)} }}).then((python) => {{
  python.runPython({json.dumps(RUN)});
  return python.globals.get("run");
}});
self.onmessage = async ({{ data }}) => {{
  try {{
    const run = await booted;
    postMessage(await run(...data));
  }} catch (error) {{
    postMessage(String(error));
  }}
}};
"""


MODULE_START = 'import { loadPyodide } from "/pyodide/pyodide.mjs";'
CLASSIC_START = 'importScripts("/pyodide/pyodide.js");'


def worker_page(kind: str) -> str:
    return f"""{ICON}<script>
globalThis.worker = new Worker("/worker.mjs", {{ type: "{kind}" }});
const failed = new Promise((resolve) => {{
  // From the beginning: it may fail before it is asked.
  worker.onerror = (error) => resolve(`the worker failed: ${{error.message}}`);
}});
globalThis.run = (code, argument) => {{
  const answered = new Promise((resolve) => {{
    worker.onmessage = ({{ data }}) => resolve(data);
  }});
  worker.postMessage([code, argument]);
  return Promise.race([answered, failed]);
}};
</script>"""


def test_a_notebook(site: Site) -> None:
    install, init, sign_in, orders = blocks((DOCS / "notebook.md").read_text("utf-8"), "python")
    site.copy(*named_files(), MICROPIP)
    site.write("/worker.mjs", cell_worker([MICROPIP], MODULE_START))
    site.write("/page.html", "<!doctype html>" + worker_page("module"))
    wheels = json.dumps([file for file in named_files() if file.endswith(".whl")])
    page = site.open()

    def cell(code: str) -> object:
        code = code.replace("https://api.example.com/orders", site.demo.origin + ORDERS)
        code = code.replace("https://api.example.com", site.demo.origin)
        return page.evaluate("([code, argument]) => run(code, argument)", [code, ""])

    assert cell(install.replace('"supertokens-pyodide"', wheels)) is None
    # Without the two options, the error names the way.
    first = cell(
        "import supertokens_pyodide as supertokens\n"
        f"supertokens.init(api_domain='{site.demo.origin}')\n"
        "try:\n    await supertokens.does_session_exist()\n"
        "finally:\n    supertokens.close()"
    )
    assert isinstance(first, str)
    assert "UnsupportedPlatform" in first
    assert "notebook" in first
    assert 'token_store="indexedDB"' in first

    assert cell(init) is None
    email = f"{uuid.uuid4().hex}@example.com"
    answers = f"""
import builtins, getpass
builtins.input = lambda prompt: {email!r}
getpass.getpass = lambda: {PASSWORD!r}
"""
    begun = "import supertokens_pyodide as supertokens\n"
    sign_up = sign_in.replace("/auth/signin", "/auth/signup")
    for code in (sign_up, "await supertokens.sign_out()", sign_in):
        assert cell(answers + begun + code) is None
    assert cell(f"{begun}{orders}\nreturn response.status") == 200
    assert page.evaluate("document.cookie") == ""


# What the wheel has to do on every Pyodide.
TRIAL = """
import json, sys
import js, pyodide
import supertokens_pyodide as s
from pyodide.http import pyfetch

options = json.loads(argument)
origin, fields = options.pop("origin"), options.pop("fields")
s.init(api_domain=origin, **options)
response = await pyfetch(
    origin + "/auth/signup",
    method="POST",
    headers={"content-type": "application/json"},
    body=json.dumps({"formFields": fields}),
)
assert (await response.json())["status"] == "OK"
assert await s.get_user_id()
assert await s.get_tenant_id() == "public"
assert await s.attempt_refresh() is True
assert (await pyfetch(origin + "/api/orders/1")).status == 200
assert (await s.fetch(origin + "/api/orders/1")).status == 200
assert await s.validate_claims() == []
try:
    assert (await s.verify_access_token())["tId"] == "public"
    lacks = ""
except s.errors.UnsupportedPlatform as error:
    lacks = " without " + error.message.split()[3]
report = await s.diagnose()
assert report.ok, report
assert await s.sign_out() is True
assert (await pyfetch(origin + "/api/orders/1")).status == 401
s.close()
return f"{pyodide.__version__} {sys.version.split()[0]}{lacks}"
"""
IN_INDEXED_DB = {"token_transfer_method": "header", "token_store": "indexedDB"}


def rows(heading: str) -> list[list[str]]:
    """The rows of a table of docs/compatibility.md."""
    text = (ROOT / "docs" / "compatibility.md").read_text("utf-8")
    table = text.split(f"\n| {heading} |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


PYODIDES = [row for row in rows("Pyodide") if row[2] != "by hand"]
# Each brings another Python and another bridge, and a module worker uses the page's part as well.
# The oldest runs on a page, too; the newest does so in test_bare_pyodide. Classic workers are tried
# with the oldest, the last that has them, and the newest, which refuses them.
OLDEST, NEWEST = PYODIDES[0][0], PYODIDES[-1][0]
CLASSIC = [OLDEST, [row for row in PYODIDES if "classic" in row[3]][-1][0], NEWEST]


@pytest.mark.parametrize("row", PYODIDES, ids=lambda row: row[0])
def test_the_wheel_works_on_a_version_of_pyodide(site: Site, row: list[str]) -> None:
    version, python, _, workers, verifies = row
    source = VERSIONS / f"pyodide-{version.rpartition('.')[0]}"
    if not source.exists():
        source = ROOT / "node_modules" / "pyodide"
    assert json.loads((source / "package.json").read_text("utf-8"))["version"] == version
    files = {name.replace(".asm.mjs", ".asm.js") for name in named_files()}
    site.copy(*(f for f in (*named_files(), *files) if exists(f, source)), pyodide=source)
    site.copy("/pyodide/pyodide.js", SHIM, PART, pyodide=source)
    wheels = [file for file in named_files() if file.endswith(".whl")]

    def argument(**options: str) -> str:
        fields = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
        listed = [{"id": name, "value": value} for name, value in fields.items()]
        return json.dumps({"origin": site.demo.origin, "fields": listed, **options})

    reported = f"{version} {python}{' without ssl' if 'ssl' in verifies else ''}"
    script = f"""<!doctype html>{ICON}<script type="module">{MODULE_START}
    const python = await loadPyodide({{ packages: {json.dumps(wheels)} }});
    python.runPython({json.dumps(RUN)});
    globalThis.run = python.globals.get("run");
    globalThis.begun();
    </script><script>globalThis.ready = new Promise((resolve) => {{ begun = resolve }})</script>"""
    run = "async ([code, argument]) => { await globalThis.ready; return run(code, argument) }"
    if version == OLDEST:
        site.write("/page.html", script)
        page = site.open()
        assert page.evaluate(run, [TRIAL, argument()]) == reported
        page.close()

    shim = f'<!doctype html><script src="{SHIM}" data-interpreter="worker"></script>'
    starts = {"module": MODULE_START, "classic": CLASSIC_START}
    for kind, start in starts.items():
        if kind == "classic" and version not in CLASSIC:
            continue
        # One with the shim on the page, the other with a page that knows nothing.
        options = {} if kind == "module" else IN_INDEXED_DB
        site.write("/page.html", (shim if kind == "module" else "") + worker_page(kind))
        site.write("/worker.mjs", cell_worker(wheels, start))
        page = site.open()
        found = page.evaluate(run, [TRIAL, argument(**options)])
        if kind in workers:
            assert found == reported
        else:
            assert "classic" in found.lower(), found
        page.close()


def exists(path: str, pyodide: Path) -> bool:
    return not path.startswith("/pyodide/") or (pyodide / path.rpartition("/")[2]).exists()


def test_a_relative_wheel_in_a_worker_of_pyscript_is_reported(
    site: Site,
    browser_log: BrowserLog,  # noqa: F811
) -> None:
    """Without waiting for PyScript's own traceback, which names neither cause nor remedy."""
    site.copy(SHIM, PART)
    config = json.dumps({"packages": ["/wheels/a-1-py3-none-any.whl"]})
    html = f"""<!doctype html>{ICON}<script src="{SHIM}" data-interpreter="worker"></script>
    <script type="py" worker config='{config}'>import a</script>
    <script>addEventListener("load", () => {{
      new Worker(URL.createObjectURL(new Blob([""])));
    }})</script>"""
    site.write("/page.html", textwrap.dedent(html))
    page = site.open()
    line = browser_log.wait_for_line(page, "console.error", "/wheels/a-1-py3-none-any.whl")
    assert f"{site.origin}/wheels/a-1-py3-none-any.whl" in line
