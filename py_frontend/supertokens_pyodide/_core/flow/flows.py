"""Flows: running pieces of core logic, driven from outside (sans-I/O).

``Flows`` holds what all flows of a session share in one step. The current cookies and the clock
come in with every call. The output of the flows (writes, events, wake-ups) is collected until the
step is taken. Rules: a flow runs only inside ``begin`` or ``resume``; it stops at an effect or at
its end; its output belongs to that step.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from os.path import basename
from traceback import extract_tb
from typing import Any, Generic, TypeVar, cast

from ...errors import Closed, SuperTokensError
from ...events import Event
from ..environment.clock import Clock
from ..environment.cookies import Cookies
from .effects import Effect, Wait, perform

T = TypeVar("T")


class WouldBlock(Exception):
    """Raised in a flow that has to wait, if its driver's caller is blocked until the flow ends."""


class Flow(Generic[T]):
    """A running piece of core logic: at an ``effect``, or ended by a ``value`` or an ``error``."""

    __slots__ = ("coroutine", "effect", "ended", "error", "id", "value", "waiters")

    def __init__(self, id: int, coroutine: Coroutine[Effect, Any, T]) -> None:
        self.id = id
        self.coroutine = coroutine
        self.effect: Effect | None = None
        self.ended = False
        self.value: T | None = None
        self.error: SuperTokensError | None = None
        self.waiters: list[int] = []

    def outcome(self) -> T:
        """The value with which it ended; raises the error if it ended with one."""
        if self.error is not None:
            raise self.error
        return cast(T, self.value)


class Output:
    """The output of the flows in one step, besides their effects."""

    __slots__ = ("cookies", "events", "spawned", "storage", "unlock", "wake", "warnings")

    def __init__(self) -> None:
        self.cookies: list[str] = []
        self.storage: dict[str, str] = {}
        self.events: list[Event] = []
        self.unlock: list[int] = []
        self.spawned: list[Flow[Any]] = []
        self.wake: list[int] = []
        self.warnings: list[str] = []

    def __bool__(self) -> bool:
        return bool(
            self.cookies
            or self.storage
            or self.events
            or self.unlock
            or self.spawned
            or self.wake
            or self.warnings
        )


class Flows:
    """Runs the flows of one session and collects their output."""

    def __init__(self, cookies: Cookies, clock: Clock) -> None:
        self.cookies = cookies
        self.clock = clock
        self.output = Output()
        #: The receiver of debug lines, if any.
        self.log: Callable[[str], None] | None = None
        self._running: dict[int, Flow[Any]] = {}
        self._last_id = 0
        self._current = 0

    def __len__(self) -> int:
        return len(self._running)

    def enter(self, cookies: str, now: float) -> None:
        """Take the current environment: the cookie string and the clock in milliseconds."""
        self.cookies.load(cookies)
        self.clock.client_now = now

    def begin(self, coroutine: Coroutine[Effect, Any, T]) -> Flow[T]:
        """Start a flow and run it to its first effect, or to its end."""
        self._last_id += 1
        flow = Flow(self._last_id, coroutine)
        self._running[flow.id] = flow
        self._advance(flow, None)
        return flow

    def resume(self, flow_id: int, result: Any) -> Flow[Any] | None:
        """Resume a flow with its effect's result; None if the flow no longer exists."""
        flow = self._running.get(flow_id)
        if flow is not None:
            self._advance(flow, result)
        return flow

    def effect_of(self, flow_id: int) -> Effect | None:
        """The current effect of a flow; None if the flow no longer exists."""
        flow = self._running.get(flow_id)
        return None if flow is None else flow.effect

    def cancel(self, flow_id: int) -> None:
        """Forget a flow whose caller is gone; flows that it started for others continue."""
        flow = self._running.pop(flow_id, None)
        if flow is not None:
            # It is still running if a fatal error of the interpreter has ended it.
            with suppress(ValueError):
                flow.coroutine.close()
            flow.ended, flow.error = True, Closed()

    def close(self) -> None:
        """End every flow with Closed."""
        for flow in list(self._running.values()):
            self.cancel(flow.id)

    def spawn(self, coroutine: Coroutine[Effect, Any, T]) -> Flow[T]:
        """Start, within a flow, an independent flow; the driver runs it in parallel."""
        parent = self._current
        flow = self.begin(coroutine)
        self._current = parent
        if not flow.ended:
            self.output.spawned.append(flow)
        return flow

    async def join(self, flow: Flow[T]) -> T:
        """Wait, within a flow, for the end of another flow; raises that flow's error.

        Raises WouldBlock if the driver cannot wait; the other flow continues.
        """
        if not flow.ended:
            flow.waiters.append(self._current)
            if await perform(Wait()) is False:
                raise WouldBlock
        return flow.outcome()

    def unlock(self) -> None:
        """Release, within a flow, the lock that it holds."""
        self.output.unlock.append(self._current)

    def take_output(self) -> Output:
        """The output of the flows since the last call."""
        output, self.output = self.output, Output()
        output.cookies = self.cookies.take_writes()
        return output

    def _advance(self, flow: Flow[Any], result: Any) -> None:
        self._current = flow.id
        self._run(flow, result)
        if self.log is not None:
            from .logs import describe

            name = getattr(flow.coroutine, "__name__", "flow")
            self.log(describe(name, flow.id, result, flow.effect))

    def _run(self, flow: Flow[Any], result: Any) -> None:
        try:
            flow.effect = flow.coroutine.send(result)
            return
        except StopIteration as stop:
            flow.value = stop.value
        except SuperTokensError as error:
            flow.error = error
        except Exception as error:
            # This is a bug in the SDK. It must not leave callers waiting, so it ends the flow like
            # any other error. Its text may quote a token, so only its type and place are reported.
            where = extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {basename(where.filename)}:{where.lineno}"
            flow.error = SuperTokensError(f"The session SDK failed unexpectedly ({place}).")
            self.output.warnings.append(str(flow.error))
        self._end(flow)

    def _end(self, flow: Flow[Any]) -> None:
        flow.effect, flow.ended = None, True
        self._running.pop(flow.id, None)
        self.output.wake.extend(flow.waiters)
