"""What a context reports to a test's listeners."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Emitter:
    def __init__(self) -> None:
        self._listeners: dict[str, list[Callable[[Any], None]]] = {}

    def on(self, event: str, listener: Callable[[Any], None]) -> None:
        self._listeners.setdefault(event, []).append(listener)

    def remove_listener(self, event: str, listener: Callable[[Any], None]) -> None:
        self._listeners[event].remove(listener)

    def emit(self, event: str, value: object) -> None:
        for listener in [*self._listeners.get(event, [])]:
            listener(value)


@dataclass(frozen=True)
class ConsoleMessage:
    type: str
    text: str


@dataclass(frozen=True)
class UncaughtError:
    message: str
    stack: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class WebError:
    error: UncaughtError


# Keeps what a page's scripts say until the test asks for it. A page may freeze or replace anything.
RECORD = """(() => {
  const kept = [];
  globalThis[Symbol.for("tests: console")] = kept;
  const text = (word) => {
    try { return String(word?.stack ? `${word}\\n${word.stack}` : word); } catch { return "?"; }
  };
  for (const type of ["error", "warn", "log", "info", "debug"]) {
    const native = console[type];
    console[type] = (...words) => {
      kept.push([type === "warn" ? "warning" : type, words.map(text).join(" ")]);
      native.apply(console, words);
    };
  }
  addEventListener("error", (event) => kept.push(["uncaught", text(event.error ?? event.message)]));
  addEventListener("unhandledrejection", (event) => kept.push(["uncaught", text(event.reason)]));
})();"""


def event_of(kind: str, text: str) -> tuple[str, object]:
    """The name and value of the event for an entry that RECORD has kept."""
    if kind == "uncaught":
        return "weberror", WebError(UncaughtError(text.partition("\n")[0], text))
    return "console", ConsoleMessage(kind, text)
