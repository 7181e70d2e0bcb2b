"""A session with its host: the module-level functions work on it."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from ._core.config.options import Config, other_function
from ._core.session.session import Session
from ._core.wire.port import Port
from ._recipe import (
    CALCULATE_SKEW,
    Covers,
    given_functions,
    original_functions,
    override,
    reported,
)
from .errors import Closed, HandlerFailed, StorageUnavailable, SuperTokensError
from .events import ACTIONS, Event, from_wire

if TYPE_CHECKING:
    from ._host import Host

log = logging.getLogger("supertokens_pyodide")

Handler = Callable[[Event], Awaitable[object] | object]

# Functions that cannot be replaced once the session is open.
_FIXED = ("cookie_handler", "window_handler", "date_provider")


class Client:
    """One session in one page or worker; ``covers`` decides which of its requests are ours."""

    #: Set by ``open``. A worker's client is opened when its page has answered.
    config: Config
    session: Session
    port: Port

    def __init__(
        self,
        covers: Covers,
        config: Config | None = None,
        session: Session | None = None,
        functions: Mapping[str, Any] | None = None,
    ) -> None:
        self._original = original_functions(self.call, lambda: self.session, covers)
        self._functions = dict(functions or {})
        #: The functions behind the module's functions, overrides included.
        self.recipe = override(self._original, functions or {})
        self.host: Host | None = None
        self.is_open = False
        self._skew_is_own = False
        self._handlers: list[tuple[str, Handler]] = []
        self._forget_handler: Callable[[], None] = lambda: None
        self._tasks: set[object] = set()
        #: The recipes' state, if one is used; ``close()`` closes it.
        self.recipes: Any = None
        if config is not None and session is not None:
            self.open(config, session)

    def open(self, config: Config, session: Session) -> None:
        """Begin to work with a session."""
        self.config = config
        self.session = session
        self.port = Port(session)
        self.is_open = True
        if "post_api_hook" in self._functions:
            config.has_post_api_hook = True
        self._override_skew(self._original[CALCULATE_SKEW])
        if config.enable_debug_logs:
            log.setLevel(logging.DEBUG)
            if not log.hasHandlers():
                log.addHandler(logging.StreamHandler())
            session.flows.log = log.debug

    def agrees(self, config: Config) -> bool:
        """Whether this is its config; True while the page has not reported its config yet."""
        known: Config | None = getattr(self, "config", None)
        return known is None or known == config

    def handle_events(self, handler: Handler | None) -> None:
        """Use ``on_handle_event`` of ``init()`` in place of an earlier one."""
        if handler is not None:
            self._forget_handler()
            self._forget_handler = self.on("*", handler)

    def renew(self, functions: Mapping[str, Any]) -> None:
        """Use the functions of a repeated ``init()`` in place of the earlier ones.

        Raises AlreadyInitialised, and replaces none, if one of them cannot be replaced.
        """
        new = {name: value for name, value in functions.items() if value is not self._of(name)}
        for name in new:
            if name in _FIXED or (name == "lock_factory" and name not in self._functions):
                raise other_function(name)
        recipe = override(self._original, new) if given_functions(new) else self.recipe
        if self.host is not None:
            self.host.renew(new, recipe)
        self.recipe = recipe
        self._functions.update(new)
        if self.is_open:
            if "post_api_hook" in new:
                self.config.has_post_api_hook = True
            self._override_skew(self._original[CALCULATE_SKEW])

    def _of(self, name: str) -> Any:
        """A function that an earlier ``init()`` gave."""
        return self._functions.get(name)

    def override_of(self, recipe: str) -> Any:
        """The page's function that overrides those of a recipe, if there is one."""
        given = self._of("override")
        return given.get(recipe) if isinstance(given, Mapping) else None

    async def call(self, name: str, **arguments: Any) -> Any:
        """Run one of the session's calls."""
        try:
            host = await self.reached()
        except (HandlerFailed, StorageUnavailable) as error:
            if name != "get_session_status":
                raise
            from ._core.session.status import SessionStatus

            return SessionStatus("UNKNOWN", error.message)
        flow, step = self.port.begin(name, arguments, host.cookies(), host.now())
        try:
            if step is not None:
                await host.drive(step)
        finally:
            if not flow.ended:
                self.port.cancel(flow.id)
        try:
            return flow.outcome()
        except SuperTokensError as error:
            status = getattr(error, "status", None)
            if error.call is not None and status is not None:
                error.response = host.response_of(error.call, status)
            raise

    async def diagnose(self, probe: bool) -> Any:
        """Judge the facts that the host reports."""
        facts = await (await self.reached()).facts()
        return await self.call("diagnose", facts=facts, probe=probe)

    async def reached(self) -> Host:
        """The host, after it is ready and its cookies are up to date; raises Closed."""
        if self.host is not None and not self.is_open:
            await self.host.opened()
        host = self.host
        if host is not None and host.is_mirrored:
            await host.sync()
        if host is None or self.host is None:
            raise Closed
        return host

    def _override_skew(self, original: Callable[..., Any]) -> None:
        own = self.recipe[CALCULATE_SKEW]
        if own is original:
            if self._skew_is_own:
                self.session.flows.clock.calculate_skew = self.session.flows.clock.skew_of
            return
        self._skew_is_own = True
        calculate = reported(lambda **token: float(own(**token)), CALCULATE_SKEW, original)
        self.session.flows.clock.calculate_skew = lambda payload: calculate(
            access_token_payload=payload,
            response_headers=self.host.response_headers() if self.host else {},
        )

    def on(self, action: str, handler: Handler) -> Callable[[], None]:
        """Register a handler for an action, or for all with ``*``; returns its remover."""
        if action != "*" and action not in ACTIONS:
            raise ValueError(f"Unknown event {action!r}: it is '*' or one of {', '.join(ACTIONS)}.")
        entry = (action, handler)
        self._handlers.append(entry)

        def unsubscribe() -> None:
            if entry in self._handlers:
                self._handlers.remove(entry)

        return unsubscribe

    def notify(self, events: str) -> None:
        """Pass events (as JSON) to the handlers; if one fails, the error is logged."""
        for data in json.loads(events):
            event = from_wire(data)
            for action, handler in list(self._handlers):
                if action in ("*", event["action"]):
                    self._deliver(handler, event)

    def _deliver(self, handler: Handler, event: Event) -> None:
        try:
            result = handler(event)
            if isinstance(result, Awaitable):
                import asyncio

                task = asyncio.ensure_future(_logged(result))
                self._tasks.add(task)  # the event loop keeps only weak references
                task.add_done_callback(self._tasks.discard)
        except Exception:
            log.exception("A handler of %s failed", event["action"])

    def close(self) -> None:
        """End every flow and undo all changes to the page."""
        host, self.host = self.host, None
        if self.is_open:
            self.session.flows.close()
        self._handlers.clear()
        if self.recipes is not None:
            self.recipes.close()
        if host is not None:
            host.close()


async def _logged(result: Awaitable[object]) -> None:
    try:
        await result
    except Exception:
        log.exception("An event handler failed")
