"""Signing in with the OpenID provider that runs beside the demo."""

from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from tests.conftest import TIMEOUT
from tests.demo.signing_in.scene import Browser

CALLBACK = "/auth/callback/local"


class Account:
    """A user's account at the provider."""

    def __init__(self, name: str, email: str = "", *, verified: bool = True) -> None:
        self._login = {"account": name, "email": email, **({"verified": "on"} if verified else {})}

    def visit(self, browser: Browser, *, refuse: str | None = None) -> dict[str, Any]:
        """Go to the provider and come back; returns the body with which one signs in.

        `refuse` says where the person changes their mind: at the "login" or at the "consent".
        """
        redirect = f"{browser.base_url}".rstrip("/") + CALLBACK
        query = {"thirdPartyId": "local", "redirectURIOnProviderDashboard": redirect}
        begun = browser.get("/auth/public/authorisationurl", params=query).json()
        assert begun["status"] == "OK", begun
        url = self.follow(f"{begun['urlWithQueryParams']}&state=a-state", redirect, refuse=refuse)
        return {
            "thirdPartyId": "local",
            "redirectURIInfo": {
                "redirectURIOnProviderDashboard": redirect,
                "redirectURIQueryParams": dict(parse_qsl(urlsplit(url).query)),
                "pkceCodeVerifier": begun["pkceCodeVerifier"],
            },
        }

    def follow(self, url: str, redirect: str, *, refuse: str | None = None) -> str:
        """Go to the provider's address; returns the one with which one comes back."""
        with httpx.Client(timeout=TIMEOUT) as provider:
            for step, form in (("login", self._login), ("consent", {})):
                url = _follow(provider, url, redirect)
                if url.startswith(redirect):
                    break
                answer = {"refuse": "yes"} if refuse == step else form
                sent = provider.post(url, data=answer)
                url = urljoin(url, sent.headers["location"])
            return _follow(provider, url, redirect)


def _follow(provider: httpx.Client, url: str, until: str) -> str:
    """Follow redirects to a page of the provider, or back to the demo."""
    while not url.startswith(until):
        response = provider.get(url)
        if not response.is_redirect:
            assert response.is_success, response.text
            return url
        url = urljoin(url, response.headers["location"])
    return url
