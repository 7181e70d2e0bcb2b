"""The README and docs/ name what there is, in both languages, and lead to each other."""

import re
import tomllib
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from pkgutil import iter_modules

import pytest
import supertokens_pyodide
from supertokens_pyodide import errors, recipe
from supertokens_pyodide._core.config.options import to_javascript
from supertokens_pyodide.options import InitOptions

from tests.conftest import ROOT
from tests.each import each
from tools import diagrams

OPTIONS = (ROOT / "docs/options.md").read_text("utf-8")
ERRORS = (ROOT / "docs/errors.md").read_text("utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def rows(text, heading):
    """The rows of the table with this first heading: the names in code of their first two cells."""
    table = text.split(f"\n| {heading} |")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        cells = line.split("|")[1:3]
        yield tuple(re.findall(r"`([\w.]+)", cell) for cell in cells)


def test_every_option_is_there_under_both_names():
    table = rows(OPTIONS, "Option")
    named = {theirs[0].removesuffix(".functions"): ours[0] for theirs, ours in table}
    assert named.pop("onHandleEvent") == "on_handle_event"
    assert to_javascript({name: name for name in named.values()}) == named
    with pytest.raises(KeyError):
        to_javascript({"none": "none"})


def test_no_option_is_missing():
    ours = {ours[0] for _, ours in rows(OPTIONS, "Option")}
    taken = {"api_domain", *InitOptions.__annotations__}
    assert taken == ours
    assert set(supertokens_pyodide.init.__annotations__) == {"api_domain", "options", "return"}


def functions():
    for table in ("Function", "New here"):
        yield from rows(OPTIONS, table)


def test_every_function_of_python_is_there():
    named = {name for _, ours in functions() for name in ours}
    exported = {name for name in supertokens_pyodide.__all__ if name[0].islower()}
    assert exported - named == set()
    assert named - exported == {"supertokens_pyodide.claims", "errors.GeneralError"}


def test_every_function_of_javascript_is_there():
    named = {name for js, _ in functions() for name in js}
    source = (ROOT / "js_shim/src/index.js").read_text("utf-8")
    exported = set(re.findall(r"^export (?:async )?(?:const|function) (\w+)", source, re.MULTILINE))
    assert exported - named == set()


def test_every_function_for_sign_in_is_there():
    page = (ROOT / "docs/reference/sign_in_functions.md").read_text("utf-8")
    sections = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    found = {name: set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE)) for name, text in sections}
    modules = {one.name for one in iter_modules(recipe.__path__) if not one.name.startswith("_")}
    assert found.keys() == modules
    for name in modules:
        exported = import_module(f"{recipe.__name__}.{name}").__all__
        assert found[name] == {one for one in exported if one[0].islower() or one.endswith("Claim")}


def test_every_error_is_there_with_its_code():
    base = errors.SuperTokensError
    classes = dict(getmembers(errors, lambda one: isclass(one) and issubclass(one, base)))
    named = {name: code for [name], [code] in rows(ERRORS, "Class")}
    assert named == {name: one.code for name, one in classes.items() if one is not base}


def test_every_error_has_a_section_with_its_remedy():
    base = errors.SuperTokensError
    codes = {one.code for _, one in getmembers(errors, isclass) if issubclass(one, base)}
    sections = dict(re.findall(r"^### ([A-Z_]+)\n(.*?)(?=^##)", ERRORS, re.MULTILINE | re.DOTALL))
    assert set(sections) == codes
    for code, text in sections.items():
        assert "**What to do:**" in text, code


def test_the_wheels_that_a_page_names_are_those_that_are_pinned():
    pins = (ROOT / "tools/wheels.lock").read_text("utf-8")
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    pinned = {("supertokens_pyodide", ours), *re.findall(r"^(\w+)==([\w.]+)", pins, re.MULTILINE)}
    text = "".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"\b(\w+)-(\d[\w.]*)-py3-none-any\.whl", text))
    assert {name for name, _ in named} >= {"supertokens_pyodide", "pyjwt"}
    assert named - pinned == set()


@pytest.mark.parametrize("diagram", [diagrams.request, diagrams.refresh, diagrams.worker])
def test_a_diagram_is_the_one_that_is_described(diagram):
    assert (diagrams.IMAGES / f"{diagram.__name__}.svg").read_text("utf-8") == diagram()


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 120


def prose(page):
    """The page without its code."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """What the page's headings are called in links."""
    for heading in re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        yield re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


@each("page", PAGES)
def test_every_link_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if link.startswith(("https://", "http://")):
            continue
        path, _, anchor = link.partition("#")
        target = Path(page.parent, path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in set(anchors(target)), link


def test_every_page_can_be_reached_from_the_readme():
    reached, new = set(), {ROOT / "README.md"}
    while new:
        page = new.pop()
        reached.add(page)
        links = re.findall(r"\]\(([^)#\s:]+\.md)", prose(page))
        new |= {(page.parent / link).resolve() for link in links} & set(PAGES) - reached
    assert set(PAGES) - reached == set()
