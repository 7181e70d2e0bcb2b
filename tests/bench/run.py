"""Measures us beside npm supertokens-website, in one browser: `make bench`.

Prints a table and writes build/bench.json: each key of targets.py with its value, under `targets`
and `holds` what is asked of it and whether it holds, under `details` what it was made from.
"""

import itertools
import json
import time

from tests.bench import measure
from tests.bench.measure import MODES, Numbers
from tests.bench.site import serve
from tests.bench.targets import TARGETS
from tests.browser.engines import open_browser, private_windows
from tests.conftest import ROOT

RESULT = ROOT / "build" / "bench.json"


def main() -> None:
    began = time.monotonic()
    details: Numbers = {"sizes": measure.sizes()}
    with (
        serve() as origin,
        open_browser("chromium") as chromium,
        private_windows("chromium", chromium) as browser,
    ):
        details["chromium"] = browser.version
        say("start")
        details["start"] = measure.starts(browser, origin)
        details["visits"] = measure.visits(browser, origin)
        details["answers"] = measure.answers(browser, origin)
        for mode in MODES:
            say(f"before Python has started, {mode} mode")
            details[f"early_{mode}"] = measure.early(browser, origin, mode)
            details[f"needed_{mode}"] = measure.needed(browser, origin, mode)
            say(f"a worker, {mode} mode")
            details[f"worker_{mode}"] = measure.in_worker(browser, origin, mode)
            with measure.both(browser, origin, mode) as pages:
                say(f"calls, {mode} mode")
                details[f"calls_{mode}"] = measure.per_call(pages)
                say(f"storms, {mode} mode")
                details[f"storms_{mode}"] = measure.storms(pages)
                say(f"memory, {mode} mode")
                details[f"memory_{mode}"] = measure.memory(pages["ours"])
    details["seconds"] = round(time.monotonic() - began)
    values = {mode: values_of(details, mode) for mode in MODES}
    report(values, details)


def say(what: str) -> None:
    print(f"measuring: {what}", flush=True)


def values_of(details: Numbers, mode: str) -> dict[str, float]:
    """The keys' values in one transfer mode."""
    calls, storms = details[f"calls_{mode}"], details[f"storms_{mode}"]
    values = {
        f"{call}_ratio": times["ours"] / times["theirs"]
        for call, times in calls.items()
        if "theirs" in times
    }
    values["py_get_user_id_ratio"] = (
        calls["py_get_user_id"]["ours"] / calls["get_user_id"]["theirs"]
    )
    carried, foreign = (details[f"worker_{mode}"][call]["worker"] for call in measure.WORKER_CALLS)
    values["worker_fetch_us"] = carried - foreign
    per_request = [storms[f"ours_{size}"]["milliseconds"] / size for size in measure.STORMS]
    ours, theirs = (storms[f"{side}_1000"]["milliseconds"] for side in measure.SIDES)
    values["storm_ratio"] = ours / theirs
    values["storm_growth"] = max(
        larger / smaller for smaller, larger in itertools.pairwise(per_request)
    )
    values["storm_longest_task_ms"] = max(
        storms[f"ours_{size}"]["longest_task_ms"] for size in measure.STORMS
    )
    values["leak_proxies"] = details[f"memory_{mode}"]["proxies"]
    values["leak_heap_bytes"] = details[f"memory_{mode}"]["heap"]
    values["init_over_boot"] = details["start"]["ratio"]
    values["warm_boot_ratio"] = details["visits"]["fast"] / details["visits"]["normal"]
    values["preboot_request_ms"] = details[f"early_{mode}"]["left"]
    values["preboot_read_ms"] = details[f"early_{mode}"]["read"]
    values["session_hint_ms"] = details[f"early_{mode}"]["hint"]
    values["needed_boot_bytes"] = details[f"needed_{mode}"]
    values["first_answer_ratio"] = details["answers"]["ours"] / details["answers"]["theirs"]
    values["cold_refresh_ms"] = details["visits"]["refresh"]
    values["wheel_bytes"] = details["sizes"]["wheel"]
    values["shim_gzip_bytes"] = details["sizes"]["shim_gzip"]
    return values


def report(values: dict[str, dict[str, float]], details: Numbers) -> None:
    """Print the table and write the file; of the two modes the worse one counts."""
    worst = {
        target.key: max(values[mode][target.key] for mode in MODES)
        for target in TARGETS
        if target.key in values[MODES[0]]
    }
    limits = {target.key: target.limit for target in TARGETS if target.key in worst}
    holds = {key: limit is None or worst[key] <= limit for key, limit in limits.items()}

    print_calls(details)
    print(f"\n{'key':42}{'value':>10}{'target':>12}  holds  {' / '.join(MODES)}")
    for target in TARGETS:
        if target.key not in worst:
            print(f"{target.key:42}{'':>10}{'':>12}         not measured")
            continue
        modes = " / ".join(number(values[mode][target.key]) for mode in MODES)
        verdict = "yes" if holds[target.key] else "NO"
        limit = "" if target.limit is None else f"<= {number(target.limit)}"
        print(f"{target.key:42}{number(worst[target.key]):>10}{limit:>12}  {verdict:5}  {modes}")

    RESULT.parent.mkdir(exist_ok=True)
    result = {**worst, "targets": limits, "holds": holds, "modes": values, "details": details}
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    kept = sum(holds.values())
    print(f"\n{kept} of {len(holds)} targets hold; {details['seconds']} s; {RESULT.name} written")


def print_calls(details: Numbers) -> None:
    for mode in MODES:
        calls = details[f"calls_{mode}"]
        print(f"\nmicroseconds per call, {mode} mode{'':>14}ours{'':>6}theirs{'':>6}ratio")
        for call, times in calls.items():
            theirs = times.get("theirs")
            line = f"  {call:38}{times['ours']:>8.2f}"
            if theirs is not None:
                line += f"{theirs:>12.2f}{times['ours'] / theirs:>11.3f}"
            print(line)
        for kind in ("fetch", "xhr"):
            over = calls[f"{kind}_foreign"]["ours"] - calls[f"{kind}_native"]["ours"]
            print(f"  {kind} to another host costs {over:.2f} µs more than the native one")
    for mode in MODES:
        print(f"\nstorms, {mode} mode")
        for name, storm in details[f"storms_{mode}"].items():
            print(
                f"  {name:14}{storm['milliseconds']:>9.0f} ms, {storm['refreshes']} refresh, "
                f"longest task over 50 ms: {storm['longest_task_ms'] or 'none'}"
            )
    start = details["start"]
    steps = ", ".join(f"{step} {start[step]:.0f} ms" for step in start if step != "ratio")
    print(f"\nstart: {steps}")
    for mode in MODES:
        times = details[f"early_{mode}"]
        steps = ", ".join(f"{step} {times[step]:.3f} ms" for step in times)
        print(f"before Python has started, {mode} mode: {steps}")
    visits = details["visits"]
    print(f"from navigation to answer: {visits['normal']:.0f} ms, fast {visits['fast']:.0f} ms")
    answers = ", ".join(f"{side} {time:.1f} ms" for side, time in details["answers"].items())
    print(f"the same with a live session, Python when it is needed: {answers}")


def number(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"


if __name__ == "__main__":
    main()
