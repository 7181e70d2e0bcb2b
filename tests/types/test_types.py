"""What type checkers report about the package: the documentation's snippets, and mistakes."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.conftest import ROOT

STUBS = Path(__file__).parent / "stubs"
INTERNAL = {ROOT / "docs" / "architecture.md"}
PAGES = [ROOT / "README.md", *sorted({*(ROOT / "docs").rglob("*.md")} - INTERNAL)]
#: Files of an application, which are tested and checked as a whole in test_application.py.
NAMED_FILE = re.compile(r"^`[\w./]+\.py`:\n\n```python\n.*?```", re.DOTALL | re.MULTILINE)
#: A file of the repository that the page includes: mypy checks it there.
INCLUDED_FILE = re.compile(r"^```python\n--8<--\n.*\n--8<--\n```", re.MULTILINE)
#: Names that a snippet may use because it continues another one.
KNOWN = """
import uuid
import supertokens_pyodide as supertokens
from pyodide.http import pyfetch
"""


def snippets() -> dict[str, str]:
    """The Python of each page: its own blocks, those of PyScript, and those in JavaScript."""
    found = {}
    for page in PAGES:
        text = INCLUDED_FILE.sub("", NAMED_FILE.sub("", page.read_text("utf-8")))
        codes = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        codes += re.findall(r'<script type="py"[^>]*>\n(.*?)</script>', text, re.DOTALL)
        codes += re.findall(r"runPythonAsync\(`\n(.*?)`\)", text, re.DOTALL)
        for number, code in enumerate(codes, 1):
            found[f"{page.relative_to(ROOT)}#{number}"] = textwrap.dedent(code)
    return found


def write(folder: Path, snippets: dict[str, str]) -> dict[str, str]:
    """Write each as a function, since it may await; returns its name by its file."""
    names = {}
    for number, (name, code) in enumerate(snippets.items()):
        file = f"snippet_{number}.py"
        body = textwrap.indent(code, "    ")
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


@pytest.mark.parametrize("check", CHECKERS)
def test_the_documentations_snippets_are_well_typed(tmp_path, check):
    names = write(tmp_path, snippets())
    said = check(tmp_path)
    for file, name in names.items():
        said = said.replace(f"{file}:", f"{name}: ")
    assert said == ""


MISTAKES = {
    "misspelt option": 'supertokens.init(api_domian="https://api.example.com")',
    "unknown method": 'supertokens.init("https://a.example", token_transfer_method="headers")',
    "wrong type": 'supertokens.init("https://a.example", refresh_timeout="10")',
    "unknown event": 'supertokens.on("SIGNED_OUT", print)',
    "misspelt action": "supertokens.on('*', lambda event: print(event['acton']))",
    "response without await": "(await supertokens.fetch('/x')).json()['a']",
    "no such attribute of a response": "(await supertokens.fetch('/x')).statuscode",
    "no such event in a comparison": "supertokens.get_user_id().upper()",
    "wrong body": "await supertokens.fetch('/x', body=5)",
}
RIGHT = {
    "options of every kind": """
        from typing import Unpack
        from supertokens_pyodide.options import InitOptions

        def start(**options: Unpack[InitOptions]) -> None:
            supertokens.init("https://api.example.com", **options)

        async def handle(event: supertokens.Event) -> None:
            if event["action"] == "SIGN_OUT":
                print(event.get("other_tab"))

        start(token_transfer_method="header", on_handle_event=handle)
        supertokens.on("SIGN_OUT", handle)
        """,
    "a response": """
        async def status(response: supertokens.Response) -> int:
            assert isinstance(await response.text(), str)
            return response.status

        print(await status(await supertokens.fetch("/x", body={"a": 1})))
        """,
}


@pytest.mark.parametrize("check", CHECKERS)
def test_mistakes_are_found(tmp_path, check):
    cases = {**MISTAKES, **{name: textwrap.dedent(code) for name, code in RIGHT.items()}}
    names = write(tmp_path, cases)
    lines = check(tmp_path).splitlines()
    found = {name for file, name in names.items() if any(file in line for line in lines)}
    assert found == set(MISTAKES), lines
