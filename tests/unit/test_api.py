"""The module's own functions, bound to a scripted page, and what they say without one."""

import asyncio
import inspect
import logging
from functools import partial

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import _api, _current, errors
from supertokens_pyodide._browser import attach
from supertokens_pyodide._client import Client
from supertokens_pyodide.claims import BooleanClaim
from supertokens_pyodide.testing import NetworkDown, Reply
from supertokens_pyodide.testing.matching import covers

from tests.unit.backend import REFRESH, REMOVED

CALLS = [
    supertokens.does_session_exist,
    supertokens.get_session_status,
    supertokens.get_user_id,
    supertokens.get_access_token,
    supertokens.get_access_token_payload,
    supertokens.get_tenant_id,
    supertokens.ensure_fresh,
    supertokens.validate_claims,
    partial(supertokens.get_claim_value, BooleanClaim("terms", print)),
    partial(supertokens.get_invalid_claims_from_response, "{}"),
    supertokens.attempt_refresh,
    supertokens.sign_out,
    supertokens.verify_access_token,
]


@pytest.fixture(autouse=True)
def nothing_stays_bound():
    yield
    supertokens.close()


def run(call):
    return asyncio.run(call())


def test_every_call_works_on_the_bound_page(signed_in):
    with signed_in.tab:
        assert run(supertokens.does_session_exist) is True
        assert run(supertokens.get_session_status) == supertokens.SessionStatus("ACTIVE")
        assert run(supertokens.get_user_id) == "alice"
        assert run(supertokens.get_access_token) == signed_in.browser.cookies["st-access-token"]
        assert run(supertokens.get_access_token_payload)["sub"] == "alice"
        assert run(supertokens.get_tenant_id) == "acme"
        assert run(supertokens.ensure_fresh) is True
        assert run(supertokens.attempt_refresh) is True
        assert run(supertokens.sign_out) is True
        assert run(supertokens.does_session_exist) is False


def test_calls_of_several_tasks_share_a_refresh(signed_in):
    async def several():
        return await asyncio.gather(*(supertokens.does_session_exist() for _ in range(5)))

    signed_in.expire()
    with signed_in.tab:
        assert run(several) == [True] * 5
    assert signed_in.refreshes == 1


def test_an_error_comes_as_it_was_raised(signed_in):
    signed_in.backend.always[REFRESH] = NetworkDown()
    signed_in.expire()
    with signed_in.tab, pytest.raises(errors.RefreshUnavailable) as raised:
        run(supertokens.get_access_token_payload)
    assert raised.value.status is None
    with signed_in.open_tab(), pytest.raises(errors.RefreshUnavailable):
        run(supertokens.attempt_refresh)


@pytest.mark.parametrize("call", [supertokens.attempt_refresh, supertokens.sign_out])
def test_the_error_of_a_response_has_the_response(signed_in, call):
    signed_in.expire()
    signed_in.backend.always[REFRESH] = Reply(500, text='{"message": "Down for maintenance."}')
    with signed_in.tab:
        with pytest.raises(errors.SuperTokensError) as raised:
            run(call)
        assert "maintenance" in raised.value.response.text
        # During the cooldown no further call is made, and the error is still about that response.
        with pytest.raises(errors.RefreshUnavailable) as raised:
            run(supertokens.get_access_token_payload)
    assert raised.value.response.status == raised.value.status == 500


def test_a_captive_portals_page_does_not_count_as_a_refresh(signed_in):
    signed_in.expire()
    signed_in.backend.always[REFRESH] = Reply(200, text="<h1>Welcome to our wifi</h1>")
    with signed_in.tab, pytest.raises(errors.FrontTokenMissing) as raised:
        run(supertokens.attempt_refresh)
    assert "was refreshed" not in str(raised.value)
    assert "captive portal" in raised.value.hint
    assert "wifi" in raised.value.response.text


def test_during_an_outage_the_status_says_why(signed_in):
    signed_in.backend.always[REFRESH] = Reply(503)
    signed_in.expire()
    with signed_in.tab:
        status = run(supertokens.get_session_status)
    assert status.status == "UNKNOWN"
    assert "503" in status.reason


@pytest.mark.parametrize("call", CALLS)
def test_a_call_before_init_says_so(call):
    with pytest.raises(errors.NotInitialised, match="init"):
        run(call)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_after_close_says_so(signed_in, call):
    with signed_in.tab:
        pass
    with pytest.raises(errors.NotInitialised):
        run(call)


