"""What `make release` checks before it lists the files of a release."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT, TIMEOUT
from tools import release
from tools.release import Broken


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The source distribution, unpacked, and the wheel."""
    folder = tmp_path_factory.mktemp("release")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, timeout=TIMEOUT, check=True)
    source = release.unpack(release.the_one(folder, "*.tar.gz"), folder / "source")
    return source, release.the_one(folder, "*.whl")


@pytest.fixture
def source(built, tmp_path):
    return shutil.copytree(built[0], tmp_path / "source")


def test_the_source_distribution_makes_the_same_wheel_and_the_same_shim(built, source):
    release.check_rebuild(source, built[1])


def test_a_shim_that_its_sources_do_not_make_is_refused(built, source):
    with (source / release.BUILT_SHIM / "supertokens.iife.js").open("a") as file:
        file.write("//")
    with pytest.raises(Broken, match=r"makes another supertokens\.iife\.js"):
        release.check_rebuild(source, built[1])


def test_a_wheel_that_its_sources_do_not_make_is_refused(built, source):
    with (source / "py_frontend/supertokens_pyodide/events.py").open("a") as file:
        file.write("late = True\n")
    with pytest.raises(Broken, match="makes another wheel"):
        release.check_rebuild(source, built[1])


def test_a_path_of_this_machine_is_refused(tmp_path):
    (tmp_path / "file").write_text("somewhere")
    release.check_paths(tmp_path)
    (tmp_path / "file").write_text(f"in {ROOT}/js_shim")
    with pytest.raises(Broken, match="file names a folder of this machine"):
        release.check_paths(tmp_path)


def test_an_npm_package_must_have_what_it_exports(tmp_path):
    described = {"version": "1.0.0", "exports": {".": {"types": "./a.d.ts", "default": "./a.mjs"}}}
    (tmp_path / "package.json").write_text(json.dumps(described))
    (tmp_path / "a.mjs").touch()
    with pytest.raises(Broken, match=r"exports \./a\.d\.ts"):
        release.check_npm(tmp_path, "1.0.0")
    (tmp_path / "a.d.ts").touch()
    release.check_npm(tmp_path, "1.0.0")
    with pytest.raises(Broken, match=r"version 1\.0\.0, not 1\.0\.1"):
        release.check_npm(tmp_path, "1.0.1")


def test_a_bill_of_materials_names_its_file_and_is_the_same_each_time(tmp_path):
    file = tmp_path / "it.whl"
    file.write_bytes(b"it")

    def bill(serial):
        bom = {"serialNumber": serial, "metadata": {"timestamp": serial, "component": {}}}
        return release.describe(bom, "pkg:pypi/it@1", file, "2026-01-01T00:00:00Z")

    assert bill("1") == bill("2")
    component = json.loads(bill("1"))["metadata"]["component"]
    assert component["name"] == "supertokens-pyodide"
    assert component["hashes"][0]["content"] == release.sha256(file)
