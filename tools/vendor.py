"""Assemble build/vendor: all that a page needs to run Pyodide, PyScript and the SDK without a CDN.

    pyodide/      the interpreter, and a lock file that knows the wheels below and no others
    wheels/       supertokens-pyodide, PyJWT, micropip
    pyscript/     PyScript core
    supertokens/  the shim

The folder may be served from any place: its files refer to each other by relative addresses.
Only what differs is copied, so a server may continue to serve it meanwhile.
"""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "build" / "vendor"
PYODIDE = ROOT / "node_modules" / "pyodide"
PYSCRIPT = ROOT / "node_modules" / "@pyscript" / "core" / "dist"
SHIM = ROOT / "js_shim" / "dist"
WHEELS = (ROOT / "build" / "wheel", ROOT / "build" / "wheels")

PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")

Lock = dict[str, Any]


def browser_environment(python: str) -> dict[str, str]:
    """The values of environment markers of requirements in Pyodide."""
    return {
        "extra": "",
        "implementation_name": "cpython",
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Emscripten",
        "platform_version": "",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "emscripten",
    }


def wheel_metadata(archive: zipfile.ZipFile) -> Message:
    name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
    return BytesParser().parsebytes(archive.read(name))


def importable_names(files: Iterable[str]) -> list[str]:
    """The top-level packages and modules among the files of a wheel."""
    names = set()
    for file in files:
        top, _, rest = file.partition("/")
        if file.endswith(".py") and not top.endswith((".dist-info", ".data")):
            names.add(top if rest else top.removesuffix(".py"))
    return sorted(names)


def lock_entry(wheel: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Describe a pure Python wheel in the form of Pyodide's lock file."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = wheel_metadata(archive)
        imports = importable_names(archive.namelist())
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    return {
        "name": canonicalize_name(str(metadata["Name"])),
        "version": str(metadata["Version"]),
        # Relative to the lock file.
        "file_name": f"../wheels/{wheel.name}",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "install_dir": "site",
        "package_type": "package",
        "imports": imports,
        "depends": sorted(
            canonicalize_name(requirement.name)
            for requirement in requirements
            if requirement.marker is None or requirement.marker.evaluate(environment)
        ),
        "unvendored_tests": False,
    }


def make_lock(stock: Lock, wheels: Iterable[Path]) -> Lock:
    """Make the lock of our own wheels.

    Pyodide's own lock cannot be kept: its npm package holds none of the wheels that it lists, and
    those on the package index differ from them, so that the browser would refuse their hashes.
    """
    environment = browser_environment(stock["info"]["python"])
    entries = [lock_entry(wheel, environment) for wheel in wheels]
    packages = {entry["name"]: entry for entry in entries}
    for entry in entries:
        if missing := set(entry["depends"]) - packages.keys():
            raise SystemExit(
                f"{entry['name']} needs {', '.join(sorted(missing))} in the browser: "
                "add it to tools/wheels.in and run `make lock`"
            )
    return {"info": stock["info"], "packages": dict(sorted(packages.items()))}


def wanted_files() -> Iterator[tuple[Path, Path]]:
    """Pairs of a place under build/vendor and its file."""
    for name in PYODIDE_FILES:
        yield Path("pyodide", name), PYODIDE / name
    for folder in WHEELS:
        for wheel in sorted(folder.glob("*.whl")):
            yield Path("wheels", wheel.name), wheel
    for target, source in (("pyscript", PYSCRIPT), ("supertokens", SHIM)):
        for file in sorted(source.rglob("*")):
            if file.is_file() and file.suffix != ".map" and not file.name.startswith("."):
                yield Path(target, file.relative_to(source)), file


def same(one: Path, other: Path) -> bool:
    """Whether a copy is not needed: copy2 keeps the time, and every build makes a new one."""
    if not one.exists():
        return False
    a, b = one.stat(), other.stat()
    return a.st_size == b.st_size and a.st_mtime_ns == b.st_mtime_ns


def assemble() -> None:
    wanted = dict(wanted_files())
    lock_file = Path("pyodide", "pyodide-lock.json")
    stock: Lock = json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))
    lock = make_lock(stock, [file for place, file in wanted.items() if place.parts[0] == "wheels"])

    for place, source in wanted.items():
        target = VENDOR / place
        if not same(target, source):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    (VENDOR / lock_file).write_text(json.dumps(lock, indent=1) + "\n", "utf-8")

    for file in VENDOR.rglob("*"):
        place = file.relative_to(VENDOR)
        if file.is_file() and place not in wanted and place not in {lock_file, Path(".done")}:
            file.unlink()


if __name__ == "__main__":
    assemble()
