"""The tests of applications: the module's functions on CPython, with a backend of the test."""

import asyncio

import pytest
import supertokens_pyodide as supertokens
from supertokens_pyodide import errors, testing
from supertokens_pyodide.claims import PrimitiveArrayClaim
from supertokens_pyodide.testing import NetworkDown, Reply

API = "https://api.example.com"
ROLES = PrimitiveArrayClaim("st-role", lambda user_context: None)


def run(function, *arguments, **more):
    return asyncio.run(function(*arguments, **more))


def backend(request):
    """Knows who is signed in, and sends back what it gets."""
    if request.path == "/fails":
        raise NetworkDown("no backend")
    if request.path == "/moved":
        return Reply(307, {"location": "/orders?moved=1"})
    if request.session is None:
        return Reply(401)
    reported = {
        "user": request.session.user_id,
        "method": request.method,
        "query": request.query,
        "body": request.text,
    }
    return Reply.of_json(reported)


async def orders(path="/orders", **options):
    """An application: it starts the SDK and makes a request."""
    supertokens.init(api_domain=API)
    response = await supertokens.fetch(API + path, **options)
    return response.status, await response.json() if response.ok else await response.text()


@pytest.mark.parametrize("mode", ["cookie", "header"])
def test_the_modules_functions_work_with_and_without_init(mode):
    claims = {ROLES: ["admin"], "plan": "pro"}
    with testing.signed_in(
        "alice", tenant_id="acme", claims=claims, token_transfer_method=mode, backend=backend
    ):
        for is_started in (False, True):
            if is_started:
                supertokens.init(api_domain=API, token_transfer_method=mode)
            assert run(supertokens.does_session_exist) is True
            assert run(supertokens.get_user_id) == "alice"
            assert run(supertokens.get_tenant_id) == "acme"
            assert run(supertokens.get_access_token_payload)["plan"] == "pro"
            assert run(supertokens.get_claim_value, ROLES) == ["admin"]
            assert run(supertokens.get_session_status) == supertokens.SessionStatus("ACTIVE")
            assert run(supertokens.attempt_refresh) is True
            validators = lambda *_: [ROLES.validators.includes("admin")]  # noqa: E731
            assert run(supertokens.validate_claims, validators) == []
        assert run(supertokens.diagnose).ok
        assert run(supertokens.sign_out) is True
        assert run(supertokens.does_session_exist) is False
    with pytest.raises(errors.NotInitialised):
        run(supertokens.get_user_id)


def test_requests_reach_the_backend_with_session_and_body():
    with testing.signed_in("alice", backend=backend) as page:
        found = run(orders, "/orders?a=1", method="POST", body={"item": 5})
    body = '{"item": 5}'
    assert found == (200, {"user": "alice", "method": "POST", "query": "a=1", "body": body})
    (request,) = page.requests
    assert request.json() == {"item": 5}
    assert request.headers["content-type"] == "application/json"
    assert request.headers["st-auth-mode"] == "cookie"


def test_the_scripted_browsers_requests_have_bodies_too():
    browser = testing.ScriptedBrowser(lambda request: Reply(200, text=request.text))
    tab = browser.open_tab(api_domain=API)
    assert tab.fetch("/echo", method="POST", body="hello").text == "hello"


def test_backends_may_be_async_and_requests_run_at_once():
    running, all_run = [], asyncio.Event()

    async def slow(request):
        running.append(request.path)
        if len(running) == 3:
            all_run.set()
        await all_run.wait()
        return Reply(200, text=request.path)

    async def several():
        nonlocal all_run
        all_run = asyncio.Event()
        return await asyncio.gather(*(supertokens.fetch(f"{API}/{n}") for n in range(3)))

    with testing.signed_in(backend=slow):
        assert [response.status for response in run(several)] == [200] * 3


