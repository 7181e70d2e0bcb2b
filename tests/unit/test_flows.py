"""Flows: begun, resumed, cancelled, spawned, joined and closed from outside."""

import pytest
from supertokens_pyodide._core.config.options import Page, read_config
from supertokens_pyodide._core.environment.clock import Clock
from supertokens_pyodide._core.environment.cookies import Cookies
from supertokens_pyodide._core.flow.effects import Lock, Post, ReadText, Wait, lock, post, read_text
from supertokens_pyodide._core.flow.flows import Flows
from supertokens_pyodide.errors import Closed, NoSession, SuperTokensError

CONFIG = read_config({"api_domain": "https://api.example.com"}, Page("app.example.com", True))
SECRET = "a-token-that-must-not-be-seen"


@pytest.fixture
def flows():
    return Flows(Cookies(CONFIG), Clock())


async def give(value):
    return value


async def fail(error):
    raise error


async def ask():
    return await read_text()


def test_a_flow_without_effects_ends_at_once(flows):
    flow = flows.begin(give(7))
    assert (flow.ended, flow.effect, flow.outcome()) == (True, None, 7)
    assert len(flows) == 0


def test_a_flow_stops_at_its_effect_and_runs_on_with_the_result(flows):
    async def two():
        return await lock(Lock("name", 5)), await post(Post("url", {}, 1, "SIGN_OUT", {}))

    flow = flows.begin(two())
    assert (flow.ended, flow.effect) == (False, Lock("name", 5))
    assert flows.effect_of(flow.id) == Lock("name", 5)
    assert flows.resume(flow.id, True) is flow
    assert flow.effect == Post("url", {}, 1, "SIGN_OUT", {})
    assert flows.resume(flow.id, "head") is flow
    assert flow.outcome() == (True, "head")


def test_flows_have_ids_of_their_own(flows):
    assert len({flows.begin(ask()).id for _ in range(5)}) == 5
    assert len(flows) == 5


def test_a_flow_that_has_gone_can_neither_be_resumed_nor_cancelled(flows):
    ended = flows.begin(give(1))
    assert flows.resume(ended.id, None) is None
    assert flows.effect_of(ended.id) is None
    flows.cancel(ended.id)
    assert ended.outcome() == 1


def test_an_error_of_ours_ends_a_flow_with_it(flows):
    error = NoSession("No session exists.")
    flow = flows.begin(fail(error))
    assert flow.ended
    with pytest.raises(NoSession) as raised:
        flow.outcome()
    assert raised.value is error
    assert flows.take_output().warnings == []


def test_a_bug_ends_its_flow_with_a_place_to_look_and_no_secret(flows):
    flow = flows.begin(fail(ValueError(SECRET)))
    with pytest.raises(SuperTokensError, match=r"ValueError at test_flows.py:\d+") as raised:
        flow.outcome()
    (warning,) = flows.take_output().warnings
    assert warning == str(raised.value)
    assert SECRET not in warning
    assert raised.value.__context__ is None
    assert raised.value.__cause__ is None


def test_a_bug_wakes_every_waiting_caller(flows):
    async def broken():
        await read_text()
        raise KeyError(SECRET)

    async def parent():
        return await flows.join(flows.spawn(broken()))

    flow = flows.begin(parent())
    (child,) = flows.take_output().spawned
    flows.resume(child.id, "")
    assert flows.take_output().wake == [flow.id]
    flows.resume(flow.id, None)
    with pytest.raises(SuperTokensError, match="KeyError"):
        flow.outcome()


def test_a_cancelled_flow_runs_its_cleanup_and_is_gone(flows):
    cleaned = []

    async def careful():
        try:
            await read_text()
        finally:
            cleaned.append(True)

    flow = flows.begin(careful())
    flows.cancel(flow.id)
    assert cleaned == [True]
    assert len(flows) == 0
    assert flows.resume(flow.id, "late") is None
    with pytest.raises(Closed):
        flow.outcome()


def test_joining_a_flow_that_was_cancelled_does_not_hang(flows):
    gone = flows.begin(ask())
    flows.cancel(gone.id)

    async def parent():
        return await flows.join(gone)

    flow = flows.begin(parent())
    assert flow.ended
    assert isinstance(flow.error, Closed)


def test_a_spawned_flow_lives_beside_the_one_that_spawned_it(flows):
    async def parent():
        child = flows.spawn(ask())
        return await flows.join(child)

    flow = flows.begin(parent())
    (child,) = flows.take_output().spawned
    assert isinstance(child.effect, ReadText)
    assert isinstance(flow.effect, Wait)
    flows.resume(child.id, "text")
    assert flows.take_output().wake == [flow.id]
    flows.resume(flow.id, None)
    assert flow.outcome() == "text"


def test_a_spawned_flow_that_ends_at_once_needs_no_driver(flows):
    async def parent():
        return await flows.join(flows.spawn(give("text")))

    assert flows.begin(parent()).outcome() == "text"
    assert not flows.take_output()


def test_all_who_joined_a_flow_are_woken_in_their_order(flows):
    child = flows.begin(ask())

    async def wait():
        return await flows.join(child)

    waiters = [flows.begin(wait()) for _ in range(3)]
    flows.resume(child.id, "text")
    assert flows.take_output().wake == [waiter.id for waiter in waiters]
    for waiter in waiters:
        flows.resume(waiter.id, None)
    assert [waiter.outcome() for waiter in waiters] == ["text"] * 3


def test_a_spawned_flow_outlives_the_one_that_spawned_it(flows):
    async def parent():
        return await flows.join(flows.spawn(ask()))

    flow = flows.begin(parent())
    (child,) = flows.take_output().spawned
    flows.cancel(flow.id)
    assert flows.resume(child.id, "text").outcome() == "text"


def test_a_flow_unlocks_its_own_lock_also_after_it_spawned_another(flows):
    async def holder():
        flows.spawn(ask())
        flows.unlock()

    flow = flows.begin(holder())
    assert flows.take_output().unlock == [flow.id]


def test_closing_ends_every_flow(flows):
    running = [flows.begin(ask()) for _ in range(3)]
    flows.close()
    assert len(flows) == 0
    for flow in running:
        assert flow.ended
        with pytest.raises(Closed):
            flow.outcome()


def test_the_environment_of_the_moment_comes_in(flows):
    flows.enter("sFrontToken=x", 5.0)
    assert flows.cookies.get("sFrontToken") == "x"
    assert flows.clock.now() == 5.0


def test_output_is_taken_once(flows):
    flows.cookies.set("sFrontToken", SECRET)
    flows.output.warnings.append("careful")
    output = flows.take_output()
    assert len(output.cookies) == 1
    assert output.warnings == ["careful"]
    assert SECRET not in repr(output)
    assert not flows.take_output()


@pytest.mark.parametrize("name", ["events", "unlock", "spawned", "wake", "warnings"])
def test_output_that_has_anything_is_true(flows, name):
    output = flows.take_output()
    assert not output
    getattr(output, name).append(object())
    assert output


def test_each_step_makes_one_debug_line(flows):
    lines = []
    flows.log = lines.append
    flow = flows.begin(ask())
    flows.resume(flow.id, SECRET)
    assert lines == [f"ask {flow.id}: runs, does ReadText", f"ask {flow.id}: continues, ends"]
