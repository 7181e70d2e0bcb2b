"""Requests as tests see them, and what they do with them."""

import json as json_module
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from playwright.sync_api import Error

Pattern = str | re.Pattern[str] | Callable[[Any], bool]


@dataclass(eq=False)
class Request:
    method: str
    url: str
    headers: dict[str, str]
    post_data_buffer: bytes | None
    failure: str | None = None

    @property
    def post_data(self) -> str | None:
        return None if self.post_data_buffer is None else self.post_data_buffer.decode()

    @property
    def post_data_json(self) -> Any:
        return self.post_data and json_module.loads(self.post_data)

    @cached_property
    def resource_type(self) -> str:
        # Only trustworthy hosts get the header with the destination.
        if "text/html" in self.headers.get("accept", ""):
            return "document"
        destination = self.headers.get("sec-fetch-dest", "empty")
        return {"empty": "fetch"}.get(destination, destination)


@dataclass(frozen=True)
class Response:
    request: Request
    status: int

    @property
    def url(self) -> str:
        return self.request.url


@dataclass(frozen=True)
class Fulfilled:
    status: int
    headers: dict[str, str]
    body: bytes


class Route:
    """A request that waits for a test's decision."""

    def __init__(self, request: Request) -> None:
        self.request = request
        #: None lets it continue, and an error ends it.
        self.decision: Future[Fulfilled | None] = Future()

    def fulfill(
        self,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        content_type: str | None = None,
        body: str | bytes = b"",
        json: Any = None,
    ) -> None:
        head = {name.lower(): text for name, text in (headers or {}).items()}
        if json is not None:
            body, content_type = json_module.dumps(json), content_type or "application/json"
        if content_type:
            is_text = content_type.startswith("text/") and "charset" not in content_type
            head["content-type"] = content_type + ("; charset=utf-8" if is_text else "")
        origin = self.request.headers.get("origin")
        if origin and "access-control-allow-origin" not in head:
            head["access-control-allow-origin"] = origin
            head["access-control-allow-credentials"] = "true"
        content = body.encode() if isinstance(body, str) else body
        self._decide(lambda: self.decision.set_result(Fulfilled(status, head, content)))

    def abort(self, _code: str = "failed") -> None:
        error = ConnectionAbortedError("aborted by a route")
        self._decide(lambda: self.decision.set_exception(error))

    def continue_(self) -> None:
        self._decide(lambda: self.decision.set_result(None))

    def _decide(self, decide: Callable[[], None]) -> None:
        try:
            decide()
        except InvalidStateError as error:
            raise Error("Route is already handled!") from error


@dataclass(eq=False)
class Rule:
    """One call of route()."""

    pattern: Pattern
    handler: Callable[[Route], object]
    owner: object
    times: int | None = None
    matches: Callable[[str], bool] = field(init=False)

    def __post_init__(self) -> None:
        self.matches = matcher(self.pattern)


class Rules:
    """The routes of a context; the latest that matches a request decides.

    The proxy's thread looks at the list while the test's changes it: each change is a new list.
    """

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules = [rule, *self._rules]

    def remove(self, is_meant: Callable[[Rule], bool]) -> None:
        with self._lock:
            self._rules = [rule for rule in self._rules if not is_meant(rule)]

    def take(self, url: str) -> Rule | None:
        """The rule for a request, used up once."""
        with self._lock:
            rule = self.find(url)
            if rule and rule.times is not None:
                rule.times -= 1
                if rule.times == 0:
                    self._rules = [other for other in self._rules if other is not rule]
            return rule

    def find(self, url: str) -> Rule | None:
        return next((rule for rule in self._rules if rule.matches(url)), None)


def preflight_answer(request: Request) -> Fulfilled:
    """The answer to a preflight for a request that a route decides on: it may be made."""
    asked = request.headers
    headers = {
        "access-control-allow-origin": asked.get("origin", "*"),
        "access-control-allow-credentials": "true",
        "access-control-allow-methods": asked.get("access-control-request-method", "GET"),
        "access-control-allow-headers": asked.get("access-control-request-headers", ""),
    }
    return Fulfilled(204, headers, b"")


def matcher(pattern: Pattern) -> Callable[[str], bool]:
    """Whether a URL matches: all of a glob, or any part of a regular expression."""
    if callable(pattern):
        return pattern
    if isinstance(pattern, str):
        glob = {"**": ".*", "*": "[^/]*"}
        parts = [glob.get(part) or re.escape(part) for part in re.split(r"(\*\*|\*)", pattern)]
        pattern = re.compile("".join(parts) + r"\Z")
        return lambda url: bool(pattern.match(url))
    return lambda url: bool(pattern.search(url))
