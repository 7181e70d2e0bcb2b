"""The rules of the architecture (docs/architecture.md) that no type checker holds."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import supertokens_pyodide
from supertokens_pyodide._core.environment.cookies import read_cookies
from supertokens_pyodide._core.session.exchange import REQUEST_HEADERS
from supertokens_pyodide._core.state.local_state import RESPONSE_HEADERS

from tests.conftest import ROOT
from tests.each import each

PACKAGE = Path(supertokens_pyodide.__file__).parent
CORE = PACKAGE / "_core"
SHIM_SOURCES = sorted((ROOT / "js_shim" / "src").rglob("*.js"))
NAME = "supertokens_pyodide"

# The shim's folders and the files beside them (docs/architecture.md): each knows those after it.
SHIM_LAYERS = [
    ["index", "iife", "whole", "utils"],
    ["api"],
    ["registry"],
    ["python_part"],
    ["worker"],
    ["page"],
    ["boot", "intercept"],
    ["core"],
    ["flow"],
    ["host"],
    ["errors"],
    ["platform"],
]

# The core's folders, as docs/architecture.md names them: each knows those before it only.
CORE_FOLDERS = {
    "foreign": [[""]],
    "config": [["spelling", "urls"], ["options"]],
    "environment": [["clock", "cookies"]],
    "flow": [["effects"], ["logs"], ["flows"]],
    "state": [
        ["tokens", "snapshot"],
        ["endings"],
        ["stored"],
        ["local_state"],
        ["observer", "relevance"],
    ],
    "refresh": [["backend_calls", "cooldown", "outcome"], ["refresher"]],
    "claims": [["refusals", "validators"], ["rules", "validation"]],
    "diagnose": [["report"], ["diagnosis"]],
    "session": [
        ["calls", "exchange", "status", "verifier"],
        ["access"],
        ["sign_out"],
        ["session"],
    ],
    "wire": [["errors", "reports"], ["types"], ["plan", "steps"], ["port"]],
}
# Lower layers know nothing of those above them; within a line neither knows the other.
LAYERS = [
    ["_error"],
    ["errors", "events", "_response"],
    ["options"],
    *(
        [f"_core.{folder}.{module}".removesuffix(".") for module in modules]
        for folder, layers in CORE_FOLDERS.items()
        for modules in layers
    ),
    ["claims", "_invalid_claims"],
    ["_recipe"],
    ["_host"],
    ["_client", "testing.network"],
    ["testing.call", "testing.window"],
    ["_stand_in", "testing.profile", "testing.jar", "testing.asgi", "testing.response"],
    ["_current", "testing.sessions"],
    ["_browser.convert", "_browser.blocking"],
    ["_browser.adapters"],
    ["_browser.functions"],
    ["_browser.captured", "_browser.fetch", "_browser.recipe_calls", "_browser.streaming"],
    ["_browser.passkeys", "_browser.window"],
    ["_browser.facts"],
    ["_browser.host"],
    ["_browser.attach"],
    ["recipe", "recipe._body", "recipe._functions"],
    ["recipe._user", "recipe._page", "recipe._tenant"],
    ["recipe._results", "recipe._links"],
    ["recipe._calls"],
    ["recipe.multifactorauth._steps"],
    ["recipe.multifactorauth._claim"],
    ["recipe.passwordless._attempts", "recipe.thirdparty._attempts"],
    ["recipe.passwordless._results", "recipe.thirdparty._results"],
    ["recipe.passwordless._routes", "recipe.webauthn._options"],
    ["recipe.webauthn._results"],
    ["recipe.webauthn._routes", "recipe.webauthn._prompt"],
    ["recipe.webauthn._handles"],
    ["recipe.webauthn._steps"],
    ["recipe.webauthn._autofill", "recipe.webauthn._flows"],
    [
        *("recipe.emailpassword", "recipe.emailverification", "recipe.multifactorauth"),
        *("recipe.multitenancy", "recipe.passwordless", "recipe.thirdparty", "recipe.totp"),
        *("recipe.userroles", "recipe.webauthn"),
    ],
    ["_browser.entry", "_api"],
    ["", "_browser.image", "httpx"],
    ["testing.driver", "testing.backend_sdk", "testing.matching"],
    ["testing.tab", "testing.application_browser"],
    ["testing.browser"],
    ["testing.application"],
    ["testing"],
    ["pytest_plugin"],
]
LEVELS = {module: level for level, modules in enumerate(LAYERS) for module in modules}


def module_name(path):
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def file_of(module):
    path = PACKAGE.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imports(path, *, inside_functions=True):
    """The modules that a file imports, under full names."""
    here = [NAME, *filter(None, module_name(path).split("."))]
    if path.name != "__init__.py":
        here = here[:-1]
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if inside_functions else iter(tree.body)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
            inner = [name for name in names if is_module(name)]
            yield from inner or [module]


def is_module(name):
    path = PACKAGE.joinpath(*name.split(".")[1:])
    return name.startswith(f"{NAME}.") and (path.with_suffix(".py").exists() or path.is_dir())


@each("path", sorted(CORE.rglob("*.py")))
def test_the_core_knows_no_browser_and_no_event_loop(path):
    roots = {name.split(".")[0] for name in imports(path)}
    assert roots.isdisjoint({"js", "pyodide", "pyodide_js", "pyscript", "asyncio", "micropip"})


@each("module", LEVELS)
def test_dependencies_point_one_way(module):
    for imported in imports(file_of(module)):
        if imported.startswith(NAME):
            known = imported.removeprefix(NAME).removeprefix(".")
            assert LEVELS[known] < LEVELS[module], f"{module} imports {known}"


def test_every_module_has_its_layer():
    ours = {module_name(path) for path in PACKAGE.rglob("*.py") if path.stat().st_size > 200}
    assert ours == set(LEVELS)


@each("path", sorted(CORE.rglob("*.py")))
def test_the_core_imports_no_public_module_but_errors_and_events(path):
    ours = {name.removeprefix(f"{NAME}.") for name in imports(path) if name.startswith(NAME)}
    assert {name for name in ours if not name.startswith("_core.")} <= {"errors", "events"}


def test_the_documentation_names_the_folders_of_the_core_in_the_order_of_their_layers():
    text = (ROOT / "docs" / "architecture.md").read_text()
    [block] = re.findall(r"^  _core/ +(.*?)^  _browser/", text, re.MULTILINE | re.DOTALL)
    named = re.findall(r"^ *(\w+)/? {2,}", block, re.MULTILINE)
    assert named == list(CORE_FOLDERS)


def test_only_the_browser_part_imports_the_browser():
    for path in PACKAGE.rglob("*.py"):
        if "_browser" not in path.parts:
            assert not {"js", "pyodide"} & {name.split(".")[0] for name in imports(path)}, path


def test_no_module_has_a_name_that_says_nothing():
    names = {path.stem for path in PACKAGE.rglob("*.py")} | {path.stem for path in SHIM_SOURCES}
    assert not {name for name in names if re.search("util|helper|manager|misc|common", name)}


# Of what we use, this is what Pyodide has loaded when it has booted: importing it costs nothing.
LOADED_AT_BOOT = {
    *(
        "__future__",
        "base64",
        "binascii",
        "collections",
        "contextlib",
        "dataclasses",
        "enum",
        "importlib",
    ),
    *(
        "functools",
        "json",
        "logging",
        "math",
        "os",
        "re",
        "sys",
        "time",
        "traceback",
        "types",
        "typing",
    ),
}
# Modules of ours that are imported where they are needed, or only by type checkers.
ON_DEMAND = (
    *("claims", "options", "recipe", "testing", "httpx", "pytest_plugin"),
    *("_host", "_invalid_claims", "_response", "_stand_in"),
    *(
        "_browser.adapters",
        "_browser.blocking",
        "_browser.facts",
        "_browser.fetch",
        "_browser.image",
    ),
    *("_browser.passkeys", "_browser.recipe_calls", "_browser.streaming", "_browser.window"),
    *("_core.claims", "_core.diagnose", "_core.flow.logs"),
    *("_core.session.sign_out", "_core.session.status", "_core.session.verifier"),
    *("_core.wire.errors", "_core.wire.reports", "_core.wire.types"),
)


@each("path", sorted(PACKAGE.rglob("*.py")))
def test_a_start_loads_nothing_that_pyodide_has_not_loaded_itself(path):
    if not module_name(path).startswith(ON_DEMAND):
        roots = {name.split(".")[0] for name in imports(path, inside_functions=False)}
        assert roots <= LOADED_AT_BOOT | {NAME}


def loaded_by(statement):
    """The modules that a statement adds to a bare interpreter."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules);"
        f"{statement}; print(*sorted(set(sys.modules) - before))"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(PACKAGE.parent)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return set(run.stdout.split())


