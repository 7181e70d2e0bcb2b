"""Check that all files with the project's version have the same one."""

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ATTACH = "py_frontend/supertokens_pyodide/_browser/attach.py"


def versions() -> dict[str, str]:
    """The version in each file."""
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    found = re.search(r'^VERSION = "(.+)"$', (ROOT / ATTACH).read_text("utf-8"), re.MULTILINE)
    return {
        "pyproject.toml": tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
            "version"
        ],
        "package.json": json.loads((ROOT / "package.json").read_text("utf-8"))["version"],
        "package-lock.json": lock["version"],
        'package-lock.json, packages[""]': lock["packages"][""]["version"],
        ATTACH: found[1] if found else "none",
    }


def main() -> int:
    found = versions()
    if len(set(found.values())) == 1:
        return 0
    print("The version must be the same everywhere:", file=sys.stderr)
    for place, version in found.items():
        print(f"  {version}  {place}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
