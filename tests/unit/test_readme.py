"""The README's tables name what there is, in both languages."""

import re

import pytest
import supertokens_pyodide
from supertokens_pyodide._core.config import to_javascript
from supertokens_pyodide.options import InitOptions

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def rows(heading):
    """The rows of the table with this first heading: the names in code of their first two cells."""
    table = README.split(f"\n| {heading} |")[1].split("\n\n")[0]
    for line in table.splitlines()[2:]:
        cells = line.split("|")[1:3]
        yield tuple(re.findall(r"`([\w.]+)", cell) for cell in cells)


def test_every_option_is_there_under_both_names():
    named = {theirs[0].removesuffix(".functions"): ours[0] for theirs, ours in rows("Option")}
    assert named.pop("onHandleEvent") == "on_handle_event"
    assert to_javascript({name: name for name in named.values()}) == named
    with pytest.raises(KeyError):
        to_javascript({"none": "none"})


def test_no_option_is_missing():
    ours = {ours[0] for _, ours in rows("Option")}
    taken = {"api_domain", *InitOptions.__annotations__}
    assert taken == ours
    assert set(supertokens_pyodide.init.__annotations__) == {"api_domain", "options", "return"}


def test_every_function_of_python_is_there():
    named = {name for table in ("Function", "New here") for _, ours in rows(table) for name in ours}
    functions = {name for name in supertokens_pyodide.__all__ if name[0].islower()}
    assert functions - named == set()
    assert named - functions == {"supertokens_pyodide.claims", "errors.GeneralError"}


def test_every_function_of_javascript_is_there():
    named = {name for table in ("Function", "New here") for js, _ in rows(table) for name in js}
    source = (ROOT / "js_shim/src/index.js").read_text("utf-8")
    exported = set(re.findall(r"^export (?:async )?(?:const|function) (\w+)", source, re.MULTILINE))
    assert exported - named == set()
