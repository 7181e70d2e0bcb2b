"""What Playwright's expect() does, for locators in WebKit."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import TimeoutError as Timeout

from tests.browser.webkit.locator import VISIBLE, Locator

Text = str | re.Pattern[str]

# What an element shows of itself; null if there is none.
LOOK = f"""([element]) => element ? {{
  text: element.textContent,
  visible: {VISIBLE},
  disabled: element.disabled === true,
  checked: element.checked === true,
}} : null"""


class Expectation:
    def __init__(self, locator: Locator) -> None:
        self._locator = locator

    def to_have_text(self, text: Text) -> None:
        self._until(lambda seen: seen and _is(seen["text"], text), f"has the text {text!r}")

    def not_to_have_text(self, text: Text) -> None:
        self._until(lambda seen: seen and not _is(seen["text"], text), f"has not {text!r}")

    def to_contain_text(self, text: Text) -> None:
        self._until(lambda seen: seen and _contains(seen["text"], text), f"contains {text!r}")

    def not_to_contain_text(self, text: Text) -> None:
        self._until(lambda seen: seen and not _contains(seen["text"], text), f"lacks {text!r}")

    def to_be_visible(self) -> None:
        self._until(lambda seen: seen and seen["visible"], "is visible")

    def to_be_hidden(self) -> None:
        self._until(lambda seen: not seen or not seen["visible"], "is hidden")

    def to_be_enabled(self) -> None:
        self._until(lambda seen: seen and not seen["disabled"], "is enabled")

    def to_be_disabled(self) -> None:
        self._until(lambda seen: seen and seen["disabled"], "is disabled")

    def to_be_checked(self) -> None:
        self._until(lambda seen: seen and seen["checked"], "is checked")

    def to_be_empty(self) -> None:
        self._until(lambda seen: seen and not seen["text"], "is empty")

    def to_have_count(self, count: int) -> None:
        self._wait(lambda: self._locator.count() == count, lambda: f"are {count} in number")

    def to_have_attribute(self, name: str, value: Text) -> None:
        self._wait(
            lambda: _is(self._locator.get_attribute(name) or "", value),
            lambda: f"has {name}={value!r}",
        )

    def _until(self, holds: Callable[[Any], Any], what: str) -> None:
        seen: list[Any] = []

        def look() -> bool:
            seen[:] = [self._locator.evaluate_all(LOOK)]
            return bool(holds(seen[0]))

        self._wait(look, lambda: f"{what}; is {seen}")

    def _wait(self, look: Callable[[], bool], what: Callable[[], str]) -> None:
        try:
            self._locator.page.wait_until(look, "an expectation")
        except Timeout:
            raise AssertionError(f"expected that {self._locator.find} {what()}") from None


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _is(seen: str, text: Text) -> bool:
    return _flat(seen) == _flat(text) if isinstance(text, str) else bool(text.search(_flat(seen)))


def _contains(seen: str, text: Text) -> bool:
    return _flat(text) in _flat(seen) if isinstance(text, str) else bool(text.search(seen))
