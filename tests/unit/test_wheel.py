"""The wheel has the sources as they are written, the built shim and a short description."""

import subprocess
import sys
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest
import supertokens_pyodide

from tests.conftest import ROOT

PACKAGE = Path(supertokens_pyodide.__file__).parent
SHIM = ROOT / "js_shim" / "dist" / "supertokens.worker.js"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, timeout=60, check=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        yield archive


def test_every_module_is_in_the_wheel_as_it_is_written(wheel):
    written = {
        path.relative_to(PACKAGE.parent).as_posix(): path.read_bytes()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    in_wheel = {
        name: wheel.read(name) for name in wheel.namelist() if name.startswith(PACKAGE.name + "/")
    }
    del in_wheel["supertokens_pyodide/_browser/shim.js"]
    assert in_wheel == written


def test_the_wheel_carries_the_built_shim(wheel):
    assert wheel.read("supertokens_pyodide/_browser/shim.js") == SHIM.read_bytes()


def test_no_file_is_in_the_wheel_twice(wheel):
    assert len(wheel.namelist()) == len(set(wheel.namelist()))


def test_the_wheel_describes_itself_in_few_words(wheel):
    [name] = [name for name in wheel.namelist() if name.endswith("/METADATA")]
    description = BytesParser().parsebytes(wheel.read(name)).get_payload()
    assert description.startswith("# supertokens-pyodide\n")
    assert len(description) < 2_000
