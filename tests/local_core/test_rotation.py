"""The rotation of refresh tokens as a table: which of them work, and which count as stolen."""

import pytest

from tests.local_core.running import CoreClient

THEFT = "TOKEN_THEFT_DETECTED"

# What happens to a session, step by step. The first token is 0; a refresh with any token makes the
# next one, whether the client gets it or not. "use" presents the access token of that number.
COURSES = {
    "one after the other": ["0 OK", "1 OK", "2 OK"],
    "the response was lost": ["0 OK", "0 OK", "0 OK"],
    "any of the children": ["0 OK", "0 OK", "2 OK", "3 OK"],
    "the older child": ["0 OK", "0 OK", "1 OK", "3 OK"],
    "the parent after its child": ["0 OK", "1 OK", f"0 {THEFT}"],
    "the parent after its child's access token": ["0 OK", "use 1", f"0 {THEFT}"],
    "the child after its access token": ["0 OK", "use 1", "1 OK"],
    "one child after another": ["0 OK", "0 OK", "1 OK", f"2 {THEFT}"],
    "one child after another's access token": ["0 OK", "0 OK", "use 1", f"2 {THEFT}"],
    "the parent after its own access token": ["use 0", "0 OK", "0 OK"],
    "the grandparent": ["0 OK", "1 OK", "2 OK", f"0 {THEFT}"],
    "the grandparent before the grandchild": ["0 OK", "1 OK", "1 OK", f"0 {THEFT}"],
    "the right one after the stolen one": ["0 OK", "1 OK", f"0 {THEFT}", "2 OK"],
}


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_a_session_takes_its_course(core: CoreClient, course: list[str]):
    tokens = [core.new_session()]
    for step in course:
        first, second = step.split()
        if first == "use":
            assert core.verify(tokens[int(second)])["status"] == "OK"
            continue
        response = core.refresh(tokens[int(first)])
        assert response["status"] == second, step
        if second == "OK":
            tokens.append(response)
    assert len({one["refreshToken"]["token"] for one in tokens}) == len(tokens)
