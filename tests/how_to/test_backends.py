"""The backends of docs/how_to, with the real SDKs on a local core."""

import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import TIMEOUT
from tests.how_to.browser_like import CorsError, PageOfOrigin
from tests.how_to.running import WEBSITE, backend
from tests.local_core.running import running_core

PAGE = "another_origin.md"
PASSWORD = "correct-horse-7"
#: What the SDK adds to calls of the backend's API.
API_HEADERS = {"rid": "anti-csrf", "fdi-version": "4.2", "st-auth-mode": "cookie"}


@pytest.fixture(scope="module")
def core() -> Iterator[str]:
    with running_core() as address:
        yield address


@pytest.fixture(
    scope="module",
    params=["fastapi_backend.py", "flask_backend.py", "django_backend.py", "express_backend.mjs"],
)
def api(request: pytest.FixtureRequest, core: str) -> Iterator[str]:
    with backend(PAGE, request.param, SUPERTOKENS_CONNECTION_URI=core) as origin:
        yield origin


def fields() -> dict[str, object]:
    values = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    return {"formFields": [{"id": name, "value": value} for name, value in values.items()]}


def session_headers(response: httpx.Response, mode: str, token: str) -> dict[str, str]:
    """What the SDK sends with a request after a response that began or went on with a session."""
    headers = {**API_HEADERS, "st-auth-mode": mode}
    if mode == "header":
        headers["authorization"] = f"Bearer {response.headers[token]}"
    return headers


@pytest.mark.parametrize("mode", ["cookie", "header"])
def test_a_page_on_another_origin_has_a_session(api: str, mode: str) -> None:
    page = PageOfOrigin(WEBSITE, api)
    signed_up = page.request(
        "POST", "/auth/signup", {**API_HEADERS, "st-auth-mode": mode}, fields()
    )
    assert signed_up.json()["status"] == "OK"
    assert signed_up.headers["front-token"]
    mine = session_headers(signed_up, mode, "st-access-token" if mode == "header" else "")
    # As Python's requests sends it in Firefox.
    orders = page.request("GET", "/orders", {**mine, "user-agent": "python-requests"})
    assert orders.json() == {"user": signed_up.json()["user"]["id"], "tenant": "public"}

    refreshing = session_headers(signed_up, mode, "st-refresh-token" if mode == "header" else "")
    refreshed = page.request("POST", "/auth/session/refresh", refreshing)
    assert refreshed.status_code == 200
    assert refreshed.headers["front-token"] != signed_up.headers["front-token"]

    mine = session_headers(refreshed, mode, "st-access-token" if mode == "header" else "")
    signed_out = page.request("POST", "/auth/signout", mine)
    assert signed_out.headers["front-token"] == "remove"


def test_a_page_reads_the_refusal_of_a_request_without_a_session(api: str) -> None:
    refused = PageOfOrigin(WEBSITE, api).request("GET", "/orders", API_HEADERS)
    assert (refused.status_code, refused.json()) == (401, {"message": "unauthorised"})


def test_a_page_on_a_foreign_origin_is_refused(api: str) -> None:
    with pytest.raises(CorsError, match="the origin is not allowed"):
        PageOfOrigin("https://evil.example", api).request("GET", "/orders", API_HEADERS)


def sign_up(api: str, mode: str) -> httpx.Response:
    headers = {**API_HEADERS, "st-auth-mode": mode}
    response = httpx.post(f"{api}/auth/signup", json=fields(), headers=headers, timeout=TIMEOUT)
    assert response.json()["status"] == "OK"
    return response


def test_a_service_verifies_tokens_by_itself(core: str) -> None:
    with (
        backend(PAGE, "fastapi_backend.py", SUPERTOKENS_CONNECTION_URI=core) as api,
        backend("verify_access_tokens.md", "jwt_service.py", API_DOMAIN=api) as service,
    ):
        signed_up = sign_up(api, "header")
        token = signed_up.headers["st-access-token"]

        def report(token: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return httpx.get(f"{service}/report", headers=headers, timeout=TIMEOUT)

        user = signed_up.json()["user"]["id"]
        assert report(token).json() == {"user": user, "tenant": "public"}
        head, payload, signature = token.split(".")
        turned = signature[::-1]
        for bad in (f"{head}.{payload}.{turned}", "none", signed_up.headers["st-refresh-token"]):
            assert report(bad).status_code == 401, bad
