"""What the wheel leaves out changes nothing of what it does, documents and tells in tracebacks."""

import ast
import json
import subprocess
import sys
import zipfile
from email.parser import BytesParser
from inspect import getdoc
from pathlib import Path

import pytest
import supertokens_pyodide

from tests.conftest import ROOT
from tools.hatch_build import private_modules, without_commentary

PACKAGE = Path(supertokens_pyodide.__file__).parent
# Those of private modules that the package shows under its own name.
PUBLIC_NAMES = {
    "_response": {"Response"},
    "convert": {"cause_of"},
    "diagnosis": {"DiagnosticReport"},
    "fetch": {"fetch"},
}
PUBLIC_MODULES = [
    *("__init__", "_api", "claims", "errors", "events", "httpx", "options"),
    "pytest_plugin",
    *(f"testing/{path.name[:-3]}" for path in (PACKAGE / "testing").glob("*.py")),
]


def with_empty_docstrings(source):
    """The source's tree, in which the docstrings that may go are empty."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        may_go = isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef)
        if may_go and ast.get_docstring(node) is not None:
            node.body[0].value.value = ""
    return tree


def places(tree):
    """Each node with the line and column where it begins."""
    return [
        (type(node).__name__, getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        for node in ast.walk(tree)
    ]


@pytest.mark.parametrize("path", private_modules(PACKAGE), ids=lambda path: path.stem)
def test_a_module_without_commentary_has_the_same_code_on_the_same_lines(path):
    source = path.read_text("utf-8")
    before, after = map(with_empty_docstrings, (source, without_commentary(source)))
    assert ast.dump(after) == ast.dump(before)
    assert places(after) == places(before)


def test_no_module_is_both_public_and_private_or_neither():
    private = {path.relative_to(PACKAGE) for path in private_modules(PACKAGE)}
    public = {Path(f"{name}.py") for name in PUBLIC_MODULES}
    assert private.isdisjoint(public)
    assert private | public == {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a = 1  # why\n# and how\nb = 2\n", "a = 1\n\nb = 2\n"),
        ("a = '# code'  # and not\n", "a = '# code'\n"),
        ('"""A module."""\n\na = 1\n', '""\n\na = 1\n'),
        (
            'def f():\n    """Do.\n\n    So.\n    """\n    a = "é"\n',
            'def f():\n    ""\n\n\n\n    a = "é"\n',
        ),
        ('async def f():\n    """Do."""\n', 'async def f():\n    ""\n'),
    ],
)
def test_comments_and_docstrings_give_way_to_empty_lines(before, after):
    assert without_commentary(before) == after


@pytest.mark.parametrize(
    "source",
    [
        'class C:\n    """Do."""\n',
        'def f():\n    a = """# no\n    docstring"""\n',
        'def public():\n    """Do."""\n',
        'class public:\n    def f():\n        """Do."""\n',
    ],
)
def test_what_classes_and_public_names_say_of_themselves_stays(source):
    assert without_commentary(source, {"public"}) == source


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, timeout=60, check=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def test_public_modules_are_in_the_wheel_as_they_are(wheel):
    with zipfile.ZipFile(wheel) as archive:
        for name in PUBLIC_MODULES:
            path = f"{name}.py"
            assert archive.read(f"{PACKAGE.name}/{path}") == (PACKAGE / path).read_bytes()


def test_help_says_in_the_wheel_what_it_says_in_the_sources(wheel):
    code = """if True:
        import sys, json, inspect
        sys.path.insert(0, sys.argv[1])
        import supertokens_pyodide as package
        assert package.__file__.startswith(sys.argv[1])
        print(json.dumps([inspect.getdoc(getattr(package, name)) for name in package.__all__]))
    """
    command = [sys.executable, "-I", "-S", "-c", code, str(wheel)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    names = supertokens_pyodide.__all__
    docs = [getdoc(getattr(supertokens_pyodide, name)) for name in names]
    assert json.loads(run.stdout) == docs
    assert all(docs)


def test_private_modules_are_in_the_wheel_without_commentary(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
        for path in private_modules(PACKAGE):
            source = archive.read(path.relative_to(PACKAGE.parent).as_posix()).decode()
            assert without_commentary(source, PUBLIC_NAMES.get(path.stem, set())) == source
            assert source.count("\n") == path.read_text("utf-8").count("\n")


def test_the_wheel_describes_itself_in_few_words(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        description = BytesParser().parsebytes(archive.read(name)).get_payload()
    assert description.startswith("# supertokens-pyodide\n")
    assert len(description) < 2_000
