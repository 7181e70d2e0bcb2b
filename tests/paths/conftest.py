"""An empty folder in which the documented commands run, with the built packages.

What the commands would install from the package index is in node_modules beside this file (`make`
installs it from package-lock.json there); supertokens-pyodide is the package that `npm pack` makes.
"""

import contextlib
import functools
import http.server
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import (  # noqa: F401  fixtures
    CONTENT_TYPES,
    browser_log,
    context,
    demo,
    demo_process,
    new_context,
    page,
    pytest_runtest_makereport,
)
from tests.browser.demo import Demo
from tests.conftest import ROOT, TIMEOUT

HERE = Path(__file__).parent
NPM_PACKAGE = ROOT / "build" / "npm" / "supertokens-pyodide.tgz"
DOCS = ROOT / "docs" / "install"
PINNED = json.loads((HERE / "package.json").read_text("utf-8"))["devDependencies"]
API = "https://api.example.com"
ENVIRONMENT = {**os.environ, "NEXT_TELEMETRY_DISABLED": "1", "NO_COLOR": "1"}
ENVIRONMENT.pop("FORCE_COLOR", None)


def section(document: str, title: str) -> str:
    """A section of a page under docs/install."""
    text = (DOCS / document).read_text("utf-8")
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def commands(document: str, title: str) -> list[list[str]]:
    """The commands of a section, word by word."""
    blocks = re.findall(r"```console\n(.*?)```", section(document, title), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def files(document: str, title: str) -> dict[str, str]:
    """The files of a section: each is a code block after a sentence that begins with its name."""
    found = re.findall(
        r"^`([\w./]+)`[^\n]*(?:\n[^\n`]+)*:\n\n```\w+\n(.*?)```",
        section(document, title),
        re.DOTALL | re.MULTILINE,
    )
    return dict(found)


class Application:
    """A folder with an application in it."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.api = origin
        #: Where the npm package is, once it is installed.
        self.package = folder / "node_modules" / "supertokens-pyodide"

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            text.replace(f"{API}/orders", f"{self.api}/api/orders/1").replace(API, self.api),
            "utf-8",
        )

    def run(self, words: list[str]) -> str:
        """Run a documented command; what `npm install` would download is here."""
        if words[:2] == ["npm", "install"]:
            names = [word for word in words[2:] if not word.startswith("-")]
            assert {*names} <= {*PINNED, "supertokens-pyodide"}
            if "supertokens-pyodide" not in names or self.package.exists():
                return ""
            words = ["npm", "install", "--offline", "--ignore-scripts", str(NPM_PACKAGE)]
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=2 * TIMEOUT,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    @contextlib.contextmanager
    def serving(self, words: list[str]) -> Iterator[str]:
        """Run a documented command that serves the application; the value is its origin."""
        process = subprocess.Popen(
            [*words, "--port", str(free_port())],
            cwd=self.folder,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if found := re.search(r"http://localhost:\d+", line):
                    threading.Thread(target=process.stdout.read, daemon=True).start()
                    yield found[0]
                    return
            raise AssertionError("".join(said))
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=TIMEOUT)

    @contextlib.contextmanager
    def served(self, folder: str) -> Iterator[str]:
        """Serve a folder of the application as any web server does."""

        class Handler(http.server.SimpleHTTPRequestHandler):
            extensions_map = CONTENT_TYPES

            def log_message(self, format: str, *args: object) -> None:
                pass

        handler = functools.partial(Handler, directory=str(self.folder / folder))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://localhost:{server.server_port}"
            server.shutdown()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def link(source: str, target: str) -> None:
    """Copy a file: as a link, but for npm's own notes, which it changes."""
    with contextlib.suppress(OSError):
        if not Path(source).name.startswith("."):
            os.link(source, target)
            return
    shutil.copy2(source, target)


INSTALLED = ("package.json", "package-lock.json", ".npmrc", "node_modules")


@pytest.fixture(scope="session")
def with_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but what the package index would have: 15,000 files."""
    assert NPM_PACKAGE.exists(), "make test builds the npm package"
    folder = tmp_path_factory.mktemp("application")
    for name in INSTALLED[:-1]:
        shutil.copy2(HERE / name, folder)
    shutil.copytree(
        HERE / "node_modules", folder / "node_modules", symlinks=True, copy_function=link
    )
    return folder


@pytest.fixture
def application(with_packages: Path, demo: Demo) -> Application:  # noqa: F811  the fixture
    """An application with nothing in it but its packages; the first test installs ours."""
    modules = with_packages / "node_modules"
    left = [path for path in with_packages.iterdir() if path.name not in INSTALLED]
    for path in (*left, modules / ".vite", modules / ".cache"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return Application(with_packages, demo.origin)
