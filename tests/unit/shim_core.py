"""A tab whose core is asked as little as in a page: by js_shim/src/core/python.js, in Node."""

from __future__ import annotations

import atexit
import itertools
import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from supertokens_pyodide.testing import Tab

_numbers = itertools.count()


@cache
def _node() -> subprocess.Popen[str]:
    program = Path(__file__).with_name("shim_core.mjs")
    pipe = subprocess.PIPE
    node = subprocess.Popen(["node", program], stdin=pipe, stdout=pipe, text=True)
    atexit.register(node.kill)
    return node


class ShimCore:
    """A tab's port, with the shim's step cache in front of it.

    An exchange that the cache has answered has a negative number until Python knows it.
    """

    def __init__(self, tab: Tab) -> None:
        self._port = tab.client.port
        self._number = next(_numbers)
        self.cached = 0  # steps that Python was not asked for
        self._write([self._number, "open", [tab.plan["statuses"]]])

    def exchange(self, headers: str, one_shot: bool, cookies: str, now: float) -> str:
        return self._ask("exchange", [headers, one_shot], cookies, now)

    def call(self, name: str, arguments: str, cookies: str, now: float) -> str:
        return self._ask("call", [name, arguments], cookies, now)

    def resume(self, flow_id: int, result: Any, cookies: str, now: float) -> str:
        return self._ask("resume", [flow_id, result], cookies, now)

    def observe(self, cookies: str, now: float) -> str:
        return self._ask("observe", [], cookies, now)

    def cancel(self, flow_id: int) -> None:
        if flow_id > 0:
            self._port.cancel(flow_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)

    def _ask(self, name: str, args: list[Any], cookies: str, now: float) -> str:
        self._write([self._number, name, args, cookies, now])
        asked = False
        while True:
            line = self._read()
            if "step" in line:
                self.cached += name in ("exchange", "call") and not asked
                return json.dumps(line["step"]) if line["step"] else ""
            asked = True
            self._write(getattr(self._port, line["ask"])(*line["args"]))

    def _write(self, message: Any) -> None:
        stdin = _node().stdin
        assert stdin is not None
        stdin.write(json.dumps(message) + "\n")
        stdin.flush()

    def _read(self) -> Any:
        stdout = _node().stdout
        assert stdout is not None
        return json.loads(stdout.readline())
