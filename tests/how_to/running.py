"""The backends of docs/how_to, started by the commands that the pages give."""

import contextlib
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.conftest import ROOT, TIMEOUT

HOW_TO = ROOT / "docs" / "how_to"
BACKENDS = HOW_TO / "backends"
#: The address of the pages in the backends' settings.
WEBSITE = "http://localhost:3000"


def command_of(page: str, file: str) -> list[str]:
    """The command by which a page starts a backend."""
    text = (HOW_TO / page).read_text("utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    name = Path(file).stem
    (line,) = [line for line in lines if name in line and not line.startswith("npm")]
    return shlex.split(line)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@contextlib.contextmanager
def backend(page: str, file: str, **environment: str) -> Iterator[str]:
    """Start a backend as its page says; the value is its origin."""
    origin = f"http://localhost:{free_port()}"
    words = command_of(page, file)
    words = [word if word != "8000" else origin.rpartition(":")[2] for word in words]
    if words[0] != "node":
        words = [sys.executable, "-m", *words]
    settings = {"API_DOMAIN": origin, "WEBSITE_DOMAIN": WEBSITE, **environment}
    with subprocess.Popen(
        words,
        cwd=BACKENDS,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            _wait_until_it_answers(process, origin)
            yield origin
        finally:
            process.terminate()
            process.communicate(timeout=TIMEOUT)


def _wait_until_it_answers(process: "subprocess.Popen[str]", origin: str) -> None:
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{origin}/nothing", timeout=TIMEOUT)
            return
        time.sleep(0.1)
    raise AssertionError(f"{origin} does not answer")
