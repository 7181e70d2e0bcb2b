"""URLs as a browser reads and matches them: Node.js has the same ``URL``, and runs the shim."""

from __future__ import annotations

import atexit
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from supertokens_pyodide._core.config.urls import SKIP_MARKER, Address, InvalidURL


@cache
def _program() -> subprocess.Popen[str]:
    program = subprocess.Popen(
        ["node", Path(__file__).with_name("urls.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(program.kill)
    return program


def _ask(*question: object) -> Any:
    program = _program()
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(json.dumps(question) + "\n")
    program.stdin.flush()
    return json.loads(program.stdout.readline())


@cache
def read_url(url: str) -> Address:
    """Read an absolute URL; raises InvalidURL."""
    found = _ask("read", url)
    if found is None:
        raise InvalidURL(url)
    return Address(*found)


def is_ours(
    url: str,
    api_domain: str,
    backend_domain: str | None = None,
    page: str = "https://app.example.com/",
) -> bool:
    """Whether the shim takes a request for one of ours."""
    found = _ask("ours", url, page, api_domain, backend_domain, SKIP_MARKER)
    assert isinstance(found, bool)
    return found
