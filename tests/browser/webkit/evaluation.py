"""A test's code, for WebDriver, as Playwright takes it: an expression, a function or statements."""

import json
from typing import Any

# Gives [whether it failed, the value, what the console has been told since].
CALL = """
const [given, done] = arguments;
const kept = globalThis[Symbol.for("tests: console")]?.splice(0) ?? [];
const tell = (failed, value) => {
  kept.push(...(globalThis[Symbol.for("tests: console")]?.splice(0) ?? []));
  done(JSON.stringify([failed, value, kept]));
};
const fail = (error) => tell(true, `${error?.name ?? "Error"}: ${error?.message ?? error}`);
const run = async () => {
  %s
};
run().then((value) => tell(false, value), fail).catch(fail);
"""
EXPRESSION = "const found = (%s\n); return typeof found === 'function' ? found(given) : found;"


def expression(code: str) -> str:
    return CALL % (EXPRESSION % code.strip().rstrip(";"))


def statements(code: str) -> str:
    return CALL % code


def outcome_of(told: Any) -> tuple[bool, Any, list[tuple[str, str]]]:
    """Whether the script has failed, its value, and new entries of the console."""
    failed, value, entries = json.loads(told)
    return failed, value, entries