def test_handlers_cannot_be_registered_before_init():
    with pytest.raises(errors.NotInitialised):
        supertokens.on("*", print)


def test_there_is_no_browser_on_cpython():
    with pytest.raises(errors.UnsupportedPlatform, match="testing"):
        supertokens.init("https://api.example.com")


def test_the_options_of_init_reach_the_browser_part(monkeypatch, world):
    seen = []

    def start(options):
        seen.append(options)
        _current.bind(world.tab.client)
        return world.tab.client

    handled = []
    monkeypatch.setattr(attach, "start", start)
    supertokens.init("https://api.example.com", is_in_iframe=False, on_handle_event=handled.append)
    assert seen == [{"api_domain": "https://api.example.com", "is_in_iframe": False}]
    world.sign_in()
    assert [event["action"] for event in handled] == ["SESSION_CREATED"]


def test_init_takes_every_option_of_a_config_and_hands_on_what_it_does_not_know(monkeypatch, world):
    seen = {}
    monkeypatch.setattr(attach, "start", lambda options: seen.update(options) or world.tab.client)
    supertokens.init(api_dommain="x")
    assert seen == {"api_dommain": "x"}


def test_initialising_again_is_fine_with_the_same_options_only(monkeypatch, world):
    config = world.tab.client.config
    other = world.open_tab(api_base_path="/other").client.config
    monkeypatch.setattr(
        attach, "read_options", lambda options: config if "api_domain" in options else other
    )
    with world.tab:
        supertokens.init()
        supertokens.init("https://api.example.com")
        with pytest.raises(errors.AlreadyInitialised):
            supertokens.init(api_base_path="/other")


def test_functions_of_a_repeated_init_replace_the_earlier_ones(world):
    seen = []
    with world.tab:
        for number in (1, 2):

            def functions(original, number=number):
                async def get_user_id(*, user_context):
                    return number, await original["get_user_id"](user_context=user_context)

                return {"get_user_id": get_user_id}

            supertokens.init(
                on_handle_event=lambda event, number=number: seen.append((number, event["action"])),
                pre_api_hook=lambda call, number=number: seen.append((number, "before")) or {},
                post_api_hook=lambda call, number=number: seen.append((number, "after")),
                override={"functions": functions},
            )
        world.sign_in()
        assert (2, "SESSION_CREATED") in seen
        seen.clear()
        assert run(supertokens.attempt_refresh) is True
        assert run(supertokens.get_user_id) == (2, "alice")
    reported = [(2, "before"), (2, "after"), (2, "REFRESH_SESSION")]
    assert [entry for entry in seen if "PAYLOAD" not in entry[1]] == reported


@pytest.mark.parametrize("option", ["cookie_handler", "window_handler", "date_provider"])
def test_a_function_that_cannot_be_replaced_is_refused_by_name(new_world, option):
    world = new_world()
    with world.tab, pytest.raises(errors.AlreadyInitialised, match=option) as raised:
        supertokens.init(**{option: lambda *_: None})
    assert "close()" in raised.value.hint


def test_the_same_function_again_is_no_other_function(world):
    def hook(call):
        return {}

    with world.tab:
        supertokens.init(pre_api_hook=hook)
        supertokens.init(pre_api_hook=hook)
        with pytest.raises(errors.ConfigError, match="pre_api_hook"):
            supertokens.init(pre_api_hook=5)


def test_closing_ends_what_is_waiting(signed_in):
    signed_in.expire()
    signed_in.backend.always[REFRESH] = Reply(200)

    class Stuck:
        is_mirrored = False
        cookies = signed_in.tab.cookies
        now = signed_in.tab.now
        closed = 0

        async def drive(self, step):
            supertokens.close()

        def close(self):
            self.closed += 1

    client = signed_in.tab.client
    client.host = host = Stuck()
    _current.bind(client)
    with pytest.raises(errors.Closed):
        run(supertokens.does_session_exist)
    assert host.closed == 1
    with pytest.raises(errors.Closed):
        asyncio.run(client.call("does_session_exist"))


def test_closing_twice_is_closing_once(signed_in):
    with signed_in.tab:
        supertokens.close()
        supertokens.close()
    assert signed_in.tab.client.host is None


def test_a_call_that_is_given_up_leaves_no_flow_behind(signed_in):
    class Slow:
        is_mirrored = False

        cookies = signed_in.tab.cookies
        now = signed_in.tab.now

        async def drive(self, step):
            await asyncio.Event().wait()

        def close(self):
            pass

    async def impatient():
        async with asyncio.timeout(0):
            await supertokens.get_access_token()

    signed_in.expire()
    client = signed_in.tab.client
    client.host = Slow()
    _current.bind(client)
    with pytest.raises(TimeoutError):
        run(impatient)
    assert len(client.session.flows) == 1  # the refresh, which others may need


