"""Endpoints for all that can happen to a request."""

import hashlib

import pytest

from tests.demo.running import Visitor


def test_public(visitor: Visitor):
    response = visitor.get("/api/public")
    assert response.status_code == 200
    assert not response.headers.keys() & {"front-token", "st-access-token"}


def test_protected_without_a_session(visitor: Visitor):
    response = visitor.get("/api/protected")
    assert (response.status_code, response.json()) == (401, {"message": "unauthorised"})


def test_protected(visitor: Visitor, email):
    user = visitor.sign_up(email, tenant="acme")
    (session,) = visitor.sessions()
    answer = visitor.get("/api/protected").json()
    assert answer.pop("tokenExpiry") * 1000 > session["created"]
    assert answer == {
        "userId": user["id"],
        "tenantId": "acme",
        "sessionHandle": session["handle"],
    }


def test_always_401(visitor: Visitor, email):
    visitor.sign_up(email)
    assert visitor.get("/api/always-401").status_code == 401


def test_a_claim_is_needed_and_can_be_had(visitor: Visitor, email):
    visitor.sign_up(email)
    response = visitor.get("/api/needs-claim")
    assert response.status_code == 403
    (error,) = response.json()["claimValidationErrors"]
    assert error["id"] == "terms"

    response = visitor.post("/api/accept-terms", json={})
    assert response.json()["payload"]["terms"]["v"] is True
    assert "front-token" in response.headers
    assert visitor.get("/api/needs-claim").status_code == 200


def test_a_claim_does_not_help_without_a_session(visitor: Visitor):
    assert visitor.get("/api/needs-claim").status_code == 401


@pytest.mark.parametrize("body", [b"", b"text", bytes(range(256)), b"x" * 1_000_000])
def test_echo(visitor: Visitor, email, body):
    visitor.sign_up(email)
    headers = {"Content-Type": "application/x-thing"}
    answer = visitor.post("/api/echo", content=body, headers=headers).json()
    assert answer == {
        "contentType": "application/x-thing",
        "length": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "body": body.decode(errors="replace"),
    }


def test_echo_needs_a_session(visitor: Visitor):
    assert visitor.post("/api/echo", content=b"text").status_code == 401


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://app.localhost", "https://127.0.0.1:3000"]
)
def test_pages_of_this_machine_may_use_the_api_with_its_session(visitor: Visitor, email, origin):
    preflight = visitor.options(
        "/api/protected",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "anti-csrf,rid,st-auth-mode,fdi-version",
        },
    )
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == origin
    assert preflight.headers["access-control-allow-credentials"] == "true"

    fields = [{"id": "email", "value": email}, {"id": "password", "value": "secret-word-1"}]
    response = visitor.post("/auth/signup", json={"formFields": fields}, headers={"Origin": origin})
    assert response.headers["access-control-allow-origin"] == origin
    exposed = response.headers["access-control-expose-headers"].replace(" ", "").split(",")
    assert {"front-token", "st-access-token"} <= set(exposed)


def test_a_refused_call_can_be_read_across_origins(visitor: Visitor):
    origin = {"Origin": "http://localhost:3000"}
    response = visitor.get("/api/protected", headers=origin)
    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == "http://localhost:3000"


@pytest.mark.parametrize(
    "origin", ["https://example.com", "http://localhost.example.com", "http://evil-localhost"]
)
def test_other_pages_may_not(visitor: Visitor, origin):
    response = visitor.get("/api/public", headers={"Origin": origin})
    assert "access-control-allow-origin" not in response.headers
