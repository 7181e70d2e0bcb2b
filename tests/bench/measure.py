"""The measurements: each drives pages of the bench and returns plain numbers."""

import contextlib
import gzip
from collections.abc import Iterator
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.conftest import open_context
from tests.conftest import ROOT

Calls = dict[str, tuple[str, ...]]
Pages = dict[str, Page]
Numbers = dict[str, Any]

MODES = ("cookie", "header")
SIDES = ("ours", "theirs")

# Both sides answer these; the bench's own calls of what is below the SDKs come with ours.
CALLS: Calls = {
    "fetch_intercepted": SIDES,
    "xhr_intercepted": SIDES,
    "fetch_foreign": SIDES,
    "xhr_foreign": SIDES,
    "does_session_exist": SIDES,
    "get_user_id": SIDES,
    "get_access_token": SIDES,
    "get_access_token_payload_securely": SIDES,
    "py_get_user_id": ("ours",),
    "fetch_native": ("ours",),
    "xhr_native": ("ours",),
    "cookie_read": ("ours",),
}
# In a worker: with the session, and to a host that is not ours.
WORKER_CALLS: Calls = {"worker_fetch": ("worker",), "worker_fetch_foreign": ("worker",)}
WARM_UP = 400
BATCH = 150
ROUNDS = 41

STORMS = (100, 1_000, 10_000)
STORM_ROUNDS = 5
BOOTS = 5
ANSWERS = 15


@contextlib.contextmanager
def opened(browser: Browser, origin: str, side: str, mode: str) -> Iterator[Page]:
    """A page with one of the SDKs started in it, in a profile of its own."""
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{origin}/bench/index.html?side={side}&mode={mode}")
        page.evaluate("ready")
        yield page


@contextlib.contextmanager
def both(browser: Browser, origin: str, mode: str) -> Iterator[Pages]:
    with (
        opened(browser, origin, "ours", mode) as ours,
        opened(browser, origin, "theirs", mode) as theirs,
    ):
        yield {"ours": ours, "theirs": theirs}


def per_call(pages: Pages, calls: Calls = CALLS) -> dict[str, Numbers]:
    """Microseconds of each call on each side: the median of rounds, the sides taking turns.

    Other work of the machine then slows down both.
    """
    found = {}
    for call, sides in calls.items():
        times: dict[str, list[float]] = {side: [] for side in sides}
        for side in sides:
            pages[side].evaluate("([call, n]) => bench.time(call, n)", [call, WARM_UP])
        for number in range(ROUNDS):
            for side in sides if number % 2 else reversed(sides):
                time = pages[side].evaluate("([call, n]) => bench.time(call, n)", [call, BATCH])
                times[side].append(time)
        found[call] = {side: median(times[side]) for side in sides}
    return found


def in_worker(browser: Browser, origin: str, mode: str) -> dict[str, Numbers]:
    """Microseconds of a pyfetch in a worker."""
    with opened(browser, origin, "worker", mode) as page:
        return per_call({"worker": page}, WORKER_CALLS)


def storms(pages: Pages) -> dict[str, Numbers]:
    """Storms of several sizes on our side, and of the middle one on theirs, taking turns.

    Of the rounds the one counts that the rest of the machine has disturbed least.
    """
    runs: dict[tuple[str, int], list[Numbers]] = {}
    for size in STORMS:
        sides = SIDES if size == STORMS[1] else ("ours",)
        for number in range(STORM_ROUNDS):
            for side in sides if number % 2 else reversed(sides):
                run = pages[side].evaluate("size => bench.storm(size)", size)
                for count in ("refused", "answered"):
                    if run[count] != size:
                        raise SystemExit(f"A storm of {size} went wrong ({side}): {run}")
                runs.setdefault((side, size), []).append(run)
    return {
        f"{side}_{size}": {
            "milliseconds": min(run["elapsed"] for run in group),
            "refreshes": max(run["refreshes"] for run in group),
            "longest_task_ms": min(run["longest"] for run in group),
        }
        for (side, size), group in runs.items()
    }


def memory(page: Page) -> Numbers:
    """What 10,000 intercepted requests leave behind after the first 1,000."""
    page.evaluate("bench.traceProxies()")
    page.evaluate("bench.many(1000)")
    before = page.evaluate("bench.memory()")
    page.evaluate("bench.many(9000)")
    after = page.evaluate("bench.memory()")
    return {name: after[name] - before[name] for name in before}


def starts(browser: Browser, origin: str) -> Numbers:
    """Milliseconds of the steps of a start, each time in a new page."""
    runs = []
    for _ in range(BOOTS):
        with opened(browser, origin, "ours", "cookie") as page:
            runs.append(page.evaluate("bench.start"))
    steps = {step: median(run[step] for run in runs) for step in runs[0]}
    ratio = median((run["import"] + run["init"]) / run["boot"] for run in runs)
    return {**steps, "ratio": ratio}


def early(browser: Browser, origin: str, mode: str) -> Numbers:
    """Milliseconds of what a page with a session does while its Python boots."""
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{origin}/bench/early.html?mode={mode}")
        found: Numbers = page.evaluate("measured")
    return found


def visits(browser: Browser, origin: str) -> Numbers:
    """Milliseconds from a navigation to the first answer, with fast boots and without, in turns.

    And of a request that needs a refresh, on a page that starts Python for it from the image.
    """
    times: dict[str, list[float]] = {"fast": [], "normal": []}
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{origin}/bench/boot.html?fast")
        page.evaluate("answered")
        page.evaluate("import('/bench/session.js').then(({ signIn }) => signIn('cookie'))")
        page.evaluate("imageKept()")
        for number in range(2 * BOOTS):
            kind = "normal" if number % 2 else "fast"
            page.goto(f"{origin}/bench/boot.html?{kind}")
            times[kind].append(page.evaluate("answered"))
        times["refresh"] = []
        for _ in range(BOOTS):
            page.goto(f"{origin}/bench/needed.html?mode=cookie")
            times["refresh"].append(page.evaluate("bench.refresh()"))
    return {kind: median(group) for kind, group in times.items()}


def needed(browser: Browser, origin: str, mode: str) -> int:
    """Bytes of Python that a visit with a live session loads, if it is to start when needed."""
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{origin}/bench/needed.html?mode={mode}")
        found: int = page.evaluate("bench.visit()")
    return found


def answers(browser: Browser, origin: str) -> Numbers:
    """Milliseconds from a navigation to the first answer with a live session, in turns.

    Python starts when it is needed, which it is not.
    """
    times: dict[str, list[float]] = {side: [] for side in SIDES}
    with open_context(browser) as context:
        page = context.new_page()
        page.goto(f"{origin}/bench/index.html")
        page.evaluate("import('/bench/session.js').then(({ signIn }) => signIn('cookie'))")
        for number in range(ANSWERS + 1):
            for side in SIDES if number % 2 else reversed(SIDES):
                page.goto(f"{origin}/bench/answer.html?{side}")
                time = page.evaluate("answered")
                if number:  # the first fills the browser's cache
                    times[side].append(time)
    return {side: median(group) for side, group in times.items()}


def sizes() -> Numbers:
    [wheel] = (ROOT / "build" / "wheel").glob("*.whl")
    shim = ROOT / "js_shim" / "dist" / "supertokens.iife.js"
    return {
        "wheel": wheel.stat().st_size,
        "shim": shim.stat().st_size,
        "shim_gzip": len(gzip.compress(shim.read_bytes(), 9)),
    }
