"""Put the wheels that every page needs into js_shim/wheels, for the npm package.

packages.json has their entries of a Pyodide lock file. `npx supertokens-pyodide copy` writes a lock
file with them, for the version of Pyodide that an application has installed.
"""

import json
import shutil

from tools.vendor import PYODIDE, ROOT, WHEELS, browser_environment, lock_entry

TARGET = ROOT / "js_shim" / "wheels"
PACKAGE = "supertokens-pyodide"


def main() -> None:
    stock = json.loads((PYODIDE / "pyodide-lock.json").read_text("utf-8"))
    environment = browser_environment(stock["info"]["python"])
    found = {}
    for folder in WHEELS:
        for wheel in sorted(folder.glob("*.whl")):
            entry = lock_entry(wheel, environment)
            found[entry["name"]] = (wheel, entry)

    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    needed = [PACKAGE]
    for name in needed:
        wheel, entry = found[name]
        shutil.copy2(wheel, TARGET)
        needed += [other for other in entry["depends"] if other not in needed]
    packages = {name: found[name][1] for name in sorted(needed)}
    (TARGET / "packages.json").write_text(json.dumps(packages, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
