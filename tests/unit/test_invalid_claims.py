"""Responses that refuse a session for its claims."""

import asyncio
import json
from types import SimpleNamespace

import httpx
import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide.testing import Reply

ERRORS = [{"id": "st-role", "reason": {"message": "wrong value", "expectedToInclude": "admin"}}]
BODY = json.dumps({"message": "invalid claim", "claimValidationErrors": ERRORS})


def test_an_event_for_invalid_claims_has_the_backends_reasons(signed_in):
    response = Reply(403, text=BODY)
    signed_in.backend.answers["/items"] = [response]
    assert signed_in.tab.fetch("/items") is response
    assert signed_in.tab.events == [
        {"action": "API_INVALID_CLAIM", "claim_validation_errors": ERRORS, "user_context": {}}
    ]
    assert signed_in.refreshes == 0


def test_the_status_is_the_configured_one(new_world, mode):
    world = new_world(mode, invalid_claim_status_code=422)
    world.sign_in()
    world.backend.answers["/items"] = [Reply(403, text=BODY), Reply(422, text=BODY)]
    world.tab.fetch("/items")
    assert world.actions == []
    world.tab.fetch("/items")
    assert world.actions == ["API_INVALID_CLAIM"]


OTHER_BODIES = [
    "",
    "Forbidden",
    "<html>",
    "null",
    "[]",
    '"claimValidationErrors"',
    "{}",
    '{"claimValidationErrors":null}',
    '{"claimValidationErrors":{}}',
    "[" * 100_000,
]


@pytest.mark.parametrize("text", OTHER_BODIES)
def test_any_other_body_is_harmless(signed_in, text):
    response = Reply(403, text=text)
    signed_in.backend.answers["/items"] = [response]
    assert signed_in.tab.fetch("/items") is response
    assert (signed_in.actions, signed_in.tab.warnings) == ([], [])


def test_a_refresh_comes_before_the_claims(signed_in):
    signed_in.backend.answers["/items"] = [Reply(401), Reply(403, text=BODY)]
    assert signed_in.tab.fetch("/items").status == 403
    assert signed_in.actions[-1] == "API_INVALID_CLAIM"
    assert signed_in.refreshes == 1


# ---- responses that the application has ----------------------------------------------------------


def later(make):
    async def give():
        return make()

    return give


class OnceOnly:
    """A response as a browser has it: its body can be read once, and cloned before that."""

    def __init__(self, text, read=()):
        self.content = text
        self.read = [*read]

    def clone(self):
        assert not self.read
        return OnceOnly(self.content)

    async def text(self):
        assert not self.read
        self.read.append("text")
        return self.content


CLIENTS = {
    "pyfetch": OnceOnly,
    "httpx": lambda text: httpx.Response(403, text=text),
    "sync-json": lambda text: SimpleNamespace(json=lambda: json.loads(text)),
    "async-json": lambda text: SimpleNamespace(json=later(lambda: json.loads(text))),
    "text": str,
    "bytes": str.encode,
}


@pytest.fixture
def page(new_world):
    """A page that init() was called on; there need not be a session."""
    with new_world().tab:
        yield


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("client", CLIENTS)
def test_the_reasons_are_found_in_a_response_of_any_client(client):
    response = CLIENTS[client](BODY)
    for _ in range(2):  # it can still be read
        found = asyncio.run(supertokens.get_invalid_claims_from_response(response))
        assert found == ERRORS


@pytest.mark.usefixtures("page")
def test_the_reasons_are_found_in_a_body_that_was_read():
    body = json.loads(BODY)
    assert asyncio.run(supertokens.get_invalid_claims_from_response(body)) == ERRORS


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize("text", OTHER_BODIES[:-1])
@pytest.mark.parametrize("client", CLIENTS)
def test_in_any_other_response_there_are_none(client, text):
    response = CLIENTS[client](text)
    assert asyncio.run(supertokens.get_invalid_claims_from_response(response)) == []


@pytest.mark.usefixtures("page")
def test_a_value_without_a_body_is_refused():
    with pytest.raises(TypeError, match="a list, which has neither"):
        asyncio.run(supertokens.get_invalid_claims_from_response([]))


@pytest.mark.parametrize(("text", "expected"), [(BODY, ERRORS), ("<html>", [])])
def test_javascript_has_its_responses_read_by_the_core(world, text, expected):
    assert world.tab.call("get_invalid_claims", text=text) == expected
