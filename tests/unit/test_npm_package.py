"""The npm package: what is in it, its command, and its module in Node.js."""

import json
import re
import shutil
import subprocess
import tarfile

import pytest

from tests.conftest import ROOT, TIMEOUT
from tools.vendor import VENDOR

COMMAND = ROOT / "js_shim" / "cli" / "supertokens-pyodide.mjs"
DIST = ROOT / "js_shim" / "dist"
TARBALL = ROOT / "build" / "npm" / "supertokens-pyodide.tgz"
PYODIDE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]
OURS = ["pyjwt", "supertokens-pyodide"]


def node(*arguments, folder=ROOT):
    return subprocess.run(
        ["node", *arguments], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT
    )


@pytest.fixture
def application(tmp_path):
    """A folder with an npm package pyodide that has nothing in its files."""
    (tmp_path / "package.json").write_text("{}")
    pyodide = tmp_path / "node_modules" / "pyodide"
    pyodide.mkdir(parents=True)
    (pyodide / "package.json").write_text('{"name": "pyodide"}')
    for name in PYODIDE:
        (pyodide / name).write_text(f"this is {name}")
    lock = {"info": {"python": "3.14.2"}, "packages": {"micropip": {"file_name": "micropip.whl"}}}
    (pyodide / "pyodide-lock.json").write_text(json.dumps(lock))
    return tmp_path