# For a page that imports the package, and for init(), which imports the rest of what it needs.
@pytest.mark.parametrize(
    ("module", "later"),
    [("", ("_browser", "_core.wire.plan")), ("._browser.entry", ())],
    ids=["import", "init"],
)
def test_a_start_loads_nothing_heavy(module, later):
    loaded = loaded_by(f"import {NAME}{module}")
    ours = {name.removeprefix(f"{NAME}.") for name in loaded if name.startswith(f"{NAME}.")}
    later += ON_DEMAND
    assert {name for name in LEVELS if name and not name.startswith(later)} <= ours
    assert not [name for name in ours if name.startswith(ON_DEMAND)]
    # A dataclass takes four times as long to make as a named tuple.
    assert not [name for name in ours if "\n@dataclass" in file_of(name).read_text()]
    heavy = {"jwt", "asyncio", "http", "ssl", "email", "cryptography", "socket", "js", "pyodide"}
    assert not heavy & {name.split(".")[0] for name in loaded}


def test_the_core_keeps_no_state_of_its_own():
    for path in CORE.rglob("*.py"):
        tree = ast.parse(path.read_text())
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)], path


def without_comments(source):
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", source, flags=re.DOTALL)


def policy_words():
    ours = "sFrontToken st-last-access-token-update sAntiCsrf st-access-token st-refresh-token"
    cookies = ours.split()
    assert set(read_cookies("; ".join(f"{name}=x" for name in cookies))) == set(cookies)
    return {
        *cookies,
        *RESPONSE_HEADERS,
        *REQUEST_HEADERS,
        "sIRTFrontend",
        "st-auth-mode",
        "fdi-version",
    }


