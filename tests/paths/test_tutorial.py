"""The tutorial, as its readers follow it: the files of each page, and what the page promises.

The core is the local one. What the page loads from a CDN comes from build/vendor by a server, whose
address is in the files. With a route in its place, Chromium would compile Pyodide at each start.
"""

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import BrowserLog, VendorSite, vendor_site  # noqa: F401  a fixture
from tests.conftest import ROOT, TIMEOUT
from tests.local_core.running import running_core
from tests.paths.conftest import free_port
from tests.paths.test_application import installed  # noqa: F401  the fixture
from tests.types.checkers import mypy, pyright, write
from tools.tutorial import STEPS, files_after

PAGES = ROOT / "docs" / "tutorial"
CDN = re.compile(r"https://cdn\.jsdelivr\.net/npm/@pyscript/core@[\d.]+/dist")
EMAIL, PASSWORD = "ann@example.com", "correct-horse-7"


def command(page: str, program: str) -> list[str]:
    """The command of a page that begins with this program; Python's is the one of the tests."""
    text = (PAGES / f"{page}.md").read_text("utf-8")
    [line] = re.findall(rf"^ *({program} .*|{program})$", text, re.MULTILINE)
    words = shlex.split(line)
    return [sys.executable, *words[1:]] if program == "python" else [sys.executable, "-m", *words]


class Reader:
    """Somebody who follows the tutorial, with a folder, a server and a page."""

    def __init__(self, folder: Path, core: str, cdn: str, page: Page) -> None:
        self.folder, self.page = folder, page
        self._vendor = f"{cdn}/vendor"
        self.environment = {
            **os.environ,
            "SUPERTOKENS_CONNECTION_URI": core,
            "NO_PROXY": "127.0.0.1,localhost",
        }
        self.environment.pop("PYTEST_ADDOPTS", None)
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"

    def write(self, step: int) -> None:
        for name, text in files_after(step).items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            text = CDN.sub(f"{self._vendor}/pyscript", text)
            if name.endswith("pyscript.toml"):
                text = f'interpreter = "{self._vendor}/pyodide/pyodide.mjs"\n{text}'
            (self.folder / name).write_text(text, "utf-8")

    def run(self, words: list[str]) -> str:
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=2 * TIMEOUT,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    @contextlib.contextmanager
    def at_step(self, step: int) -> Iterator[None]:
        """The server with the files of a step, and its page."""
        self.write(step)
        words = [word for word in command("python_page", "uvicorn") if word != "--reload"]
        server = subprocess.Popen(
            [*words, "--port", str(self.port)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert server.stdout is not None
        try:
            said = []
            while "Uvicorn running on" not in (line := server.stdout.readline()):
                said.append(line)
                assert line, "".join(said)
            threading.Thread(target=server.stdout.read, daemon=True).start()
            self.page.goto(self.origin)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=TIMEOUT)

    def see(self, view: str, message: str = "") -> None:
        """Wait for a message, and for a view: the only one in sight."""
        expect(self.page.locator("#message")).to_contain_text(message)
        expect(self.page.locator(".view").filter(visible=True)).to_have_id(view)

    def click(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def enter(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)

    def see_notices(self, *notices: str) -> None:
        expect(self.page.get_by_role("listitem")).to_have_text(notices)


@pytest.fixture
def reader(tmp_path: Path, context: BrowserContext, vendor_site: VendorSite) -> Iterator[Reader]:  # noqa: F811
    vendor_site.headers["access-control-allow-origin"] = "*"
    with running_core() as core:
        yield Reader(tmp_path, core, vendor_site.origin, context.new_page())


def test_the_first_three_pages_lead_to_a_protected_page(
    reader: Reader, browser_log: BrowserLog
) -> None:
    with reader.at_step(1):
        expect(reader.page.locator("#message")).to_have_text("Python has started.")

    with reader.at_step(2):
        reader.see("sign-in")
        reader.enter("E-mail", EMAIL)
        reader.enter("Password", "short")
        reader.click("Create an account")
        reader.see("sign-in", "8 characters")
        reader.enter("Password", PASSWORD)
        reader.click("Create an account")
        reader.see("board")
        expect(reader.page.locator("#user")).to_have_text(re.compile(r"^[-0-9a-f]{36}$"))

    with reader.at_step(3):
        reader.see("board")
        reader.see_notices("Welcome to the notice board.")
        assert httpx.get(f"{reader.origin}/api/notices").status_code == 401
    assert browser_log.page_errors == browser_log.foreign_requests == []


def test_the_last_three_pages_lead_to_a_role_a_second_factor_and_a_sign_out(
    reader: Reader, browser_log: BrowserLog
) -> None:
    with reader.at_step(4):
        reader.see("sign-in")
        reader.enter("E-mail", EMAIL)
        reader.enter("Password", PASSWORD)
        reader.click("Create an account")
        reader.see("board")
        reader.enter("Notice", "Tea at five")
        reader.click("Post")
        reader.see("board", "Only editors may post notices.")
        assert reader.run(command("roles", "python")) == f"{EMAIL}: editor\n"
        reader.click("Post")
        reader.see_notices("Welcome to the notice board.", "Tea at five")

    with reader.at_step(5):
        reader.see("board")
        reader.click("Protect my account")
        reader.see("second-factor")
        expect(reader.page.get_by_role("img", name="QR code").locator("svg")).to_be_visible()
        secret = reader.page.locator("#secret").inner_text()
        app = pyotp.TOTP(secret.replace(" ", ""))
        reader.enter("Code", app.now())
        reader.click("Continue")
        reader.see("board")
        reader.see_notices("Welcome to the notice board.")

    with reader.at_step(6):
        reader.see("board")
        reader.click("Sign out")
        reader.see("sign-in")
        reader.enter("E-mail", EMAIL)
        reader.enter("Password", PASSWORD)
        reader.click("Sign in")
        reader.see("second-factor")
        expect(reader.page.get_by_role("img", name="QR code")).to_be_hidden()
        reader.enter("Code", "000000")
        reader.click("Continue")
        reader.see("second-factor", "Attempts left: 4.")
        # A code counts once, so this is the next one.
        reader.enter("Code", app.at(int(time.time()) + 30))
        reader.click("Continue")
        reader.see("board")
        reader.see_notices("Welcome to the notice board.")
    assert browser_log.page_errors == browser_log.foreign_requests == []


def test_the_tests_of_the_tutorial_pass(
    reader: Reader,
    installed: Path,  # noqa: F811
) -> None:
    reader.write(max(STEPS))
    reader.environment["PYTHONPATH"] = str(installed)
    words = command("sign_out_and_test", "pytest")
    assert "3 passed" in reader.run([*words, "-p", "no:cacheprovider"])


@pytest.mark.parametrize("check", [mypy, pyright])
def test_the_tutorials_python_is_well_typed(tmp_path: Path, check: object) -> None:
    assert callable(check)
    files = {Path(name).name: text for name, text in files_after(max(STEPS)).items()}
    # As a function, since it awaits where only PyScript allows it.
    write(tmp_path, {"app.py": files.pop("app.py")})
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    said = check(tmp_path)
    # Neither supertokens-python's get_middleware() nor PyScript's `when` has types.
    untyped = ("[no-untyped-call]", "[untyped-decorator]")
    assert [line for line in said.splitlines() if not line.endswith(untyped)] == []
