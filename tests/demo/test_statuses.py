"""Each status that the backend can answer is answered once, without a browser."""

import base64
import json

import pytest

from tests.demo.running import running_demo
from tests.demo.signing_in import codes, factors, linking, passkeys, passwords, third_parties
from tests.demo.signing_in.scene import Browser
from tests.demo.signing_in.table import ROWS, STATUSES, UNREACHABLE, UNREACHABLE_CODES

PRODUCERS = (codes, factors, linking, passkeys, passwords, third_parties)
DECLARED = [
    (api, status)
    for apis in STATUSES.values()
    for api, statuses in apis.items()
    for status in statuses
]


# Sessions in headers are in test_recipes.py, once for each recipe.
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} {row.produce.__name__}")
def test_a_status_is_answered(new_scene, row):
    response = row.produce(new_scene())
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer["status"] == row.status, answer
    if row.code:
        assert answer["reason"].endswith(f"(ERR_CODE_{row.code})")
    assert ("front-token" in response.headers) is row.session
    if row.session:
        front = json.loads(base64.b64decode(response.headers["front-token"]))
        assert front["up"]["sub"] == front["uid"]


# On a backend of its own.
WRONG_PARTY = {
    ("POST /webauthn/options/register", "INVALID_OPTIONS_ERROR"),
    ("POST /webauthn/options/signin", "INVALID_OPTIONS_ERROR"),
}


def test_passkeys_need_a_website_of_the_apis_domain(vendor):
    with (
        running_demo(vendor, "--website", "http://shop.example") as demo,
        Browser(demo.origin, "cookie") as browser,
    ):
        for api, status in WRONG_PARTY:
            path = api.removeprefix("POST ")
            assert browser.auth(path, email="a@example.com").json() == {"status": status}


def test_the_table_is_whole():
    produced = {(row.api, row.status) for row in ROWS} | WRONG_PARTY
    assert produced | UNREACHABLE.keys() == set(DECLARED)
    assert not produced & UNREACHABLE.keys()
    assert {row.produce.__module__ for row in ROWS} == {one.__name__ for one in PRODUCERS}


def test_the_table_of_codes_is_whole():
    produced = {row.code for row in ROWS if row.code}
    assert produced | UNREACHABLE_CODES.keys() == {f"{number:03}" for number in range(1, 35)}
    assert not produced & UNREACHABLE_CODES.keys()
