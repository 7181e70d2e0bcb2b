"""The Python of the page /worker: keeps the session for the page, and works with it."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import supertokens_pyodide as supertokens
from estimate import (  # type: ignore[import-not-found]  # a file of the page
    HEAD,
    Estimate,
    described,
    estimate,
    resampled_means,
)
from js import Object, PerformanceObserver, location, performance
from pyodide.ffi import create_proxy, to_js
from pyodide.http import pyfetch
from pyscript import sync

# The options are the page's: app.js gives them.
supertokens.init()

MONTHS = 12

# The seconds for which work may keep this worker to itself. What the page wants of the session
# meanwhile, a refresh above all, waits so long at most for each of its steps.
SLICE = 0.02


class State:
    """The state of the work."""

    work: asyncio.Task[str] | None = None


state = State()


async def work() -> dict[str, Any]:
    """Estimate the orders month by month, and report progress and result to the page."""
    state.work = asyncio.ensure_future(estimate_year())
    try:
        return {"ok": True, "text": await state.work}
    except asyncio.CancelledError:
        return {"ok": False, "text": "The session has ended, so the work has ended too."}
    except Exception as error:
        return {"ok": False, "text": f"{type(error).__name__}: {error}"}
    finally:
        state.work = None


async def estimate_year() -> str:
    began = time.perf_counter()
    claims = await supertokens.verify_access_token()
    lines = [f"Orders of {claims['sub']}, with a verified access token:", HEAD]
    for month in range(1, MONTHS + 1):
        found = await estimate_in_slices(await fetch_orders(month))
        lines.append(described(month, found))
        sync.showWork(month / MONTHS, "\n".join(lines))
    seconds = time.perf_counter() - began
    return "\n".join([*lines, f"{seconds:.1f} s in the worker, {MONTHS} requests of its own"])


async def fetch_orders(month: int) -> list[float]:
    # A worker of PyScript has no address that others could be relative to.
    response = await pyfetch(f"{location.origin}/api/orders/{month}")
    response.raise_for_status()
    amounts: list[float] = (await response.json())["amounts"]
    return amounts


async def estimate_in_slices(amounts: Sequence[float]) -> Estimate:
    means = []
    slice_end = time.perf_counter() + SLICE
    for mean in resampled_means(amounts):
        means.append(mean)
        if time.perf_counter() > slice_end:
            await asyncio.sleep(0)
            slice_end = time.perf_counter() + SLICE
    return estimate(amounts, means)


def stop_working(_event: object) -> None:
    if state.work:
        state.work.cancel()


for end in ("SIGN_OUT", "UNAUTHORISED", "USER_CHANGED"):
    supertokens.on(end, stop_working)


def watch_requests() -> None:
    """Report requests of this worker to the page, which cannot see them."""

    def on_entries(entries: Any, *_more: Any) -> None:
        for entry in entries.getEntries():
            moment = performance.timeOrigin + entry.startTime
            # WebKit reports no status.
            status = getattr(entry, "responseStatus", None)
            sync.logRequest(entry.name, moment, entry.duration, status)

    # The observer calls back as long as the worker lives, hence a proxy that is never destroyed.
    observer = PerformanceObserver.new(create_proxy(on_entries))
    options = {"type": "resource", "buffered": True}
    observer.observe(to_js(options, dict_converter=Object.fromEntries))


# What the page may call.
sync.work = work
sync.watch_requests = watch_requests
