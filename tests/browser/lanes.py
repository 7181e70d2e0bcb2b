"""Which tests run in which engine.

In Chromium all run. Tests of `SELECTION` run in the other engines as well; with ENGINE=firefox any
test runs in Firefox. What an engine cannot run is in `CANNOT`, with the reason.

A test is named by its file, its name and its parameters, as pytest prints it: `*` stands for any
text.
"""

from fnmatch import fnmatchcase

BOTH = ("firefox", "webkit")

#: The engines other than Chromium that these tests run in. Most of their time Python starts, so a
#: kind of test has few that start it, and none whose outcome the core alone decides.
SELECTION: list[tuple[str, tuple[str, ...]]] = [
    # Journeys: on each page, in both modes, with a reload, several tabs and an outage.
    ("test_journey.py::test_a_user_signs_up_*[javascript-cookie]", BOTH),
    ("test_journey.py::test_a_user_signs_up_*[python-header]", BOTH),
    ("test_journey.py::test_a_user_signs_up_*[worker-cookie]", ("firefox",)),
    ("test_journey.py::test_an_outage_*[javascript-cookie]", BOTH),
    ("test_journey.py::test_a_reload_keeps_*[javascript-cookie]", BOTH),
    ("test_journey.py::test_two_tabs_*[javascript-cookie]", BOTH),
    ("test_tabs.py::test_each_change_*[javascript]", BOTH),
    ("test_tabs.py::test_changes_by_pages_without_messages_*", BOTH),
    ("test_demo_worker.py::test_work_and_page_*", ("webkit",)),
    # Requests of the page. How tokens travel, and where the core is, is nothing to an engine here.
    ("test_fetch.py::*[cookie*", BOTH),
    *(
        (f"test_xhr_conformance.py::test_a_scenario_looks_as_it_does_natively[{scenario}*", BOTH)
        for scenario in (
            *("get-", "post-", "options-", "headers-", "not-found-", "nature-", "subclass-"),
            *("listeners-", "events-of-the-page-", "aborted-", "opened-again-", "own-401-cookie"),
            *("out-of-order-", "type-", "used-again-", "sent-again-in-load-"),
            *("synchronous-cookie", "synchronous-get-", "synchronous-own-401-"),
        )
    ),
    ("test_xhr_conformance.py::test_what_happens_on_its_way_*", ("firefox",)),
    ("test_xhr.py::test_the_time_limit_counts_*[cookie]", ("webkit",)),
    ("test_xhr.py::test_a_request_is_refreshed_for_*[cookie-*", ("webkit",)),
    ("test_xhr.py::test_headers_are_those_of_the_last_*-cookie]", ("webkit",)),
    ("test_xhr.py::test_an_attempt_that_the_cache_*[cookie-*", ("webkit",)),
    # A page that is no secure context.
    ("test_insecure.py::*[javascript-cookie]", BOTH),
    # HTTP clients in Python, on a page and in a worker: one for each way to make a request. The
    # rest of a client is Python, which is the same in each engine.
    *(
        (f"test_clients.py::test_a_request_survives_*[{where}-{client}]", engines)
        for client in (
            *("pyfetch-awaited", "js.XMLHttpRequest-awaited", "open_url-blocking"),
            *("requests-suspending", "requests-blocking", "httpx.AsyncClient-awaited"),
        )
        for where, engines in (
            ("page-cookie-before", BOTH),
            ("bare-worker-cookie-before", ("webkit",)),
            ("worker-header-after", ("firefox",)),
        )
    ),
    ("test_clients.py::test_diagnose_knows_*[page-cookie-*", ("firefox",)),
    # Python in workers.
    ("test_worker.py::*[bare-cookie]", BOTH),
    # Before Python has started.
    ("test_early.py::test_with_a_session_*[cookie]", BOTH),
    ("test_early.py::test_only_what_the_core_must_be_asked_*[expired]", BOTH),
    ("test_demo_boot.py::*", ("webkit",)),
    ("test_fast_boot.py::test_a_later_visit_*", BOTH),
    # Where sessions are kept.
    ("test_storage.py::*large_for_a_cookie*", ("firefox",)),
    ("test_storage.py::*without_cookies[cookies and storage]", ("firefox",)),
    # Its windows are private only if it is started so, and WebKit's of tests always are.
    ("test_storage.py::test_a_private_window_*indexedDB*", ("firefox",)),
    ("test_storage.py::test_a_visitor_*[cookie]", ("firefox",)),
    ("test_token_store.py::test_workers_share_*", BOTH),
    ("test_token_store.py::test_a_sign_out_*", BOTH),
    ("test_token_store.py::test_a_shared_worker_*", BOTH),
]

#: Tests that an engine cannot run, and why.
CANNOT: list[tuple[str, str, str]] = [
    *(
        (
            f"test_xhr_conformance.py::test_a_scenario_looks_as_it_does_natively[{scenario}*",
            "webkit",
            "natively an object lists the headers of its first response for ever",
        )
        for scenario in ("sent-again-in-", "used-again", "synchronous-then-not")
    ),
    ("test_clients.py::*-suspending*", "webkit", "it has no JSPI"),
    ("test_clients.py::test_what_is_not_the_apis_*", "webkit", "it has no JSPI"),
    ("test_storage.py::*large_for_a_cookie*", "webkit", "it keeps cookies of any size"),
    (
        "test_fetch.py::test_a_token_can_expire_*",
        "webkit",
        "its driver cannot fetch in a route's place",
    ),
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
        "test_xhr_conformance.py::test_a_refreshs_own_response_*[empty*",
        "firefox",
        "natively an empty body has progress, before its end",
    ),
    *(
        (f"test_xhr_conformance.py::{test}[cut-off*", "firefox", "natively a failure has progress")
        for test in ("test_what_happens_on_its_way_*", "test_it_looks_the_same_*")
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
