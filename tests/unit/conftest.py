"""What the unit tests share: worlds to play scenarios in, which watch over their secrets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from supertokens_pyodide import errors
from supertokens_pyodide._core.flow import flows

from tests.unit.decided import asked_shim
from tests.unit.world import World, fragments

NewWorld = Callable[..., World]


@pytest.fixture(params=["cookie", "header"])
def mode(request: pytest.FixtureRequest) -> str:
    """The token transfer method: a scenario that uses it is played in both."""
    return request.param


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that might be printed: errors, and the repr of all objects in flows."""
    texts: list[str] = []
    make_error, advance = errors.SuperTokensError.__init__, flows.Flows._advance
    take_output = flows.Flows.take_output

    def watched_error(self: Any, *args: Any, **more: Any) -> None:
        make_error(self, *args, **more)
        texts.extend((str(self), repr(self), repr(vars(self))))

    def watched_advance(self: Any, flow: Any, result: Any) -> None:
        advance(self, flow, result)
        seen = (result, flow, flow.effect, flow.value, flow.error, flow.coroutine)
        # A plain text was asked for: an access token, for instance.
        texts.extend(repr(value) for value in seen if not isinstance(value, str))

    def watched_output(self: Any) -> Any:
        output = take_output(self)
        texts.extend((repr(output), repr(output.events), repr(output.warnings)))
        return output

    monkeypatch.setattr(errors.SuperTokensError, "__init__", watched_error)
    monkeypatch.setattr(flows.Flows, "_advance", watched_advance)
    monkeypatch.setattr(flows.Flows, "take_output", watched_output)
    return texts


@pytest.fixture
def new_world(received: list[str], caplog: pytest.LogCaptureFixture) -> Iterator[NewWorld]:
    """Make worlds; when the test is over, none of their tokens may have been logged anywhere."""
    worlds: list[World] = []
    caplog.set_level(logging.DEBUG, logger="supertokens_pyodide")

    def make(mode: str = "cookie", **more: Any) -> World:
        worlds.append(World(mode, **more))
        return worlds[-1]

    yield make

    received.append(caplog.text)
    for world in worlds:
        received.append(repr(world.browser.requests))
        for tab in world.tabs:
            session = tab.client.session
            seen = (tab, tab.client, session, session.config, session.flows.cookies, session.flows)
            received.extend((repr(tab.events), repr(tab.warnings), *map(repr, seen)))
    reported = set().union(*(fragments(text) for text in set(received)))
    for world in worlds:
        for secret in world.backend.secrets:
            leaked = reported & fragments(secret)
            assert not leaked, f"of a token: {sorted(leaked)[0]}"


@pytest.fixture
def world(new_world: NewWorld, mode: str) -> World:
    """A world without any session yet, in each mode."""
    return new_world(mode)


@pytest.fixture
def signed_in(world: World) -> World:
    """A world with a user signed in, in each mode."""
    world.sign_in()
    return world


@pytest.fixture(scope="module")
def shim():
    """What the shim's decision table answers, asked in Node."""
    with asked_shim() as ask:
        yield ask
