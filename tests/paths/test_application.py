"""The tests of an application, as docs/install/testing-your-application.md writes them."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.local_core.running import running_core
from tests.types.checkers import mypy, pyright

PAGE = (ROOT / "docs" / "install" / "testing-your-application.md").read_text("utf-8")
FILES = dict(re.findall(r"^`([\w./]+)`:\n\n```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder, with the application that the page shows."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel as pip installs it: what it needs is on the path of this Python."""
    (wheel,) = (ROOT / "build" / "wheel").glob("*.whl")
    target = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(target)
    return target


def test_the_documented_tests_of_an_application_pass(folder: Path, installed: Path) -> None:
    assert set(FILES) == {"orders.py", "test_orders.py", "test_fixtures.py", "test_with_backend.py"}
    with running_core() as core:
        # The sources are on this Python's path, and the wheel is to be found before them.
        path = f"{installed}{os.pathsep}{folder}"
        environment = {**os.environ, "CORE": core, "PYTHONPATH": path}
        environment.pop("PYTEST_ADDOPTS", None)
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *sorted(FILES)],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "9 passed" in run.stdout


def test_the_wheel_is_what_the_documented_tests_import(folder: Path, installed: Path) -> None:
    code = "import supertokens_pyodide.pytest_plugin as p; print(p.__file__)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.startswith(str(installed))


@pytest.mark.parametrize("check", [mypy, pyright])
def test_the_documented_tests_are_well_typed(folder: Path, check: object) -> None:
    assert callable(check)
    said = check(folder)
    # supertokens-python's own get_middleware() has no types.
    lines = [line for line in said.splitlines() if "no-untyped-call" not in line]
    assert lines == []
