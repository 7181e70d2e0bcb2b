"""Which tests run in which engine.

In Chromium all run. Tests of `SELECTION` run in the other engines as well; with ENGINE=firefox any
test runs in Firefox. What an engine cannot run is in `CANNOT`, with the reason.

A test is named by its file, its name and its parameters, as pytest prints it: `*` stands for any
text.
"""

from fnmatch import fnmatchcase

#: The engines other than Chromium that these tests run in.
SELECTION: list[tuple[str, tuple[str, ...]]] = [
    ("test_journey.py::*", ("firefox",)),
    ("test_tabs.py::*", ("firefox",)),
]

#: Tests that an engine cannot run, and why.
CANNOT: list[tuple[str, str, str]] = []


def is_selected(test: str, engine: str) -> bool:
    """Whether a test runs in an engine other than Chromium when several engines are tested."""
    return any(engine in engines and matches(test, row) for row, engines in SELECTION)


def why_not(test: str, engine: str) -> str | None:
    """Why an engine cannot run a test; None if it can."""
    for row, name, reason in CANNOT:
        if name == engine and matches(test, row):
            return reason
    return None


def matches(test: str, row: str) -> bool:
    # Brackets are what they are: parameters.
    return fnmatchcase(test, row.replace("[", "[[]"))
