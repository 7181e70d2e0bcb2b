"""A test's code, for WebDriver, as Playwright takes it: an expression, a function or statements."""

import json
from typing import Any

# Calls a function without parameters, so that the test's code in it sees no names of ours. Reports
# as JSON whether it failed, the value, and the console's messages since the last time.
CALL = """
(async (code, keep, given, done) => {
  const kept = globalThis[Symbol.for("tests: console")];
  const answer = (failed, value) => done(JSON.stringify([failed, value, kept?.splice(0) ?? []]));
  try {
    const found = code();
    const value = await (typeof found === "function" ? found(given) : found);
    answer(false, keep(value));
  } catch (error) {
    answer(true, `${error?.name ?? "Error"}: ${error?.message ?? error}`);
  }
})(%s, %s, ...arguments);
"""


def expression(code: str, *, truth: bool = False) -> str:
    """The script for an expression; with ``truth``, its value is true or false."""
    return CALL % (f"() => (\n{code.strip().rstrip(';')}\n)", "Boolean" if truth else "(v) => v")


def statements(code: str) -> str:
    return CALL % (f"async () => {{\n{code}\n}}", "(v) => v")


def outcome_of(reported: Any) -> tuple[bool, Any, list[tuple[str, str]]]:
    """Whether the script has failed, its value, and new entries of the console."""
    failed, value, entries = json.loads(reported)
    return failed, value, entries
