"""The OpenID provider itself, as a browser and a backend use it."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from demo.backend.errors import StartError
from demo.backend.openid_provider import openid_provider
from tests.conftest import TIMEOUT
from tests.demo.signing_in.account import CALLBACK, Account

THIRD = "thirdparty"


def query_of(body):
    return body["redirectURIInfo"]["redirectURIQueryParams"]


def test_a_person_comes_back_with_a_code_and_the_state(new_scene):
    scene = new_scene()
    email = scene.email()
    query = query_of(Account(email, email).visit(scene.browser))
    assert query["state"] == "a-state"
    assert query["code"]
    assert "error" not in query


@pytest.mark.parametrize("step", ["login", "consent"])
def test_a_person_refuses(new_scene, step):
    scene = new_scene()
    email = scene.email()
    query = query_of(Account(email, email).visit(scene.browser, refuse=step))
    assert (query["error"], query["state"]) == ("access_denied", "a-state")
    assert "code" not in query


def test_a_code_is_worth_nothing_the_second_time(new_scene):
    """The session that it has begun continues."""
    scene = new_scene()
    email = scene.email()
    body = Account(email, email).visit(scene.browser)
    assert scene.browser.auth("/signinup", **body).json()["status"] == "OK"
    again = scene.new_browser()
    assert again.auth("/signinup", **body).status_code == 500
    assert not again.cookies
    assert scene.browser.get("/api/protected").status_code == 200


def test_an_unverified_address_is_no_proof(new_scene):
    scene = new_scene()
    email = scene.email()
    body = Account(email, email, verified=False).visit(scene.browser)
    answer = scene.browser.auth("/signinup", **body).json()
    assert answer["user"]["loginMethods"][0]["verified"] is False


def test_a_tenant_has_settings_of_its_own_for_a_provider(new_scene):
    scene = new_scene()
    scene.core("PUT", "/recipe/multitenancy/tenant/v2", tenantId="social", firstFactors=[THIRD])
    query = {"thirdPartyId": "local", "redirectURIOnProviderDashboard": scene.origin + CALLBACK}
    path = "authorisationurl"
    shared = scene.browser.get(f"/auth/social/{path}", params=query).json()
    client = {"clientId": "social", "scope": ["openid"]}
    config = {"thirdPartyId": "local", "name": "Social", "clients": [client]}
    scene.core("PUT", "/social/recipe/multitenancy/config/thirdparty", config=config)
    own = scene.browser.get(f"/auth/social/{path}", params=query).json()
    clients = [parse_qs(urlsplit(one["urlWithQueryParams"]).query) for one in (shared, own)]
    assert [one["client_id"] for one in clients] == [["demo"], ["social"]]
    methods = scene.browser.get("/auth/social/loginmethods").json()
    assert methods["thirdParty"]["providers"] == [{"id": "local", "name": "Social"}]
    assert methods["firstFactors"] == [THIRD]


def test_all_keys_are_of_rsa_and_only_the_demo_is_known():
    with openid_provider("http://localhost:1234") as provider:
        client = httpx.Client(base_url=provider.issuer, timeout=TIMEOUT)
        with client:
            found = client.get("/.well-known/openid-configuration").json()
            assert found["issuer"] == provider.issuer
            assert found["id_token_signing_alg_values_supported"] == ["RS256"]
            keys = client.get(found["jwks_uri"]).json()["keys"]
            assert {(key["kty"], key["alg"]) for key in keys} == {("RSA", "RS256")}
            query = {"client_id": provider.client_id, "response_type": "code", "scope": "openid"}
            for origin, status in (("http://localhost:1234", 303), ("http://evil.example", 400)):
                query["redirect_uri"] = f"{origin}/any/page"
                answer = client.get(found["authorization_endpoint"], params=query)
                assert answer.status_code == status
            assert client.get("/interaction/nothing").status_code == 400


def test_without_node_it_cannot_start(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StartError, match=r"Node\.js"), openid_provider("http://localhost:1"):
        pass
