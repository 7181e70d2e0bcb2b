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
CANNOT: list[tuple[str, str, str]] = [
    *(
        (test, engine, "it is driven by DevTools' protocol")
        for engine in ("firefox", "webkit")
        for test in (
            "test_token_store.py::test_a_page_whose_indexeddb_fails_now_and_then_keeps_its_session*",
            "test_fast_boot.py::test_without_room_for_an_image_*",
        )
    ),
    (
        "test_xhr_conformance.py::test_a_scenario_looks_as_it_does_natively[out-of-order*",
        "firefox",
        "natively the text of JSON can be read once, before there is any",
    ),
    (
        "test_xhr_conformance.py::test_a_refreshs_own_reply_*[empty*",
        "firefox",
        "natively an empty body has progress, before its end",
    ),
]


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
