"""Check build/dist, add a bill of materials for each package, and list all files with hashes.

`make release` runs this after `make check` and `make build`. Nothing is published.
"""

import filecmp
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any

from packaging.utils import parse_wheel_filename

from tools.publishing import placeholders, read_settings

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "build" / "dist"
WHEELS = ROOT / "build" / "wheels"
TOOLS = ROOT / "build" / "release-tools" / "bin"
SUMS = "SHA256SUMS"
BUILT_SHIM = Path("js_shim/dist")

Bom = dict[str, Any]


class Broken(SystemExit):
    """A check has failed; the text says which one."""


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Broken(f"{' '.join(map(str, command))} has failed:\n{done.stdout}")
    return done.stdout


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def the_one(folder: Path, pattern: str) -> Path:
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise Broken(f"{folder} must have one {pattern}, and has {len(found)}: run `make release`.")
    return found[0]


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack it; return the one folder in it."""
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return the_one(folder, "*")


# ---- checks --------------------------------------------------------------------------------------


def check_paths(*folders: Path) -> None:
    """No file may name a folder of the machine that built it."""
    machine = str(ROOT).encode()
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and machine in path.read_bytes():
                raise Broken(f"{path.relative_to(folder)} names a folder of this machine.")


def check_rebuild(source: Path, wheel: Path) -> None:
    """The source distribution makes the same wheel, and its sources make the same shim."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "again", cwd=source)
    again = source / "again" / wheel.name
    if not filecmp.cmp(again, wheel, shallow=False):
        raise Broken("The source distribution makes another wheel.")
    built = source / BUILT_SHIM
    files = [path.relative_to(built) for path in sorted(built.rglob("*")) if path.is_file()]
    built.rename(source / "built")
    # As in the Makefile, but with the packages that are installed here.
    (source / "node_modules").symlink_to(ROOT / "node_modules")
    (source / "build").mkdir(exist_ok=True)
    python_path = str(source / "py_frontend")
    table = "build/decision_table.json"
    run(sys.executable, "-m", "tools.decision_table", table, cwd=source, PYTHONPATH=python_path)
    run("node", "tools/build_shim.mjs", cwd=source)
    for name in files:
        if not filecmp.cmp(built / name, source / "built" / name, shallow=False):
            raise Broken(f"The source distribution makes another {name}.")


def check_wheel(wheel: Path, environment: Path) -> Path:
    """The wheel and its dependencies can be imported; return the Python that has them."""
    venv.create(environment, with_pip=False)
    python = environment / "bin" / "python"
    run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index"),
        *("--disable-pip-version-check", "--find-links", wheel.parent, "--find-links", WHEELS),
        f"supertokens-pyodide=={parse_wheel_filename(wheel.name)[1]}",
    )
    run(python, "-I", "-c", "import supertokens_pyodide, supertokens_pyodide.testing", cwd=DIST)
    return python


def targets(exports: Any) -> list[str]:
    """The files in the exports of package.json."""
    if isinstance(exports, str):
        return [exports]
    return [file for inner in exports.values() for file in targets(inner)]


def check_npm(package: Path, version: str) -> None:
    described = json.loads((package / "package.json").read_text("utf-8"))
    if described["version"] != version:
        raise Broken(f"The npm package has version {described['version']}, not {version}.")
    for name in targets(described["exports"]):
        if not (package / name).is_file():
            raise Broken(f"The npm package exports {name} and does not have it.")


# ---- bills of materials --------------------------------------------------------------------------


def describe(bom: Bom, purl: str, artefact: Path, time: str) -> str:
    """The bill as text: about this file, and the same for every build of one commit."""
    bom.pop("serialNumber", None)
    bom["metadata"]["timestamp"] = time
    bom["metadata"]["component"] |= {
        "name": "supertokens-pyodide",  # npm takes the folder's name
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": sha256(artefact)}],
    }
    return json.dumps(bom, indent=2, ensure_ascii=False) + "\n"


def python_bom(python: Path) -> Bom:
    text = run(
        *(TOOLS / "cyclonedx-py", "environment", "--pyproject", "pyproject.toml"),
        *("--mc-type", "library", "--output-reproducible", python),
    )
    bom: Bom = json.loads(text)
    return bom


def npm_bom(package: Path) -> Bom:
    """The data of npm, and the wheels in the package."""
    text = run("npm", "sbom", "--sbom-format=cyclonedx", "--sbom-type=library", "--omit=dev")
    bom: Bom = json.loads(text)
    for path in sorted(package.rglob("*.whl")):
        name, version, *_ = parse_wheel_filename(path.name)
        purl = f"pkg:pypi/{name}@{version}"
        bom.setdefault("components", []).append(
            {
                "type": "library",
                "bom-ref": purl,
                "name": str(name),
                "version": str(version),
                "purl": purl,
                "hashes": [{"alg": "SHA-256", "content": sha256(path)}],
            }
        )
    return bom


# ---- the list ------------------------------------------------------------------------------------


def open_points(version: str) -> list[str]:
    """What must be done before a publication."""
    points = [
        f"decide `{name}` in [tool.publishing] of pyproject.toml, and run `make settings`"
        for name in placeholders(read_settings())
    ]
    if f"\n## [{version}]" not in (ROOT / "CHANGELOG.md").read_text("utf-8"):
        points.append(f"give CHANGELOG.md a heading for {version}")
    if run("git", "status", "--porcelain").strip():
        points.append("commit your changes: these files are not those of a commit")
    if f"v{version}" not in run("git", "tag", "--points-at", "HEAD").split():
        points.append(f"tag the commit as v{version}")
    return points


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    version = project["version"]
    release = f"supertokens-pyodide@{version}"
    time = run("git", "show", "-s", "--format=%cd", "--date=format-local:%FT%TZ", TZ="UTC").strip()
    wheel = the_one(DIST, f"supertokens_pyodide-{version}-*.whl")
    source = the_one(DIST, f"supertokens_pyodide-{version}.tar.gz")
    npm = the_one(DIST, f"supertokens-pyodide-{version}.tgz")
    run(TOOLS / "twine", "check", "--strict", wheel, source)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unpacked = unpack(source, folder / "source"), unpack(npm, folder / "npm")
        check_paths(*unpacked)
        check_rebuild(unpacked[0], wheel)
        check_npm(unpacked[1], version)
        python = check_wheel(wheel, folder / "environment")
        boms = {
            wheel: describe(python_bom(python), f"pkg:pypi/{release}", wheel, time),
            npm: describe(npm_bom(unpacked[1]), f"pkg:npm/{release}", npm, time),
        }
        for artefact, bom in boms.items():
            if name in bom or str(ROOT) in bom:
                raise Broken(f"The bill of {artefact.name} names a folder of this machine.")
            artefact.with_name(f"{artefact.name}.cdx.json").write_text(bom, "utf-8")
    files = sorted(path for path in DIST.iterdir() if path.name != SUMS)
    sums = "".join(f"{sha256(path)}  {path.name}\n" for path in files)
    (DIST / SUMS).write_text(sums, "utf-8")
    print(f"\nbuild/dist, version {version}, commit {run('git', 'rev-parse', 'HEAD').strip()}:\n")
    for path in [*files, DIST / SUMS]:
        print(f"{path.stat().st_size:>9}  {sha256(path)}  {path.name}")
    if points := open_points(version):
        print("\nBefore you publish:")
        print("".join(f"- {point}\n" for point in points))
    print("Nothing was published.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
