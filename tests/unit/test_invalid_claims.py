"""Replies that refuse a session for its claims."""

import json

import pytest
from supertokens_pyodide.testing import Reply

ERRORS = [{"id": "st-role", "reason": {"message": "wrong value", "expectedToInclude": "admin"}}]
BODY = json.dumps({"message": "invalid claim", "claimValidationErrors": ERRORS})


def test_invalid_claims_are_told_with_the_backends_reasons(signed_in):
    reply = Reply(403, text=BODY)
    signed_in.backend.answers["/items"] = [reply]
    assert signed_in.tab.fetch("/items") is reply
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


@pytest.mark.parametrize(
    "text",
    [
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
    ],
)
def test_any_other_body_is_harmless(signed_in, text):
    reply = Reply(403, text=text)
    signed_in.backend.answers["/items"] = [reply]
    assert signed_in.tab.fetch("/items") is reply
    assert (signed_in.actions, signed_in.tab.warnings) == ([], [])


def test_a_refresh_comes_before_the_claims(signed_in):
    signed_in.backend.answers["/items"] = [Reply(401), Reply(403, text=BODY)]
    assert signed_in.tab.fetch("/items").status == 403
    assert signed_in.actions[-1] == "API_INVALID_CLAIM"
    assert signed_in.refreshes == 1
