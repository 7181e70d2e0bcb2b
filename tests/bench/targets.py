"""What is measured under which key, and what is asked of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A key of build/bench.json: its value must not exceed the limit, if there is one."""

    key: str
    limit: float | None
    meaning: str
    unit: str = ""


TARGETS = (
    Target("fetch_intercepted_ratio", 0.25, "a fetch to the API, session present: ours/theirs"),
    Target("xhr_intercepted_ratio", 0.25, "an XMLHttpRequest to the API: ours/theirs"),
    Target("fetch_foreign_ratio", 0.5, "a fetch to another host: ours/theirs"),
    Target("does_session_exist_ratio", 0.25, "doesSessionExist(): ours/theirs"),
    Target("get_user_id_ratio", 0.25, "getUserId(): ours/theirs"),
    Target("get_access_token_ratio", 0.25, "getAccessToken(): ours/theirs"),
    Target(
        "get_access_token_payload_securely_ratio",
        0.25,
        "getAccessTokenPayloadSecurely(): ours/theirs",
    ),
    Target("py_get_user_id_ratio", 1, "await get_user_id() in Python / theirs in JavaScript"),
    Target("worker_fetch_us", None, "a pyfetch in a worker: overhead", "µs"),
    Target("storm_ratio", 0.5, "1,000 requests that all get a 401, per request: ours/theirs"),
    Target(
        "storm_growth", 1.5, "a request's time in a storm of ten times as many / in the smaller one"
    ),
    Target("storm_longest_task_ms", 50, "longest task of a storm of 1,000 or 10,000", "ms"),
    Target("leak_proxies", 0, "more PyProxies after 10,000 requests than after 1,000"),
    Target("leak_heap_bytes", 0, "the same of the WebAssembly heap", "bytes"),
    Target("init_over_boot", 0.05, "import and init() / a bare loadPyodide()"),
    Target("warm_boot_ratio", 0.35, "navigation to first answer: from an image / an ordinary boot"),
    Target(
        "preboot_request_ms", 5, "a fetch while Python boots: from the call to its leaving", "ms"
    ),
    Target("preboot_read_ms", 5, "the first getUserId() after init() while Python boots", "ms"),
    Target("session_hint_ms", 1, "sessionHint() while Python boots", "ms"),
    Target(
        "needed_boot_bytes", 0, "Python loaded by two requests and two reads, if needed", "bytes"
    ),
    Target(
        "first_answer_ratio", 1.2, "navigation to doesSessionExist(), Python if needed: ours/theirs"
    ),
    Target("cold_refresh_ms", None, "a fetch with an expired token: start and refresh", "ms"),
    Target("wheel_bytes", 140_000, "the wheel", "bytes"),
    Target("shim_gzip_bytes", 20_000, "the shim, gzipped", "bytes"),
)
