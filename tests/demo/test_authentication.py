"""Signing up, in and out with plain requests."""

from tests.demo.running import PASSWORD, Visitor, running_demo


def test_sign_up_opens_a_session(visitor: Visitor, email):
    user = visitor.sign_up(email)
    assert visitor.get("/api/protected").json()["userId"] == user["id"]


def test_sign_in_opens_another_session(visitor: Visitor, new_visitor, email):
    visitor.sign_up(email)
    other = new_visitor()
    other.sign_in(email)
    assert len(other.sessions()) == 2


def test_an_account_belongs_to_its_tenant(visitor: Visitor, email):
    visitor.sign_up(email, tenant="acme")
    answer = visitor.authenticate("signin", email)
    assert answer.json()["status"] == "WRONG_CREDENTIALS_ERROR"
    visitor.sign_in(email, tenant="acme")


def test_the_fields_are_checked(visitor: Visitor):
    answer = visitor.authenticate("signup", "nobody", password="short").json()
    assert answer["status"] == "FIELD_ERROR"
    assert {field["id"] for field in answer["formFields"]} == {"email", "password"}


def test_an_address_cannot_be_taken_twice(visitor: Visitor, email):
    visitor.sign_up(email)
    answer = visitor.authenticate("signup", email).json()
    assert answer["status"] == "FIELD_ERROR"
    assert [field["id"] for field in answer["formFields"]] == ["email"]


def test_a_wrong_password_is_refused(visitor: Visitor, email):
    visitor.sign_up(email)
    answer = visitor.authenticate("signin", email, password=PASSWORD + "x").json()
    assert answer["status"] == "WRONG_CREDENTIALS_ERROR"


def test_in_cookie_mode_the_page_may_read_the_access_token_only(visitor: Visitor, email):
    response = visitor.authenticate("signup", email)
    assert response.headers["st-access-token"] == visitor.cookies["sAccessToken"]
    assert "st-refresh-token" not in response.headers
    assert "sRefreshToken" in visitor.cookies


def test_in_header_mode_no_cookie_is_set(new_visitor, email):
    visitor = new_visitor(mode="header")
    response = visitor.authenticate("signup", email)
    assert {"st-access-token", "st-refresh-token", "front-token"} <= response.headers.keys()
    assert not visitor.cookies

    token = response.headers["st-access-token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert visitor.get("/api/protected", headers=headers).status_code == 200


def test_refresh_renews_the_tokens(visitor: Visitor, email):
    visitor.sign_up(email)
    before = dict(visitor.cookies)
    response = visitor.post("/auth/session/refresh", headers={"rid": "session"})
    assert response.status_code == 200
    assert "front-token" in response.headers
    assert visitor.cookies["sRefreshToken"] != before["sRefreshToken"]
    assert visitor.get("/api/protected").status_code == 200


def test_sign_out_ends_the_session(visitor: Visitor, email):
    visitor.sign_up(email)
    response = visitor.post("/auth/signout")
    assert response.json() == {"status": "OK"}
    assert response.headers["front-token"] == "remove"
    assert visitor.get("/api/protected").status_code == 401


def test_anti_csrf_tokens_on_request(vendor, email):
    with (
        running_demo(vendor, "--anti-csrf") as demo,
        Visitor(demo.origin) as visitor,
    ):
        token = visitor.authenticate("signup", email).headers["anti-csrf"]
        # Reading is harmless and needs none.
        assert visitor.get("/api/protected").status_code == 200
        assert visitor.post("/api/echo").status_code == 401
        assert visitor.post("/api/echo", headers={"anti-csrf": token}).status_code == 200
