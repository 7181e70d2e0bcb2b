"""What the backend reports about sessions and changes in them."""

import base64
import json

import pytest

from tests.demo.running import Visitor


def front_token(response) -> dict:
    return json.loads(base64.b64decode(response.headers["front-token"]))


@pytest.fixture
def signed_in(visitor: Visitor, email) -> Visitor:
    visitor.sign_up(email)
    return visitor


@pytest.mark.parametrize(
    "path", ["/api/jwt", "/api/tenant", "/api/sessions", "/api/sessions/x/payload"]
)
def test_a_session_is_needed(visitor: Visitor, path):
    assert visitor.get(path).status_code == 401


def test_the_jwt(signed_in: Visitor):
    assert signed_in.get("/api/jwt").json() == {"token": signed_in.access_token}


@pytest.mark.parametrize("tenant", ["public", "acme"])
def test_the_tenant(visitor: Visitor, email, tenant):
    visitor.sign_up(email, tenant=tenant)
    assert visitor.get("/api/tenant").json() == {"tenantId": tenant}


def test_all_sessions_of_a_user(signed_in: Visitor, new_visitor, email):
    other = new_visitor()
    other.sign_in(email)

    newest, oldest = signed_in.sessions()
    assert (newest["current"], oldest["current"]) == (False, True)
    assert newest["created"] >= oldest["created"]
    assert oldest["expiry"] > oldest["created"]
    assert oldest["tenantId"] == "public"
    assert [s["handle"] for s in other.sessions()] == [newest["handle"], oldest["handle"]]


def test_all_sessions_of_a_user_in_one_tenant(visitor: Visitor, email):
    visitor.sign_up(email, tenant="acme")
    assert len(visitor.sessions(tenant="acme")) == 1
    assert visitor.sessions(tenant="public") == []


def test_users_do_not_see_the_sessions_of_others(signed_in: Visitor, new_visitor, new_email):
    other = new_visitor()
    other.sign_up(new_email())
    (theirs,) = other.sessions()
    assert theirs["handle"] not in [s["handle"] for s in signed_in.sessions()]


def test_a_revoked_session_cannot_be_refreshed(signed_in: Visitor, new_visitor, email):
    other = new_visitor()
    other.sign_in(email)
    (handle,) = [s["handle"] for s in other.sessions() if s["current"]]

    assert signed_in.post(f"/api/sessions/{handle}/revoke").json() == {"revoked": True}
    assert [s["handle"] for s in signed_in.sessions()] != [handle]
    response = other.post("/auth/session/refresh", headers={"rid": "session"})
    assert response.status_code == 401
    assert response.headers["front-token"] == "remove"


def test_a_revoked_session_is_noticed_at_once_by_who_asks_the_core(
    signed_in: Visitor, new_visitor, email
):
    other = new_visitor()
    other.sign_in(email)
    (handle,) = [s["handle"] for s in other.sessions() if s["current"]]
    signed_in.post(f"/api/sessions/{handle}/revoke")

    assert other.get("/api/protected").status_code == 200
    assert other.get("/api/protected?check_database=true").status_code == 401


def test_the_payload_of_a_session(signed_in: Visitor):
    (session,) = signed_in.sessions()
    path = f"/api/sessions/{session['handle']}/payload"

    assert signed_in.get(path).json() == {"payload": session["payload"]}
    changed = signed_in.post(path, json={"note": "hello", "nested": {"a": [1]}}).json()["payload"]
    assert changed == session["payload"] | {"note": "hello", "nested": {"a": [1]}}
    assert signed_in.post(path, json={"note": None}).json()["payload"] == session["payload"] | {
        "nested": {"a": [1]}
    }


def test_a_changed_payload_arrives_with_the_next_refresh(signed_in: Visitor):
    (session,) = signed_in.sessions()
    signed_in.post(f"/api/sessions/{session['handle']}/payload", json={"note": "hello"})
    response = signed_in.post("/auth/session/refresh", headers={"rid": "session"})
    assert front_token(response)["up"]["note"] == "hello"


def test_a_change_of_the_current_payload_arrives_at_once(signed_in: Visitor):
    response = signed_in.post("/api/payload", json={"note": "hello"})
    assert response.json()["payload"]["note"] == "hello"
    assert front_token(response)["up"]["note"] == "hello"
    assert response.headers["st-access-token"] == signed_in.cookies["sAccessToken"]


@pytest.mark.parametrize("path", ["/api/payload", "/api/sessions/{handle}/payload"])
def test_claims_of_supertokens_cannot_be_changed(signed_in: Visitor, path):
    (session,) = signed_in.sessions()
    for claim in ("tId", "iss"):
        response = signed_in.post(path.format(**session), json={claim: "acme"})
        assert response.status_code == 400
        assert claim in response.json()["detail"]["reason"]


@pytest.mark.parametrize("path", ["/api/payload", "/api/sessions/{handle}/payload"])
@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"{", b""])
def test_a_payload_is_an_object(signed_in: Visitor, path, body):
    (session,) = signed_in.sessions()
    headers = {"Content-Type": "application/json"}
    response = signed_in.post(path.format(**session), content=body, headers=headers)
    assert response.status_code == 422


NOT_JSON = ["NaN", "-Infinity", "1e999", r'"\ud800"', r'{"\ud800": 1}']


@pytest.mark.parametrize("path", ["/api/payload", "/api/sessions/{handle}/payload"])
@pytest.mark.parametrize("text", [*NOT_JSON, *(f"[[{text}]]" for text in NOT_JSON)])
def test_what_json_cannot_hold_is_no_payload(signed_in: Visitor, path, text):
    (session,) = signed_in.sessions()
    headers = {"Content-Type": "application/json"}
    url = path.format(**session)
    response = signed_in.post(url, content=f'{{"note": {text}}}', headers=headers)
    assert response.status_code == 400
    assert "JSON" in response.json()["detail"]["reason"]
    # Not an object at all, and no answer can quote it.
    assert signed_in.post(url, content=f"[{text}]", headers=headers).status_code == 422
    assert signed_in.sessions()[0]["payload"] == session["payload"]


@pytest.mark.parametrize(
    "tenant", ["'", "%00", "%ED%A0%80", "acme%2F..%2Fpublic", "a_b", "%20", "", "no-such-tenant"]
)
def test_no_sessions_of_what_is_no_tenant(signed_in: Visitor, tenant):
    response = signed_in.get(f"/api/sessions?tenant={tenant}")
    assert response.status_code == 400
    assert "tenant" in response.json()["detail"]["reason"]


@pytest.mark.parametrize(
    ("method", "action"), [("GET", "payload"), ("POST", "payload"), ("POST", "revoke")]
)
def test_only_own_sessions_can_be_touched(
    signed_in: Visitor, new_visitor, new_email, method, action
):
    other = new_visitor()
    other.sign_up(new_email())
    (theirs,) = other.sessions()

    for handle in (theirs["handle"], "no-such-handle", "x_no-such-tenant", "%00", "%ED%A0%80", "'"):
        response = signed_in.request(method, f"/api/sessions/{handle}/{action}", json={"a": 1})
        assert response.status_code == 404
    assert other.sessions() == [theirs]
