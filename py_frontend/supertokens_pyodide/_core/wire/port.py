"""The core as its drivers call it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Mapping
from typing import Any

from ..flow.effects import Answer, Call, Document, Effect, Get, Head, Post, Send
from ..flow.flows import Flow
from ..session.calls import calls_of, reads_of
from ..session.exchange import RequestHead
from ..session.session import Session
from .steps import NOTHING, write_output, write_step

# A status, whether a lock was taken or a signature fits, a text, JSON, or nothing.
Result = str | int | bool | None


class Port:
    """The core for its drivers: each call brings the environment, and a step comes back."""

    #: The calls that a driver may begin by name, and those that only read.
    CALLS = calls_of(Session)
    READS = reads_of(Session)

    def __init__(self, session: Session) -> None:
        self._session = session
        self._flows = session.flows
        self._cookies = ""
        self._now: float = 0
        # The results of Python functions, by the flow that called them.
        self._answers: dict[int, Answer] = {}

    def exchange(
        self,
        headers: str,
        one_shot: bool,
        cookies: str | None,
        now: float,
        is_sent: bool = False,
    ) -> str:
        """Begin an exchange; ``headers`` is JSON of the caller's that the plan names, or empty.

        If it ``is_sent``, its response has arrived, and the environment is that of its beginning. A
        page whose core is in a worker may also be late.
        """
        is_sent = is_sent or now < self._now
        self._enter(cookies, now, is_over=is_sent)
        request = read_request(headers, one_shot)
        flow = self._flows.begin(self._session.exchange(request, is_sent=is_sent))
        alike = not headers and not one_shot
        return self._first_step(flow, alike and isinstance(flow.effect, Send))

    def call(self, name: str, arguments: str, cookies: str | None, now: float) -> str:
        """Begin one of CALLS; ``arguments`` is a JSON object, or empty."""
        given = json.loads(arguments) if arguments else {}
        self._enter(cookies, now)
        flow = self._begin(name, given)
        alike = not given and name in self.READS
        return self._first_step(flow, alike and flow.ended and flow.error is None)

    def begin(
        self, name: str, arguments: Mapping[str, Any], cookies: str | None, now: float
    ) -> tuple[Flow[Any], str | None]:
        """Begin one of CALLS for a caller in Python, who reads the flow's outcome itself.

        The step is None if the flow has ended and the driver has nothing to do.
        """
        self._enter(cookies, now)
        flow = self._begin(name, arguments)
        output = self._flows.take_output()
        return flow, None if flow.ended and not output else write_step(output, flow)

    def _enter(self, cookies: str | None, now: float, *, is_over: bool = False) -> None:
        """Take the current environment, or that of an earlier moment (``is_over``).

        Without cookies those of the last call are used, because passing strings is slow.
        """
        if cookies is not None:
            self._cookies = cookies
        if is_over:
            self._session.go_back(self._cookies, now)
            return
        self._session.enter(self._cookies, now)
        self._now = now

    def _begin(self, name: str, arguments: Mapping[str, Any]) -> Flow[Any]:
        if name not in self.CALLS:
            raise ValueError(f"no such call: {name}")
        return self._flows.begin(getattr(self._session, name)(**arguments))

    def _first_step(self, flow: Flow[Any], is_alike: bool) -> str:
        until = self._session.reusable_until() if is_alike else None
        return write_step(self._flows.take_output(), flow, until)

    def resume(self, flow_id: int, result: Result, cookies: str | None, now: float) -> str:
        """Resume a flow with its effect's result."""
        self._enter(cookies, now)
        answer = self._answers.pop(flow_id, None)
        given = answer or read_result(self._flows.effect_of(flow_id), result)
        flow = self._flows.resume(flow_id, given)
        return NOTHING if flow is None else write_step(self._flows.take_output(), flow)

    def observe(self, cookies: str | None, now: float) -> str:
        """Check what other tabs have done; a step with their events, or an empty text."""
        self._enter(cookies, now)
        output = self._flows.take_output()
        return write_output(output)

    async def perform(self, flow_id: int) -> None:
        """Call the Python function that a flow asks for, and keep its result for ``resume``.

        Raises what the function raises, for the driver to report.
        """
        effect = self._flows.effect_of(flow_id)
        if not isinstance(effect, Call) or isinstance(effect.function, str):
            return  # its caller is gone meanwhile
        try:
            value = effect.function(*effect.arguments)
            if isinstance(value, Awaitable):
                value = await value
        except Exception as error:
            self._keep_answer(flow_id, effect, Answer(failed=True, error=error))
            raise
        self._keep_answer(flow_id, effect, Answer(value))

    def _keep_answer(self, flow_id: int, effect: Effect, answer: Answer) -> None:
        if self._flows.effect_of(flow_id) is effect:  # otherwise its caller is gone meanwhile
            self._answers[flow_id] = answer

    def cancel(self, flow_id: int) -> None:
        """Forget a flow whose caller is gone."""
        self._flows.cancel(flow_id)


def read_request(headers: str, one_shot: bool) -> RequestHead:
    """The caller's request; ``headers`` is JSON of the headers in the plan, or empty."""
    return RequestHead(json.loads(headers) if headers else {}, one_shot)


def read_result(
    effect: Effect | None, result: Result
) -> Answer | Document | Head | str | int | bool | None:
    """An effect's result in the form that the flow expects."""
    match effect:
        case Send() | Post() if isinstance(result, str):
            data = json.loads(result)
            return Head(data.get("status", 0), data.get("headers", {}), data.get("failure"))
        case Send() | Post():
            return Head(int(result or 0), {})
        case Call() if isinstance(result, str):
            answer = json.loads(result)
            return Answer(answer.get("value"), answer.get("failed", False))
        case Get() if isinstance(result, str):
            return Document(**json.loads(result))
        case _:
            return result
