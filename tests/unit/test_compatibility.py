"""The table of compatible versions says what the tests run with."""

import json
import re
from importlib.metadata import version

from supertokens_pyodide._core.refresh.backend_calls import SUPPORTED_FDI

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "compatibility.md").read_text("utf-8")
NPM = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]
OLDER = json.loads((ROOT / "tests/paths/pyodide_versions/package.json").read_text("utf-8"))


def rows(heading):
    table = PAGE.split(f"\n| {heading} |")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def test_the_versions_of_pyodide_are_the_ones_that_are_installed():
    named = [row[0] for row in rows("Pyodide") if row[2] != "by hand"]
    older = [spec.rpartition("@")[2] for spec in OLDER["dependencies"].values()]
    assert named == [*older, NPM["pyodide"]]


def test_the_oldest_python_is_the_oldest_that_the_package_takes():
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    oldest = re.search(r'requires-python = ">=([\d.]+)"', project)[1]
    assert rows("Pyodide")[0][1].startswith(f"{oldest}.")


def test_the_other_versions_are_the_ones_that_are_installed():
    assert rows("PyScript") == [[NPM["@pyscript/core"], "tests"]]
    sdks = {package.split()[0]: number for package, number, _ in rows("Package")}
    assert sdks.pop("supertokens-python") == version("supertokens-python")
    assert sdks == {name: NPM[name] for name in ("supertokens-node", "supertokens-website")}


def test_the_versions_of_the_fdi_are_the_ones_that_the_core_names():
    named = re.search(r"understands FDI ([\d., ]+)\.", PAGE)[1]
    assert named.split(", ") == SUPPORTED_FDI.split(",")
