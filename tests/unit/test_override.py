"""Overriding the session's functions from Python."""

import asyncio

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide.claims import BooleanClaim
from supertokens_pyodide.errors import ConfigError

from tests.unit.backend import API


def replacing(**functions):
    return {"functions": lambda _original: functions}


def run(tab, call):
    with tab:
        return asyncio.run(call())


def test_an_overridden_function_can_use_the_original(new_world, mode):
    def functions(original):
        async def get_user_id(*, user_context):
            return f"{user_context['prefix']}-{await original['get_user_id'](user_context={})}"

        return {"get_user_id": get_user_id}

    world = new_world(mode, override={"functions": functions})
    world.sign_in()
    name = run(world.tab, lambda: supertokens.get_user_id(user_context={"prefix": "my"}))
    assert name == "my-alice"


def test_what_is_no_function_of_the_session_cannot_be_overridden(new_world):
    with pytest.raises(ConfigError, match=r"'get_user'.*may replace: .*get_user_id"):
        new_world(override=replacing(get_user=print))


def test_overriding_nothing_changes_nothing(new_world, mode):
    world = new_world(mode, override={})
    world.sign_in()
    assert run(world.tab, supertokens.get_user_id) == "alice"


def test_validators_can_hold_everywhere(new_world, mode):
    validator = BooleanClaim("terms", lambda context: None).validators.is_true()

    def everywhere(*, claim_validators_added_by_other_recipes, user_context):
        assert user_context == {}
        return [*claim_validators_added_by_other_recipes, validator]

    world = new_world(mode, override=replacing(get_global_claim_validators=everywhere))
    world.sign_in()
    (error,) = run(world.tab, supertokens.validate_claims)
    assert error["id"] == "terms"


def test_validating_can_be_overridden(new_world, mode):
    def functions(original):
        async def validate_claims(*, claim_validators, user_context):
            found = await original["validate_claims"](
                claim_validators=claim_validators, user_context=user_context
            )
            return [{"id": f"{error['id']} of {user_context['who']}"} for error in found]

        return {"validate_claims": validate_claims}

    validator = BooleanClaim("terms", lambda context: None).validators.is_true()
    world = new_world(mode, override={"functions": functions})
    world.sign_in()
    found = run(
        world.tab,
        lambda: supertokens.validate_claims(lambda *_: [validator], user_context={"who": "me"}),
    )
    assert found == [{"id": "terms of me"}]


def test_the_clocks_skew_can_be_calculated_otherwise(new_world, mode):
    seen = []

    def calculate(*, access_token_payload, response_headers):
        seen.append((access_token_payload["sub"], "front-token" in response_headers))
        return 90_000

    world = new_world(mode, override=replacing(calculate_clock_skew_in_millis=calculate))
    world.sign_in()
    assert seen == [("alice", True)]
    assert world.tab.client.session.flows.clock.now() == world.browser.now + 90_000


@pytest.mark.parametrize("skew", [float("nan"), float("inf"), None, "soon", 10**400], ids=repr)
def test_a_skew_that_is_no_number_is_calculated_as_usual(new_world, skew):
    def calculate(**_):
        return skew

    world = new_world(
        clock_error=-60_000, override=replacing(calculate_clock_skew_in_millis=calculate)
    )
    world.sign_in()
    assert world.tab.fetch("/items").text == "alice"
    assert world.tab.client.session.flows.clock.now() == world.backend.now


def test_a_calculation_that_fails_is_reported_and_the_default_is_used(new_world, caplog):
    def calculate(**_):
        raise ValueError("no")

    world = new_world(
        clock_error=-60_000, override=replacing(calculate_clock_skew_in_millis=calculate)
    )
    world.sign_in()
    assert "calculate_clock_skew_in_millis failed" in caplog.text
    assert world.tab.client.session.flows.clock.now() == world.backend.now


@pytest.mark.parametrize(
    ("url", "ours"),
    [(f"{API}/x", True), ("https://elsewhere.com/x", False), ("https://a.example.org/", True)],
)
def test_the_original_matching_of_urls_is_the_cores(new_world, url, ours):
    recipe = new_world().tab.client.recipe
    assert recipe["should_do_interception_based_on_url"](url, API, ".example.org") is ours
