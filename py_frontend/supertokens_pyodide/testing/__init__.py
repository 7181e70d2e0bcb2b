"""Running the session SDK without a browser, for your own tests and for ours.

    from supertokens_pyodide.testing import Reply, ScriptedBrowser

    def backend(request):
        if request.path == "/auth/session/refresh":
            return Reply(401)
        return Reply(200)

    tab = ScriptedBrowser(backend).open_tab(api_domain="https://api.example.com")
    reply = tab.fetch("/items")

The real core runs here; only the browser is scripted: its cookies, its clock, its locks and the
network, which is a function from Request to Reply. Everything is synchronous and nothing waits:
of several flows, each performs one effect in turn.
"""

from .._core.tokens import write_front_token
from .browser import ScriptedBrowser
from .driver import Call
from .network import NetworkDown, Reply, Request, TimedOut
from .tab import Tab

__all__ = [
    "Call",
    "NetworkDown",
    "Reply",
    "Request",
    "ScriptedBrowser",
    "Tab",
    "TimedOut",
    "write_front_token",
]