def test_an_expired_token_is_refreshed_once_for_all():
    async def several():
        return await asyncio.gather(*(orders() for _ in range(3)))

    with testing.signed_in("alice", backend=backend, access_token_lifetime=60) as page:
        run(orders)
        page.pass_time(100)
        assert [status for status, _ in run(several)] == [200] * 3
        assert [r.path for r in page.requests].count("/auth/session/refresh") == 1
        assert "REFRESH_SESSION" in [event["action"] for event in page.events]


def test_what_a_test_does_before_the_application_starts_counts():
    with testing.signed_in(backend=backend, access_token_lifetime=60) as page:
        page.pass_time(100)
        assert run(orders)[0] == 200
        assert [r.path for r in page.requests] == ["/auth/session/refresh", "/orders"]
    with testing.signed_in(backend=backend) as page:
        page.end_session()
        assert run(orders)[0] == 401


def test_a_session_that_the_backend_has_ended_ends_on_the_page():
    reported = []
    with testing.signed_in(backend=backend, on_handle_event=reported.append) as page:
        run(orders)
        page.end_session()
        assert run(orders)[0] == 401
        assert run(supertokens.does_session_exist) is False
        assert page.events[-1]["action"] == "UNAUTHORISED"


def test_a_visitor_can_sign_in():
    def signs_in(request):
        if request.path == "/auth/signin":
            return page.new_session(request.json()["email"], claims={"plan": "free"})
        return backend(request)

    async def sign_in():
        supertokens.init(api_domain=API, on_handle_event=reported.append)
        assert not await supertokens.does_session_exist()
        await supertokens.fetch(f"{API}/auth/signin", method="POST", body={"email": "bob"})
        return await supertokens.get_user_id()

    reported = []
    with testing.signed_out(backend=signs_in) as page:
        assert run(sign_in) == "bob"
        assert run(orders)[1]["user"] == "bob"
    assert "SESSION_CREATED" in [event["action"] for event in reported]


def test_the_sessions_own_token_can_be_verified():
    with testing.signed_in("alice", expose_access_token=True):
        assert run(supertokens.verify_access_token)["sub"] == "alice"


def test_what_the_backend_raises_reaches_the_caller():
    def broken(request):
        raise ZeroDivisionError

    with testing.signed_in(backend=broken), pytest.raises(ZeroDivisionError):
        run(orders)
    with testing.signed_in(backend=backend), pytest.raises(OSError, match="no backend"):
        run(orders, "/fails")


def test_without_a_backend_a_request_says_what_is_missing():
    with testing.signed_in(), pytest.raises(OSError, match="backend="):
        run(orders)


def test_redirects_are_followed():
    with testing.signed_in(backend=backend) as page:
        assert run(orders, "/moved")[1]["query"] == "moved=1"
    assert [request.path for request in page.requests] == ["/moved", "/orders"]


def test_other_hosts_get_nothing_of_the_session():
    with testing.signed_in(backend=lambda request: Reply(200)) as page:
        run(supertokens.fetch, "https://elsewhere.example/x")
    (request,) = page.requests
    assert not {"st-auth-mode", "cookie", "authorization"} & request.headers.keys()


def test_options_of_the_application_count_and_wrong_ones_are_refused():
    with testing.signed_in(backend=backend) as page:
        with pytest.raises(errors.ConfigError, match="api_dommain"):
            supertokens.init(api_dommain=API)
        own = {"api_domain": "api.shop.example", "token_transfer_method": "header"}
        supertokens.init(**own, session_token_frontend_domain=".shop.example")
        assert run(supertokens.get_user_id) == "user"
        assert "st-access-token" in page.cookies
        supertokens.init(**own, session_token_frontend_domain=".shop.example")
        with pytest.raises(errors.AlreadyInitialised):
            supertokens.init(api_domain=API)
        supertokens.close()
        with pytest.raises(errors.NotInitialised):
            run(supertokens.get_user_id)
        supertokens.init(**own)
        assert run(supertokens.does_session_exist) is True


