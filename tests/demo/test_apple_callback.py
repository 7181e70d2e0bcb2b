"""Apple posts a form instead of coming back with a query; the SDK turns one into the other."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest


def state_for(address):
    return base64.b64encode(json.dumps({"state": "x", "frontendRedirectURI": address}).encode())


def test_the_form_becomes_a_query(new_scene):
    scene = new_scene()
    page = f"{scene.origin}/auth/callback/apple"
    form = {"state": state_for(page).decode(), "code": "a-code"}
    response = scene.browser.post("/auth/callback/apple", data=form)
    assert response.status_code == 303
    there = urlsplit(response.headers["location"])
    assert f"{there.scheme}://{there.netloc}{there.path}" == page
    assert parse_qs(there.query)["code"] == ["a-code"]


@pytest.mark.parametrize("state", [state_for("http://evil.example/").decode(), "x"])
def test_a_form_that_leads_elsewhere_is_refused(new_scene, state):
    scene = new_scene()
    response = scene.browser.post("/auth/callback/apple", data={"state": state, "code": "a-code"})
    assert response.status_code == 400
