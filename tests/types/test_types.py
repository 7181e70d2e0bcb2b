"""What type checkers report about the package: the documentation's snippets, and mistakes."""

import re
import textwrap

import pytest

from tests.conftest import ROOT
from tests.types.checkers import CHECKERS, write
from tests.types.recipes import LACKING, POSITIONAL, TYPES, WHOLE

INTERNAL = {ROOT / "docs" / "architecture.md"}
PAGES = [ROOT / "README.md", *sorted({*(ROOT / "docs").rglob("*.md")} - INTERNAL)]
#: Files of an application, which are tested and checked as a whole in test_application.py.
NAMED_FILE = re.compile(r"^`[\w./]+\.py`:\n\n```python\n.*?```", re.DOTALL | re.MULTILINE)
#: A file of the repository that the page includes: mypy checks it there.
INCLUDED_FILE = re.compile(r"^```python\n--8<--\n.*\n--8<--\n```", re.MULTILINE)


def snippets() -> dict[str, str]:
    """The Python of each page: its own blocks, those of PyScript, and those in JavaScript."""
    found = {}
    for page in PAGES:
        text = INCLUDED_FILE.sub("", NAMED_FILE.sub("", page.read_text("utf-8")))
        codes = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        codes += re.findall(r'<script type="py"[^>]*>\n(.*?)</script>', text, re.DOTALL)
        codes += re.findall(r"runPythonAsync\(`\n(.*?)`\)", text, re.DOTALL)
        for number, code in enumerate(codes, 1):
            found[f"{page.relative_to(ROOT)}#{number}"] = textwrap.dedent(code)
    return found


MISTAKES = {
    "misspelt option": 'supertokens.init(api_domian="https://api.example.com")',
    "unknown method": 'supertokens.init("https://a.example", token_transfer_method="headers")',
    "wrong type": 'supertokens.init("https://a.example", refresh_timeout="10")',
    "unknown event": 'supertokens.on("SIGNED_OUT", print)',
    "misspelt action": "supertokens.on('*', lambda event: print(event['acton']))",
    "response without await": "(await supertokens.fetch('/x')).json()['a']",
    "no such attribute of a response": "(await supertokens.fetch('/x')).statuscode",
    "no such event in a comparison": "supertokens.get_user_id().upper()",
    "wrong body": "await supertokens.fetch('/x', body=5)",
}
RIGHT = {
    "options of every kind": """
        from typing import Unpack
        from supertokens_pyodide.options import InitOptions

        def start(**options: Unpack[InitOptions]) -> None:
            supertokens.init("https://api.example.com", **options)

        async def handle(event: supertokens.Event) -> None:
            if event["action"] == "SIGN_OUT":
                print(event.get("other_tab"))

        start(token_transfer_method="header", on_handle_event=handle)
        supertokens.on("SIGN_OUT", handle)
        """,
    "a response": """
        async def status(response: supertokens.Response) -> int:
            assert isinstance(await response.text(), str)
            return response.status

        print(await status(await supertokens.fetch("/x", body={"a": 1})))
        """,
}


@pytest.fixture(scope="module", params=CHECKERS)
def errors(request, tmp_path_factory):
    """What a type checker reports about each snippet."""
    folder = tmp_path_factory.mktemp("snippets")
    cases = {**snippets(), **MISTAKES, **RIGHT, **WHOLE, **LACKING, **TYPES, **POSITIONAL}
    found = {name: [] for name in cases}
    names = write(folder, cases)
    for line in request.param(folder).splitlines():
        if file := re.match(r"snippet_\d+\.py", line):
            found[names[file[0]]].append(line)
    return found


def lines_about(errors, cases):
    return {name: errors[name] for name in cases if errors[name]}


def test_the_documentations_snippets_are_well_typed(errors):
    assert lines_about(errors, snippets()) == {}


def test_mistakes_are_found(errors):
    assert lines_about(errors, MISTAKES).keys() == MISTAKES.keys()
    assert lines_about(errors, RIGHT) == {}


def test_a_match_on_a_recipes_result_is_checked_for_what_it_leaves_out(errors):
    assert len(WHOLE) > 20
    assert lines_about(errors, LACKING).keys() == LACKING.keys()
    assert lines_about(errors, WHOLE) == {}


def test_functions_of_recipes_have_their_results_types(errors):
    assert lines_about(errors, TYPES) == {}


def test_arguments_of_recipes_functions_need_their_names(errors):
    assert lines_about(errors, POSITIONAL).keys() == POSITIONAL.keys()
