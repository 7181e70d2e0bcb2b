"""The functions of recipes: a page may override them, and equal calls share a running one.

    override={"emailpassword": lambda original: {"sign_in": own}}

``original`` is a dict of the recipe's functions, like the session's in ``override["functions"]``.
An override gets the arguments of the call, always including ``user_context``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from .. import _current
from .._client import Client
from ..errors import Closed, ConfigError

P = ParamSpec("P")
T = TypeVar("T")

Function = Callable[..., Awaitable[Any]]


class RecipeFunctions:
    """The functions of one recipe; as a decorator it adds one."""

    def __init__(self, recipe: str) -> None:
        self.recipe = recipe
        self._originals: dict[str, Function] = {}

    def __call__(
        self, function: Callable[P, Coroutine[Any, Any, T]]
    ) -> Callable[P, Coroutine[Any, Any, T]]:
        """Add a function; returns the function for callers."""
        name = function.__name__
        self._originals[name] = function

        @wraps(function)
        async def call(*args: P.args, **arguments: P.kwargs) -> T:
            client = _current.current()
            kept = kept_of(client)
            chosen = kept.functions(self, client)[name]
            return cast(T, await kept.share((self.recipe, name), chosen, arguments))

        return call

    def chosen(self, client: Client) -> Mapping[str, Function]:
        """The functions after the page's override; raises ConfigError."""
        given = client.override_of(self.recipe)
        own = dict(given(dict(self._originals))) if given else {}
        for name in sorted(own.keys() - self._originals.keys()):
            raise ConfigError(
                "override",
                f"replaces {name!r}, which is not a function of {self.recipe}",
                hint=f"It may replace: {', '.join(sorted(self._originals))}.",
            )
        return {**self._originals, **own}


class Kept:
    """The state of the recipes for one client, until it is closed."""

    def __init__(self) -> None:
        #: The replacement for the page's storages, if there are none.
        self.memory: dict[str, str] = {}
        #: Further state of the recipes, by name; each has a ``close``.
        self.parts: dict[str, Any] = {}
        self._functions: dict[str, tuple[Any, Mapping[str, Function]]] = {}
        self._running: list[tuple[object, dict[str, Any], asyncio.Future[Any]]] = []
        self._is_closed = False

    def functions(self, of: RecipeFunctions, client: Client) -> Mapping[str, Function]:
        """A recipe's functions; the page's override is called once to get them."""
        given = client.override_of(of.recipe)
        known = self._functions.get(of.recipe)
        if known is None or known[0] is not given:
            known = self._functions[of.recipe] = (given, of.chosen(client))
        return known[1]

    async def share(self, name: object, function: Function, arguments: dict[str, Any]) -> Any:
        """Call a function, or wait for a running call with equal arguments and any user context.

        If a caller is cancelled, the call goes on for the others.
        """
        told = {key: value for key, value in arguments.items() if key != "user_context"}
        for known, others, task in self._running:
            if known == name and others == told and _is_here(task):
                break
        else:
            context = arguments.get("user_context") or {}
            task = asyncio.ensure_future(function(**told, user_context=context))
            self._running.append((name, told, task))
            task.add_done_callback(self._ended)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._is_closed:
                raise Closed from None
            raise

    def close(self) -> None:
        """End the running calls."""
        self._is_closed = True
        for part in self.parts.values():
            part.close()
        for _, _, task in self._running:
            if not task.get_loop().is_closed():
                task.cancel()

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._running = [one for one in self._running if one[2] is not task]
        if not task.cancelled():
            task.exception()  # all who waited for it may have been cancelled


def kept_of(client: Client) -> Kept:
    """The state of the recipes for a client."""
    if client.recipes is None:
        client.recipes = Kept()
    return cast(Kept, client.recipes)


def _is_here(task: asyncio.Future[Any]) -> bool:
    """Whether a call runs in the caller's event loop: in tests each has its own."""
    return task.get_loop() is asyncio.get_running_loop()
