"""The input from drivers: requests, and the results of effects (see ``steps``)."""

from __future__ import annotations

import json

from ..flow.effects import Answer, Call, Document, Effect, Get, Head, Post, Send
from ..session.exchange import RequestHead

# A status, whether a lock was taken or a signature fits, a text, JSON, or nothing.
Result = str | int | bool | None


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