# ---- events --------------------------------------------------------------------------------------


def end_session(world):
    world.backend.answers["/items"] = [Reply(401, REMOVED)]
    world.tab.fetch("/items")


def test_handlers_get_the_events_that_they_asked_for(signed_in):
    every, some, others = [], [], []
    with signed_in.tab:
        supertokens.on("*", every.append)
        supertokens.on("UNAUTHORISED", some.append)
        supertokens.on("SIGN_OUT", others.append)
        end_session(signed_in)
    assert every == some == signed_in.tab.events != []
    assert others == []


def test_an_event_is_a_dict_with_snake_case_keys(signed_in):
    end_session(signed_in)
    assert set(signed_in.tab.events[0]) == {"action", "session_expired_or_revoked", "user_context"}


def test_a_handler_can_be_taken_off_at_any_time(signed_in):
    received = []
    with signed_in.tab:
        off = supertokens.on("*", received.append)

        def once(event):
            received.append("once")
            off_once()

        off_once = supertokens.on("SIGN_OUT", once)
        off()
        off()
        for _ in range(2):
            signed_in.tab.client.notify('[{"action":"SIGN_OUT","userContext":{}}]')
    assert received == ["once"]


def test_one_handler_registered_twice_is_called_twice(signed_in):
    received = []
    with signed_in.tab:
        supertokens.on("*", received.append)
        off = supertokens.on("*", received.append)
        off()
        end_session(signed_in)
    assert received == signed_in.tab.events


@pytest.mark.parametrize("name", ["", "sign_out", "SIGNED_OUT"])
def test_an_unknown_event_is_refused(signed_in, name):
    with signed_in.tab, pytest.raises(ValueError, match="SESSION_CREATED"):
        supertokens.on(name, print)


def broken(event):
    raise RuntimeError("broken handler")


async def broken_async(event):
    raise RuntimeError("broken handler")


@pytest.mark.parametrize("handler", [broken, broken_async])
def test_a_handler_that_fails_is_logged_and_the_others_run(signed_in, caplog, handler):
    received = []

    async def scenario():
        supertokens.on("*", handler)
        supertokens.on("*", received.append)
        assert signed_in.tab.fetch("/items").status == 200
        await supertokens.sign_out()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    with signed_in.tab:
        run(scenario)
    assert [event["action"] for event in received] == ["SIGN_OUT"]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "broken handler" in str(record.exc_info)


def test_async_handlers_run(signed_in):
    received = []

    async def handler(event):
        await asyncio.sleep(0)
        received.append(event["action"])

    async def scenario():
        supertokens.on("SIGN_OUT", handler)
        await supertokens.sign_out()
        for _ in range(3):
            await asyncio.sleep(0)

    with signed_in.tab:
        run(scenario)
    assert received == ["SIGN_OUT"]


def test_after_close_no_handler_is_called(signed_in):
    received = []
    with signed_in.tab:
        supertokens.on("*", received.append)
    signed_in.tab.client.notify('[{"action":"SIGN_OUT","userContext":{}}]')
    assert received == []


# ---- debug logs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("enabled", [True, False])
def test_debug_lines_are_written_only_if_asked_for(new_world, caplog, enabled):
    world = new_world(enable_debug_logs=enabled)
    caplog.clear()
    world.sign_in()
    assert bool(caplog.records) is enabled


def test_debug_lines_go_to_the_console_if_logging_is_not_set_up(monkeypatch, world):
    log = logging.Logger("supertokens_pyodide")
    monkeypatch.setattr("supertokens_pyodide._client.log", log)
    Client(covers, world.tab.client.config, world.tab.client.session)
    Client(covers, world.tab.client.config, world.tab.client.session)
    (handler,) = log.handlers
    assert isinstance(handler, logging.StreamHandler)


def test_the_package_says_what_it_exports():
    assert sorted(supertokens.__all__) == supertokens.__all__
    for name in supertokens.__all__:
        assert getattr(supertokens, name)
    public = {name for name, value in vars(_api).items() if inspect.isfunction(value)}
    public = {name for name in public if vars(_api)[name].__module__ == _api.__name__}
    public = {name for name in public if not name.startswith("_")}
    assert public <= set(supertokens.__all__)