def copy(folder, *arguments):
    done = node(COMMAND, "copy", *arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_has_all_that_a_page_needs_and_pyodide_itself_has_not():
    with tarfile.open(TARBALL) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    (command,) = package["bin"].values()
    wheels = {name for name in names if name.endswith(".whl")}
    assert {command, "js_shim/wheels/packages.json", "js_shim/types/index.d.ts"} <= names
    built = [path for path in DIST.rglob("*") if path.is_file()]
    assert {path.relative_to(ROOT).as_posix() for path in built} <= names
    assert {re.match(r"js_shim/wheels/(\w+)-", name)[1] for name in wheels} == {
        "pyjwt",
        "supertokens_pyodide",
    }


@pytest.mark.parametrize("path", sorted(DIST.glob("*js")), ids=lambda path: path.name)
def test_each_import_of_an_address_says_to_bundlers_that_it_stays(path):
    found = re.findall(r"\bimport\((?![\"')])[^)]*\)", path.read_text("utf-8"))
    # The main entry imports its second file by name, which bundlers follow.
    assert len(found) == (path.name != "index.mjs")
    for text in found:
        assert "/* webpackIgnore: true */" in text
        assert "/* @vite-ignore */" in text


def test_copy_writes_what_a_page_needs_once(application):
    said = copy(application, "public/supertokens")
    assert 'indexURL: "/supertokens/pyodide/"' in said
    folder = application / "public" / "supertokens"
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    lock = json.loads((folder / "pyodide" / "pyodide-lock.json").read_text("utf-8"))
    made_by_make = json.loads((VENDOR / "pyodide" / "pyodide-lock.json").read_text("utf-8"))
    assert lock["info"] == {"python": "3.14.2"}
    assert lock["packages"] == {name: made_by_make["packages"][name] for name in OURS}
    wheels = {entry["file_name"].removeprefix("../") for entry in lock["packages"].values()}
    assert files == {
        "index.mjs",
        "settings.js",
        "supertokens.fastboot.mjs",
        "supertokens.iife.js",
        "supertokens.python.mjs",
        "pyodide/pyodide-lock.json",
        *(f"pyodide/{name}" for name in PYODIDE),
        *wheels,
    }
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert "0 written" in copy(application, "public/supertokens")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times


def test_copy_removes_wheels_of_an_earlier_version_and_nothing_else(application):
    copy(application, "public")
    wheels = application / "public" / "wheels"
    lock_file = application / "public" / "pyodide" / "pyodide-lock.json"
    lock = json.loads(lock_file.read_text("utf-8"))
    old = {"a": "../wheels/old-0-py3-none-any.whl", "b": "../../precious-0-py3-none-any.whl"}
    for name, file_name in old.items():
        lock["packages"][name] = {"file_name": file_name}
        (lock_file.parent / file_name).write_text("")
    (wheels / "mine-1-py3-none-any.whl").write_text("")
    lock_file.write_text(json.dumps(lock))
    assert "1 old removed" in copy(application, "public")
    assert {"mine-1-py3-none-any.whl", "old-0-py3-none-any.whl"} & {
        path.name for path in wheels.iterdir()
    } == {"mine-1-py3-none-any.whl"}
    assert (application / "precious-0-py3-none-any.whl").exists()


@pytest.mark.parametrize(
    ("arguments", "index_url"),
    [
        ([], "https://site.test/sub/pyodide/"),
        (["--base", "/app/x"], "/app/x/pyodide/"),
        (["--base=/app/x/"], "/app/x/pyodide/"),
    ],
)
def test_settings_name_the_address_of_pyodide(application, arguments, index_url):
    copy(application, "out", *arguments)
    program = """
        globalThis.document = { currentScript: { src: "https://site.test/sub/settings.js?1" } };
        globalThis.supertokensPyodide = { fastBoot: true };
        require("./out/settings.js");
        console.log(JSON.stringify(supertokensPyodide));
    """
    done = node("-e", program, folder=application)
    assert json.loads(done.stdout) == {"indexURL": index_url, "fastBoot": True}


def test_copy_says_what_is_wrong(application):
    (application / "file").write_text("")
    refused = {
        (): "Usage",
        ("copy",): "Usage",
        ("copy", "a", "b"): "Usage",
        ("copy", "a", "--bass", "/"): "--bass",
        ("copy", "a", "--base", "app"): "from the root of the site",
        ("copy", "a", "--base", "//other.example/"): "from the root of the site",
        ("copy", "file"): "is a file",
    }
    for arguments, says in refused.items():
        done = node(COMMAND, *arguments, folder=application)
        assert done.returncode == 1
        assert says in done.stderr
        assert "    at " not in done.stderr
    (application / "node_modules" / "pyodide" / "pyodide.asm.wasm").unlink()
    assert "has no pyodide.asm.wasm" in node(COMMAND, "copy", "a", folder=application).stderr
    assert not (application / "a").exists()


def test_copy_without_pyodide_says_how_to_install_it(tmp_path):
    with tarfile.open(TARBALL) as archive:
        archive.extractall(tmp_path, filter="data")
    command = tmp_path / "package" / COMMAND.relative_to(ROOT)
    done = node(command, "copy", "public", folder=tmp_path)
    assert done.returncode == 1
    assert "npm install pyodide" in done.stderr


def test_the_module_can_be_imported_in_node_and_init_is_refused_there():
    program = """
        import * as supertokens from "./js_shim/dist/index.mjs";
        const said = { hint: supertokens.sessionHint() ?? null };
        supertokens.close();
        for (let i = 0; i < 2; i++) {
          try { supertokens.init({ apiDomain: "https://api.example.com" }); }
          catch (error) { said[i] = [error.name, String(error)]; }
        }
        said.later = await supertokens.doesSessionExist().catch((error) => error.name);
        said.ready = await supertokens.ready().catch((error) => error.name);
        console.log(JSON.stringify(said));
    """
    done = node("--input-type=module", "-e", program)
    said = json.loads(done.stdout)
    assert said["0"] == said["1"]
    assert said["0"][0] == said["later"] == said["ready"] == "UnsupportedPlatform"
    assert "outside a browser" in said["0"][1]
    assert said["hint"] is None


def test_a_bundler_keeps_an_import_that_is_there_for_its_effects(tmp_path):
    manifest = json.loads((ROOT / "package.json").read_text("utf-8"))
    package = tmp_path / "node_modules" / "supertokens-pyodide"
    # What is under utils/ has no effects: it gives names that the main entry has as well.
    no_page_has = ["package.json", "js_shim/cli/", "/utils/"]
    exports = {
        name: entry
        for name, entry in manifest["exports"].items()
        if not any(part in str(entry) for part in no_page_has)
    }
    exported = exports.values()
    paths = [entry if isinstance(entry, str) else entry["default"] for entry in exported]
    for path in paths:
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(f"console.log({path!r});", "utf-8")
    shutil.copy(ROOT / "package.json", package)
    imports = "".join(f'import "supertokens-pyodide{name[1:]}";' for name in exports)
    (tmp_path / "app.mjs").write_text(imports, "utf-8")
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    command = [esbuild, "app.mjs", "--bundle", "--format=esm"]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True
    )
    assert [path for path in paths if path not in run.stdout] == []