def test_hooks_may_be_async():
    called = []

    async def before(call):
        called.append(call["action"])
        return {**call, "request_init": {**call["request_init"], "body": "x"}}

    async def after(call):
        called.append(call["response"].status)

    with testing.signed_in(pre_api_hook=before, post_api_hook=after) as page:
        assert run(supertokens.attempt_refresh) is True
    assert called == ["REFRESH_SESSION", 200]
    assert page.requests[0].body == b"x"


def test_a_block_in_a_block_is_another_browser():
    with testing.signed_in("alice"):
        supertokens.init(api_domain=API)
        with testing.signed_in("bob"):
            assert run(supertokens.get_user_id) == "bob"
        assert run(supertokens.get_user_id) == "alice"


def test_a_response_is_read_once_and_can_be_cloned():
    async def scenario():
        response: supertokens.Response = await supertokens.fetch(API)
        clone = response.clone()
        assert (response.status, response.status_text, response.ok) == (404, "Not Found", False)
        assert (response.url, response.redirected, response.body_used) == (API, False, False)
        assert response.headers["x-a"] == "b"
        assert await clone.json() == {"a": 1}
        assert await response.bytes() == b'{"a": 1}'
        with pytest.raises(OSError, match="read already"):
            await response.text()
        with pytest.raises(OSError, match="read already"):
            response.clone()
        with pytest.raises(OSError, match="404"):
            response.raise_for_status()

    with testing.signed_in(backend=lambda request: Reply(404, {"x-a": "b"}, '{"a": 1}')):
        run(scenario)


def test_without_a_browser_fetch_names_the_tests_way():
    with pytest.raises(errors.UnsupportedPlatform, match="testing"):
        run(supertokens.fetch, API)


@pytest.mark.parametrize("page_url", ["localhost", "ftp://x", ""])
def test_a_page_needs_an_address(page_url):
    with (
        testing.signed_in(page_url=page_url),
        pytest.raises(errors.ConfigError, match="page_url"),
    ):
        run(supertokens.get_user_id)


# ---- ASGI applications ---------------------------------------------------------------------------


async def asgi(scope, receive, send):
    session = scope["supertokens_pyodide.session"]
    message = await receive()
    cookie = b"seen=1; Path=/; HttpOnly"
    headers = [(b"Content-Type", b"text/plain"), (b"set-cookie", cookie), (b"set-cookie", b"b=2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    reported = f"{session.user_id} {scope['path']} {scope['query_string'].decode()} "
    await send({"type": "http.response.body", "body": reported.encode(), "more_body": True})
    await send({"type": "http.response.body", "body": message["body"]})


def test_a_backend_may_be_an_asgi_application():
    async def scenario():
        texts = []
        for _ in range(2):
            response = await supertokens.fetch(f"{API}/a%20b?c=d", method="PUT", body=b"body")
            assert "set-cookie" not in response.headers
            texts.append(await response.text())
        return texts

    with testing.signed_in("alice", backend=asgi) as page:
        assert run(scenario) == ["alice /a b c=d body"] * 2
    assert "seen=1" not in page.requests[0].headers["cookie"]
    assert {"seen=1", "b=2"} <= set(page.requests[1].headers["cookie"].split("; "))


# ---- the fixtures of the plugin ------------------------------------------------------------------


@pytest.fixture
def supertokens_backend():
    return backend


@pytest.mark.supertokens(user_id="carol", tenant_id="acme")
def test_the_plugins_fixture_signs_in(supertokens_signed_in):
    assert run(orders)[1]["user"] == "carol"
    assert run(supertokens.get_tenant_id) == "acme"
    assert len(supertokens_signed_in.requests) == 1


def test_the_plugins_other_fixture_signs_no_user_in(supertokens_signed_out):
    assert run(orders)[0] == 401
    assert run(supertokens.does_session_exist) is False
