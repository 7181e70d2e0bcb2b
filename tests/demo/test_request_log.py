"""The log of requests, which tests of the browser side rely on."""

from demo.backend.request_log import RequestLog
from tests.demo.running import Visitor


def latest(visitor: Visitor) -> int:
    return visitor.get("/api/requests").json()["last"]


def test_the_log_describes_each_request(visitor: Visitor, email):
    visitor.sign_up(email)
    before = latest(visitor)
    visitor.get("/api/protected?x=1", headers={"anti-csrf": "secret-a", "rid": "secret-b"})
    visitor.get("/api/always-401", headers={"Authorization": "Bearer secret-c"})

    response = visitor.get(f"/api/requests?since={before}")
    assert response.json() == {
        "last": before + 2,
        "requests": [
            {
                "n": before + 1,
                "method": "GET",
                "path": "/api/protected",
                "headers": ["anti-csrf", "rid", "st-auth-mode"],
                "cookies": ["sAccessToken"],
                "status": 200,
            },
            {
                "n": before + 2,
                "method": "GET",
                "path": "/api/always-401",
                "headers": ["authorization", "st-auth-mode"],
                "cookies": ["sAccessToken"],
                "status": 401,
            },
        ],
    }
    assert "secret" not in response.text
    assert visitor.access_token not in response.text


def test_calls_of_the_sdk_are_in_it(visitor: Visitor, email):
    before = latest(visitor)
    visitor.sign_up(email)
    visitor.post("/auth/session/refresh", headers={"rid": "session"})
    requests = visitor.get(f"/api/requests?since={before}").json()["requests"]
    assert [(r["method"], r["path"], r["status"]) for r in requests] == [
        ("POST", "/auth/signup", 200),
        ("POST", "/auth/session/refresh", 200),
    ]
    assert "sRefreshToken" in requests[1]["cookies"]


def test_pages_and_the_log_itself_are_not(visitor: Visitor):
    before = latest(visitor)
    visitor.get("/")
    visitor.get("/static/app.js")
    visitor.get("/vendor/pyscript/core.js")
    assert latest(visitor) == before


def test_it_forgets_the_oldest():
    log = RequestLog(capacity=3)
    scope = {"type": "http", "method": "GET", "path": "/api/x", "headers": []}
    for _ in range(5):
        log.add(scope, 200)
    assert [entry["n"] for entry in log.since(0)["requests"]] == [3, 4, 5]
    assert log.since(5) == {"last": 5, "requests": []}
