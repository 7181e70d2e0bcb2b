"""Effects: what a flow asks its driver to do.

A flow is an ``async def`` whose awaits yield these objects and nothing else; the driver performs
one and resumes the flow with the result. No event loop is involved.
"""

from __future__ import annotations

import types
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Literal, NamedTuple

# A caller's value for its own hooks, overrides and handlers; the core only passes it on.
UserContext = dict[str, Any]


class Head(NamedTuple):
    """A response for the core: its status and the headers that the plan asks for.

    ``status`` 0 means that no response came; ``failure`` is then ``network`` or ``timeout``.
    """

    status: int
    headers: dict[str, str]
    failure: str | None = None

    def __repr__(self) -> str:
        return f"Head({self.status}, failure={self.failure!r})"


class Send(NamedTuple):
    """Send the exchange's own request, with ``headers`` set and those in ``drop`` removed.

    ``credentials`` applies unless the caller chose; None leaves them alone. Results in a Head.
    A request that fails ends its flow: the caller gets the original error.
    """

    headers: dict[str, str]
    drop: tuple[str, ...] = ()
    credentials: str | None = None

    def __repr__(self) -> str:
        return "Send(...)"


Action = Literal["REFRESH_SESSION", "SIGN_OUT"]


class Post(NamedTuple):
    """POST to the backend, not intercepted; ``timeout`` in milliseconds. Results in a Head.

    ``credentials`` is fetch's credentials mode. The page's preAPIHook, if it has one, may change
    the request. It gets the ``action`` and the ``user_context``, unless the flow's caller has given
    its driver another one.
    """

    url: str
    headers: dict[str, str]
    timeout: int
    action: Action
    user_context: UserContext
    credentials: str = "include"

    def __repr__(self) -> str:
        return f"Post({self.url!r})"


class PostHook:
    """Call the page's postAPIHook for the last Post."""


class Lock(NamedTuple):
    """Take a lock that all tabs share; it is held until the flow unlocks it or ends.

    ``timeout`` in milliseconds. Results in whether it was taken.
    """

    name: str
    timeout: int


class Wait:
    """Wait until a step names this flow in ``wake``. Results in False if waiting would block."""


class ReadText:
    """Read the body of the last response, which the caller can still read; results in its text."""


class Call(NamedTuple):
    """Call a function of the application, which may be async. Results in an Answer.

    A Python function, and its result, stay in Python. A JavaScript function is called by its name:
    its caller gave it to the driver, and its arguments and value are JSON.
    """

    function: Callable[..., object] | str
    arguments: tuple[Any, ...] = ()

    def __repr__(self) -> str:
        return f"Call({self.function!r})"


class Answer(NamedTuple):
    """The value of an application's function, or that it ``failed``, and its error if known."""

    value: Any = None
    failed: bool = False
    error: Exception | None = None

    def __repr__(self) -> str:
        return f"Answer(failed={self.failed})"


class FunctionFailed(Exception):
    """A function of the application failed; the cause is its own error, if that is known."""


class Document(NamedTuple):
    """The result of a Get; ``status`` 0 means that no response came.

    ``cache_control`` is the response's header of that name.
    """

    status: int
    text: str = ""
    cache_control: str = ""


class Get(NamedTuple):
    """GET a public document, not intercepted and without credentials; results in a Document.

    ``timeout`` in milliseconds; ``fresh`` bypasses the browser's cache.
    """

    url: str
    timeout: int
    fresh: bool = False


class Verify(NamedTuple):
    """Verify a signature (base64url) of ``data`` by WebCrypto, with a JWK.

    ``algorithm`` is WebCrypto's name. Results in whether it fits; None if there is no WebCrypto.
    """

    key: dict[str, str]
    algorithm: dict[str, str]
    data: str
    signature: str

    def __repr__(self) -> str:
        return "Verify(...)"


Effect = Send | Post | PostHook | Get | Verify | Lock | Wait | ReadText | Call


@types.coroutine
def perform(effect: Effect) -> Generator[Effect, Any, Any]:
    """Pass an effect to the driver and wait for its result."""
    return (yield effect)


# One trip of a request to the network, with the session's headers; results in the response's head.
Transmit = Callable[[Send], Awaitable[Head]]


async def send(effect: Send) -> Head:
    """Send the exchange's own request."""
    head: Head = await perform(effect)
    return head


async def post(effect: Post) -> Head:
    """POST to the backend; a failure is a Head with status 0."""
    head: Head = await perform(effect)
    return head


async def post_hook() -> None:
    """Call the page's postAPIHook after a successful call."""
    await perform(PostHook())


async def get(effect: Get) -> Document:
    """GET a public document; a failure is a Document with status 0."""
    document: Document = await perform(effect)
    return document


async def verify(effect: Verify) -> bool | None:
    """Whether a signature fits; None if that is unknown."""
    fits: bool | None = await perform(effect)
    return fits


async def lock(effect: Lock) -> bool:
    """Take a lock shared by all tabs; False if the timeout has passed."""
    taken: bool = await perform(effect)
    return taken


async def read_text() -> str:
    """The body of the last response."""
    text: str = await perform(ReadText())
    return text


async def call(effect: Call) -> Any:
    """Call a function of the application and return its value; raises FunctionFailed."""
    answer: Answer = await perform(effect)
    if answer.failed:
        raise FunctionFailed from answer.error
    return answer.value
