"""Type checkers, which read all snippets of a test run at once: most of their time they start."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

from tests.conftest import ROOT

STUBS = Path(__file__).parent / "stubs"
#: Names that a snippet may use because it continues another one.
KNOWN = """
import uuid
import supertokens_pyodide as supertokens
from pyodide.http import pyfetch
"""


def write(folder: Path, snippets: dict[str, str]) -> dict[str, str]:
    """Write each as a function, since it may await; returns its name by its file."""
    names = {}
    for number, (name, code) in enumerate(snippets.items()):
        file = f"snippet_{number}.py"
        body = textwrap.indent(textwrap.dedent(code), "    ")
        (folder / file).write_text(f"{KNOWN}\n\nasync def snippet() -> None:\n{body}", "utf-8")
        names[file] = name
    return names


def mypy(folder: Path) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file="]
    environment = {**os.environ, "MYPYPATH": f"{STUBS}:{ROOT / 'py_frontend'}"}
    run = subprocess.run(
        [*command, "--cache-dir", str(ROOT / "build" / "mypy_snippets"), "."],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run.stdout


def pyright(folder: Path) -> str:
    settings = {
        "extraPaths": [str(ROOT / "py_frontend")],
        "stubPath": str(STUBS),
        "pythonVersion": "3.11",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    command = [str(ROOT / "node_modules" / ".bin" / "pyright"), "--pythonpath", sys.executable]
    run = subprocess.run(
        [*command, "--outputjson"], cwd=folder, capture_output=True, text=True, timeout=600
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    found = json.loads(run.stdout)["generalDiagnostics"]
    return "".join(
        f"{Path(one['file']).name}:{one['range']['start']['line'] + 1}: {one['message']}\n"
        for one in found
        if one["severity"] == "error"
    )


CHECKERS = [mypy, pyright]
