"""A page on which Python signs in, and the devices that keep its passkeys."""

import json
import textwrap
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page

from tests.browser.demo import Demo
from tests.browser.served import serve_once
from tests.browser.worker_page import RUN

PATH = "/with-recipes"
PAGE = f"""<!doctype html><link rel="icon" href="data:,">
<input autocomplete="username webauthn">
<script type="module">
  import {{ loadPyodide }} from "/vendor/pyodide/pyodide.mjs";
  const indexURL = new URL("/vendor/pyodide/", location.href).href;
  const python = await loadPyodide({{ indexURL, packages: ["supertokens-pyodide"] }});
  python.runPython({json.dumps(RUN)});
  globalThis.run = python.globals.get("run");
</script>"""
IMPORTS = """
from types import SimpleNamespace
from supertokens_pyodide import errors
from supertokens_pyodide.recipe import (
    emailpassword, emailverification, multifactorauth, multitenancy, passwordless, thirdparty,
    totp, userroles, webauthn,
)
"""


class RecipePage:
    """A page with bare Pyodide on its main thread."""

    def __init__(self, demo: Demo, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.origin = demo.origin
        self.open(demo.origin + PATH)

    def open(self, url: str) -> None:
        self.page.goto("about:blank")
        serve_once(self.page, f"{PATH}*", PAGE, "text/html")
        self.page.goto(url)
        self.page.wait_for_function("Boolean(globalThis.run)")
        self.run("s.init(api_domain=js.location.origin)")

    def run(self, code: str, argument: object = None) -> Any:
        given = [IMPORTS + textwrap.dedent(code), json.dumps(argument)]
        return json.loads(self.page.evaluate("(given) => run(...given)", given))


def message(origin: str, to: str) -> dict[str, Any]:
    """The newest message to an address or a number."""
    found = httpx.get(f"{origin}/mailbox/messages", params={"to": to}).json()
    newest: dict[str, Any] = found["messages"][-1]
    return newest


class Device:
    """An authenticator of Chromium's, which answers prompts by itself; `verifies` its user or not.

    A browser has one of the kind "internal", and any number of the kind "usb".
    """

    def __init__(self, page: Page, kind: str = "internal", *, verifies: bool = True) -> None:
        self._cdp = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": kind,
            "hasResidentKey": True,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        added = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._id = {"authenticatorId": added["authenticatorId"]}

    def put_away(self, is_away: bool = True) -> None:
        """Leave prompts unanswered, or answer them again."""
        given = {**self._id, "enabled": not is_away}
        self._cdp.send("WebAuthn.setAutomaticPresenceSimulation", given)

    def refuse_user(self, is_refused: bool = True) -> None:
        """Let its check of the user fail, or succeed again."""
        given = {**self._id, "isUserVerified": not is_refused}
        self._cdp.send("WebAuthn.setUserVerified", given)

    def passkeys(self) -> int:
        """How many passkeys it has."""
        found: list[Any] = self._cdp.send("WebAuthn.getCredentials", self._id)["credentials"]
        return len(found)

    def remove(self) -> None:
        """Lose it."""
        self._cdp.send("WebAuthn.removeVirtualAuthenticator", self._id)
