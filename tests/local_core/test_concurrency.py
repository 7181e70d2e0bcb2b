"""Requests at the same time: in every order, their results are consistent."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from demo.backend.server import bind, port_of, serve
from demo.local_core.app import create_app
from tests.conftest import TIMEOUT
from tests.local_core.running import REFRESH

AT_ONCE = 8


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client of a core that really serves several requests at a time."""
    sock = bind("127.0.0.1", 0)
    with (
        serve(create_app(), sock, "core"),
        httpx.Client(
            base_url=f"http://127.0.0.1:{port_of(sock)}", trust_env=False, timeout=TIMEOUT
        ) as client,
    ):
        yield client


def at_once(request: Callable[[int], httpx.Response]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        responses = list(pool.map(request, range(AT_ONCE)))
    assert [response.status_code for response in responses] == [200] * AT_ONCE
    return [response.json() for response in responses]


def new_session(client: httpx.Client) -> dict[str, Any]:
    body = {
        "userId": "user",
        "userDataInJWT": {},
        "userDataInDatabase": {},
        "enableAntiCsrf": False,
    }
    tokens: dict[str, Any] = client.post("/recipe/session", json=body).json()
    return tokens


def refresh(client: httpx.Client, token: str) -> httpx.Response:
    return client.post("/recipe/session/refresh", json={**REFRESH, "refreshToken": token})


def test_one_address_gets_one_user(client: httpx.Client):
    body = {"email": "race@example.com", "password": "correct-horse-7"}
    responses = at_once(lambda _: client.post("/recipe/signup", json=body))
    statuses = sorted(response["status"] for response in responses)
    assert statuses == ["EMAIL_ALREADY_EXISTS_ERROR"] * (AT_ONCE - 1) + ["OK"]
    found = client.get("/users/by-accountinfo", params={**body, "doUnionOfAccountInfo": "false"})
    assert len(found.json()["users"]) == 1


def test_refreshes_with_one_token_all_succeed_and_one_child_lives_on(client: httpx.Client):
    token = new_session(client)["refreshToken"]["token"]
    responses = at_once(lambda _: refresh(client, token))
    children = [response["refreshToken"]["token"] for response in responses]
    assert len(set(children)) == AT_ONCE
    # Using them all at once makes one the parent; the others are stolen ones by then.
    outcomes = [response["status"] for response in at_once(lambda n: refresh(client, children[n]))]
    assert sorted(outcomes) == ["OK"] + ["TOKEN_THEFT_DETECTED"] * (AT_ONCE - 1)
    assert refresh(client, token).json()["status"] == "TOKEN_THEFT_DETECTED"
    winner = children[outcomes.index("OK")]
    assert refresh(client, winner).json()["status"] == "OK"


def test_updates_of_metadata_do_not_lose_each_other(client: httpx.Client):
    at_once(
        lambda number: client.put(
            "/recipe/user/metadata",
            json={"userId": "busy", "metadataUpdate": {f"field{number}": number}},
        )
    )
    found = client.get("/recipe/user/metadata", params={"userId": "busy"}).json()
    assert found["metadata"] == {f"field{number}": number for number in range(AT_ONCE)}


def test_a_new_app_gets_one_static_key(client: httpx.Client):
    client.put("/recipe/multitenancy/app/v2", json={"appId": "fresh"})
    sets = at_once(lambda _: client.get("/appid-fresh/recipe/jwt/jwks"))
    assert all(one == sets[0] for one in sets)
    assert sorted(key["kid"][:2] for key in sets[0]["keys"]) == ["d-", "s-"]


def test_a_session_is_revoked_once(client: httpx.Client):
    handle = new_session(client)["session"]["handle"]
    responses = at_once(
        lambda _: client.post("/recipe/session/remove", json={"sessionHandles": [handle]})
    )
    assert sorted(len(response["sessionHandlesRevoked"]) for response in responses) == [
        *[0] * (AT_ONCE - 1),
        1,
    ]