def shim_layer(path: Path) -> int:
    """The place of a file of the shim in SHIM_LAYERS."""
    name = path.relative_to(ROOT / "js_shim" / "src").parts[0].removesuffix(".js")
    [level] = (level for level, names in enumerate(SHIM_LAYERS) if name in names)
    return level


@each("path", SHIM_SOURCES)
def test_the_shims_folders_know_only_those_below_them(path):
    for found in re.findall(r'^(?:import|export)[^;]*? from "(.+?)";', path.read_text(), re.M):
        other = (path.parent / found).resolve()
        assert shim_layer(other) >= shim_layer(path), found


def shim_imports(path: Path) -> set[Path]:
    """The files that a file of the shim imports when it is loaded, and those that they import."""
    # A page's bundle has no worker's side, although registry.js imports it (tools/build_shim.mjs).
    found = {ROOT / "js_shim" / "src" / "worker" / "worker_shim.js"}
    waiting = [path]
    while waiting:
        here = waiting.pop()
        text = here.read_text("utf-8")
        names = re.findall(r'^(?:import|export)\b[^;]*?"(\..+?)";', text, re.MULTILINE)
        new = {(here.parent / name).resolve() for name in names} - found
        found |= new
        waiting += new
    return found


def test_the_shims_first_part_contains_nothing_of_the_part_for_python():
    source = ROOT / "js_shim" / "src"
    part = source / "python_part.js"
    names = re.findall(r'from "(.+?)";', part.read_text("utf-8"))
    exported = {(source / name).resolve() for name in names} - {source / "errors.js"}
    assert exported
    assert not exported & shim_imports(source / "iife.js")


def test_the_part_for_python_has_no_copy_of_the_first_parts_state():
    source = ROOT / "js_shim" / "src"
    state = ["registry", "page/shim", "page/given", "page/cores", "page/interception"]
    state += ["boot/settings", "worker/owned_worker", "intercept/brands"]
    own = shim_imports(source / "python_part.js")
    assert source / "errors.js" in own
    assert not {source / f"{name}.js" for name in state} & own


@each("path", [*SHIM_SOURCES, *PACKAGE.rglob("*.py")])
def test_a_file_fits_into_a_head(path):
    assert len(path.read_text().splitlines()) <= 300


@each("path", SHIM_SOURCES)
def test_the_shim_knows_no_policy(path):
    code = without_comments(path.read_text())
    assert not re.search(r"\b(401|403)\b", code)
    for word in policy_words():
        assert not re.search(rf"(?<![\w-]){word}(?![\w-])", code, re.IGNORECASE), word


@each("path", SHIM_SOURCES)
def test_the_shim_evaluates_no_text_as_code(path):
    code = without_comments(path.read_text())
    assert not re.search(r"\beval\(|\bnew Function\b|run_js|runPython", code)


def test_the_check_for_policy_can_fail():
    assert re.search(r"\b(401|403)\b", without_comments("if (x === 401) {} // fine"))
    assert not re.search(r"\b(401|403)\b", without_comments("/* 401 */ a; // 403"))
    assert "https://x" in without_comments("'https://x'")
