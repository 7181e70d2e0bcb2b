"""The host of a page: the services of the shim that a client needs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from .._recipe import Recipe
from .captured import CapturedModules
from .convert import fetched, python_error
from .functions import Functions

if TYPE_CHECKING:
    from .._core.diagnose.report import Facts
    from .._host import Window


class BrowserHost:
    """A client's access to the shim."""

    def __init__(self, shim: Any, functions: Functions, blocking: Any = None) -> None:
        self._shim = shim
        self._proxies: Mapping[str, Any] = {}
        self._functions = functions
        self.is_mirrored = bool(shim.isMirrored)
        self._modules = CapturedModules(blocking)

    def interpreter_facts(self) -> str:
        """The facts about this interpreter, as JSON."""
        from .facts import interpreter_facts

        return interpreter_facts(self._modules)

    def keep(self, proxies: Mapping[str, Any]) -> None:
        """Take over the Python objects that the shim holds, to destroy them in the end."""
        self._proxies = proxies

    def cookies(self) -> str | None:
        """The page's cookies; None if the core has them already."""
        return cast("str | None", self._shim.cookies())

    async def opened(self) -> None:
        """Wait until the client is open; raises the error that prevents it."""
        await _settled(self._shim.ready())

    async def sync(self) -> None:
        """Bring the mirror of the cookies up to date."""
        await _settled(self._shim.sync())

    def response_headers(self) -> dict[str, str]:
        """The headers of the last response."""
        return dict(self._shim.lastHeaders().entries())

    def response_of(self, call: str, status: int) -> Any:
        """The last response to one of the SDK's own calls, if it had this status."""
        response = self._shim.responseOf(call, status)
        return None if response is None else fetched(response)

    async def before(self, call: dict[str, Any]) -> dict[str, Any]:
        """A recipe's call to the backend, after the page's preAPIHook."""
        from .recipe_calls import before

        return await before(self._shim.hooks, call)

    async def after(self, call: dict[str, Any], response: Any) -> None:
        """Call the page's postAPIHook with the response to a recipe's call."""
        from .recipe_calls import after

        await after(self._shim.hooks, call, response)

    def window(self) -> Window | None:
        """The page's address and storage; None in a worker that has no ``window_handler``."""
        from .window import page_window

        return page_window(self._shim)

    def passkeys(self) -> Any:
        """The browser's passkeys; None in a worker, which cannot prompt."""
        from .passkeys import BrowserPasskeys

        return BrowserPasskeys() if self._shim.isPage else None

    def renew(self, functions: Mapping[str, Any], recipe: Recipe) -> None:
        """Replace the earlier functions and the earlier recipe by these."""
        self._functions.replace(functions, recipe)
        self._shim.renew()

    async def facts(self) -> Facts:
        """The facts about the page, for ``diagnose``."""
        facts: Facts = json.loads(await _settled(self._shim.facts()))
        return facts

    def now(self) -> float:
        """The client's clock: milliseconds since the epoch."""
        return time.time() * 1000

    async def drive(self, step: str) -> None:
        """Carry out a step and run its flow to the end."""
        await _settled(self._shim.drive(step))

    def close(self) -> None:
        """Remove our patches from the page."""
        self._shim.disconnect()
        self._modules.restore()
        for proxy in self._proxies.values():
            proxy.destroy()
        self._functions.destroy()


async def _settled(promise: Any) -> Any:
    from pyodide.ffi import JsException

    try:
        return await promise
    except JsException as error:
        raise python_error(error) from None
