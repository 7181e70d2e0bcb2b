"""The options that are functions: Python's as the shim calls them, and JavaScript's for Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .._core.config.options import SEAMS
from .._core.environment.clock import Clock, DateProvider
from .._recipe import MATCH_URL, Recipe, is_overridden, reported
from ..errors import HandlerFailed
from .convert import plain


def functions_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are functions, valid or not."""
    return {name: value for name, value in options.items() if name in SEAMS}


class Functions:
    """Python's functions as an object of the shim; the shim calls ``destroy()`` when it is done."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._proxies: list[Any] = []
        self.object = plain(self._adapted(functions))

    def replace(self, functions: Mapping[str, Any], recipe: Recipe) -> None:
        """Replace some of the functions."""
        for name, function in self._adapted(functions).items():
            setattr(self.object, name, function)
        if hasattr(self.object, "override"):
            del self.object.override
        self.match_urls(recipe)

    def destroy(self) -> None:
        """Free everything that the shim held."""
        for proxy in self._proxies:
            proxy.destroy()

    def match_urls(self, recipe: Recipe) -> None:
        """Let the shim ask Python which URLs are ours, if Python overrides that function."""
        if not is_overridden(recipe, MATCH_URL):
            return
        own = plain(
            {
                "shouldDoInterceptionBasedOnUrl": self._proxy(
                    lambda url, api_domain, domain=None: bool(
                        recipe[MATCH_URL](url, api_domain, domain)
                    )
                )
            }
        )
        functions = self._proxy(lambda _original, _builder: own)
        self.object.override = plain({"functions": functions})

    def _adapted(self, functions: Mapping[str, Any]) -> dict[str, Any]:
        if not functions:
            return {}
        from .adapters import adapted  # few pages give functions

        return adapted(functions, self._proxy)

    def _proxy(self, function: Callable[..., Any]) -> Any:
        from pyodide.ffi import create_proxy

        proxy = create_proxy(function)
        self._proxies.append(proxy)
        return proxy


def date_provider(functions: Mapping[str, Any], shim: Any) -> DateProvider | None:
    """The page's own clock, from either language."""
    make = functions.get("date_provider")
    try:
        given = make() if make is not None else shim.dateProvider()
    except Exception as error:
        if make is None:
            raise  # the shim's error, which says so itself
        raise HandlerFailed("The page's date_provider failed.") from error
    if not given:
        return None
    from .adapters import ReportedProvider, SnakeCase

    return ReportedProvider(given if make is not None else SnakeCase(given))


def use_page_skew(clock: Clock, shim: Any) -> None:
    """Take over the clock skew as JavaScript on this page overrides it."""
    calculate = shim.clockSkew()
    if calculate:
        clock.calculate_skew = reported(
            lambda payload: float(calculate(json.dumps(payload))),
            "calculateClockSkewInMillis",
            clock.skew_of,
        )
