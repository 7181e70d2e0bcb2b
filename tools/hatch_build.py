"""Make the wheel what a page loads at every boot: with the built shim, without commentary.

A page needs the wheel and nothing else, so the shim is in it. Comments of private modules and the
docstrings of their functions are not: nobody reads them in a browser, and they are a fifth of the
package. They become empty lines, which cost next to nothing, so that tracebacks name the lines of
the repository. The sdist and an editable install have the files as they are.
"""

import ast
import io
import tokenize
from collections.abc import Iterator, Set
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIM = "js_shim/dist/supertokens.worker.js"
IN_WHEEL = "supertokens_pyodide/_browser/shim.js"
PACKAGE = "py_frontend/supertokens_pyodide"
# Private by its name only: its functions are the public ones.
DOCUMENTED = ["_api.py"]


class WheelBuildHook(BuildHookInterface[Any]):
    """Changes wheels so, and refuses to build one (or an sdist) without the shim."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # for CPython, where there is no page to put a shim into
        shim = Path(self.root, SHIM)
        if not shim.is_file():
            raise SystemExit(
                f"{SHIM} is missing: the JavaScript shim has not been built.\n"
                "Run `make build`, or `npm run build:shim` before building the package."
            )
        if self.target_name == "wheel":
            self._folder = TemporaryDirectory()  # goes with the hook
            build_data["force_include"][str(shim)] = IN_WHEEL
            build_data["force_include"].update(self._blanked(Path(self._folder.name)))

    def _blanked(self, folder: Path) -> Iterator[tuple[str, str]]:
        """Write private modules without commentary; yield each file with its place in the wheel."""
        package = Path(self.root, PACKAGE)
        public = reexported((package / "__init__.py").read_text("utf-8"))
        for path in private_modules(package):
            module = ".".join(path.relative_to(package).with_suffix("").parts)
            source = without_commentary(path.read_text("utf-8"), public.get(module, set()))
            target = folder / path.relative_to(package.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source, "utf-8", newline="\n")
            yield str(target), target.relative_to(folder).as_posix()


def private_modules(package: Path) -> list[Path]:
    """Those that an underscore marks, in their own name or their folder's."""
    files = {*package.glob("_*/**/*.py"), *package.glob("_[!_]*.py")}
    return sorted(files - {package / name for name in DOCUMENTED})


def reexported(source: str) -> dict[str, set[str]]:
    """The names that a package imports from its modules."""
    imports = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    return {node.module or "": {alias.name for alias in node.names} for node in imports}


def without_commentary(source: str, public: Set[str] = frozenset()) -> str:
    """Remove comments and the docstrings of the module and of functions that are not public.

    Each line of code stays on its line. Classes keep their docstrings: without one, a dataclass
    would make itself one of its signature, at every import.
    """
    docstrings = set(private_docstrings(ast.parse(source), public))
    lines = source.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        (first, left), (last, right) = token.start, token.end
        if token.type == tokenize.COMMENT:
            lines[first - 1] = lines[first - 1][:left].rstrip()
        elif token.type == tokenize.STRING and token.start in docstrings:
            # An empty one, since it may be all that its function has for a body.
            line = f'{lines[first - 1][:left]}""{lines[last - 1][right:]}'
            lines[first - 1 : last] = [line, *[""] * (last - first)]
    return "\n".join(lines)


def private_docstrings(tree: ast.Module, public: Set[str]) -> Iterator[tuple[int, int]]:
    """Where those docstrings begin, as line and column."""
    shown = [node for node in tree.body if getattr(node, "name", None) in public]
    spared = {inner for node in shown for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) and (
            node not in spared and ast.get_docstring(node) is not None
        ):
            yield node.body[0].lineno, node.body[0].col_offset
