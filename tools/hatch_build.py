"""Put the built shim into the wheel: a page needs the wheel and nothing else."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIM = "js_shim/dist/supertokens.worker.js"
IN_WHEEL = "supertokens_pyodide/_browser/shim.js"


class WheelBuildHook(BuildHookInterface[Any]):
    """Refuses to build a wheel or an sdist without the shim."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # for CPython, which has no page for a shim
        shim = Path(self.root, SHIM)
        if not shim.is_file():
            raise SystemExit(
                f"{SHIM} is missing: the JavaScript shim has not been built.\n"
                "Run `make build`, or `npm run build:shim` before building the package."
            )
        if self.target_name == "wheel":
            build_data["force_include"][str(shim)] = IN_WHEEL
