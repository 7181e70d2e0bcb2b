"""Elements of a page, looked up again for each action."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.browser.webkit.page import Page

VISIBLE = "element.checkVisibility({ visibilityProperty: true })"


class Locator:
    def __init__(self, page: "Page", find: str) -> None:
        """``find`` is the source of a function from a root to the elements under it."""
        self.page = page
        self.find = find

    def locator(self, selector: str) -> "Locator":
        inner = f"(element) => [...element.querySelectorAll({json.dumps(selector)})]"
        return Locator(self.page, f"(root) => ({self.find})(root).flatMap({inner})")

    def get_by_test_id(self, name: str) -> "Locator":
        return self.locator(f'[data-testid="{name}"]')

    def filter(self, *, has: "Locator") -> "Locator":
        keep = f"(element) => ({has.find})(element).length > 0"
        return Locator(self.page, f"(root) => ({self.find})(root).filter({keep})")

    def nth(self, number: int) -> "Locator":
        end = "" if number == -1 else number + 1
        return Locator(
            self.page, f"(root) => ({self.find})(root).slice({number}, {end or 'undefined'})"
        )

    @property
    def first(self) -> "Locator":
        return self.nth(0)

    # ---- what is there now -----------------------------------------------------------------------

    def evaluate_all(self, function: str, arg: Any = None) -> Any:
        return self.page.evaluate(f"(arg) => ({function})(({self.find})(document), arg)", arg)

    def count(self) -> int:
        number: int = self.evaluate_all("(all) => all.length")
        return number

    def is_visible(self) -> bool:
        seen: bool = self.evaluate_all(f"([element]) => Boolean(element && {VISIBLE})")
        return seen

    def all_text_contents(self) -> list[str]:
        texts: list[str] = self.evaluate_all("(all) => all.map((e) => e.textContent)")
        return texts

    def all_inner_texts(self) -> list[str]:
        texts: list[str] = self.evaluate_all("(all) => all.map((e) => e.innerText)")
        return texts

    # ---- what waits for the element --------------------------------------------------------------

    def evaluate(self, function: str, arg: Any = None) -> Any:
        self._wait("true")
        return self.evaluate_all(f"([element], given) => ({function})(element, given)", arg)

    def inner_text(self) -> str:
        return str(self.evaluate("(element) => element.innerText"))

    def text_content(self) -> str:
        return str(self.evaluate("(element) => element.textContent"))

    def input_value(self) -> str:
        return str(self.evaluate("(element) => element.value"))

    def get_attribute(self, name: str) -> str | None:
        value: str | None = self.evaluate("(element, name) => element.getAttribute(name)", name)
        return value

    def wait_for(self, *, state: str = "visible") -> None:
        if state != "visible":
            raise NotImplementedError(state)
        self._wait(VISIBLE)

    # ---- what a user does ------------------------------------------------------------------------

    def click(self) -> None:
        self._do("element.click();")

    def check(self) -> None:
        self._do("if (!element.checked) element.click();")

    def uncheck(self) -> None:
        self._do("if (element.checked) element.click();")

    def fill(self, text: str) -> None:
        self._do(
            """element.focus();
               element.value = given;
               for (const type of ["input", "change"]) {
                 element.dispatchEvent(new Event(type, { bubbles: true }));
               }""",
            text,
        )

    select_option = fill

    def _do(self, deed: str, given: Any = None) -> None:
        """Do something with the element once it is visible and enabled."""
        self._wait(f"{VISIBLE} && !element.disabled && (() => {{ {deed} return true; }})()", given)

    def _wait(self, condition: str, given: Any = None) -> None:
        look = f"([element], given) => Boolean(element && {condition})"
        self.page.wait_until(lambda: self.evaluate_all(look, given), f"{self.find} {condition}")
