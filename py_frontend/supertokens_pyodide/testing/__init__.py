"""The session SDK without a browser: for tests of applications, and for our own tests.

    import asyncio
    import supertokens_pyodide as supertokens
    from supertokens_pyodide import testing

    def backend(request):
        if request.session is None:
            return testing.Reply(401)
        return testing.Reply.of_json([f"an order of {request.session.user_id}"])

    async def orders():                                     # the application
        supertokens.init(api_domain="https://api.example.com")
        response = await supertokens.fetch("https://api.example.com/orders")
        return await response.json()

    def test_orders():
        with testing.signed_in("alice", backend=backend):
            assert asyncio.run(orders()) == ["an order of alice"]

``signed_in()`` and ``signed_out()`` are for applications; ``supertokens_pyodide.pytest_plugin`` has
them as fixtures.
The real core runs, with the real clock; only the browser is scripted.

For single steps there is a browser in which everything is synchronous and nothing waits, and whose
clock does not move. Of several flows, each performs one effect in turn.

    def backend(request):
        if request.path == "/auth/session/refresh":
            return Reply(401)
        return Reply(200)

    tab = ScriptedBrowser(backend).open_tab(api_domain="https://api.example.com")
    response = tab.fetch("/items")
"""

from .._core.state.tokens import write_front_token
from .application import PageUnderTest, signed_in, signed_out
from .asgi import AsgiApplication
from .browser import ScriptedBrowser
from .call import Call
from .network import ApplicationBackend, BackendSession, NetworkDown, Reply, Request, TimedOut
from .response import PageResponse
from .tab import Tab

__all__ = [
    "ApplicationBackend",
    "AsgiApplication",
    "BackendSession",
    "Call",
    "NetworkDown",
    "PageResponse",
    "PageUnderTest",
    "Reply",
    "Request",
    "ScriptedBrowser",
    "Tab",
    "TimedOut",
    "signed_in",
    "signed_out",
    "write_front_token",
]
