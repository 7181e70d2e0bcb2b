"""A core that keeps its data in a file goes on after a restart as if nothing had happened."""

from pathlib import Path

import pytest

from tests.local_core.running import Clock, CoreClient


def test_sessions_and_keys_outlive_a_restart(tmp_path: Path, clock: Clock):
    db = str(tmp_path / "core.db")
    with CoreClient(clock, db) as core:
        user = core.sign_up("ann@example.com")
        tokens = core.new_session(user, payload={"plan": "free"})
        child = core.refresh(tokens)
        keys = core.ok("GET", "/recipe/jwt/jwks")["keys"]
    with CoreClient(clock, db) as core:
        assert core.ok("GET", "/recipe/jwt/jwks")["keys"] == keys
        assert core.verify(tokens, check_database=True)["status"] == "OK"
        # The rotation goes on where it was.
        assert core.refresh(child)["session"]["userDataInJWT"] == {"plan": "free"}
        assert core.refresh(tokens)["status"] == "TOKEN_THEFT_DETECTED"


def test_users_tenants_roles_and_metadata_outlive_a_restart(tmp_path: Path, clock: Clock):
    db = str(tmp_path / "core.db")
    with CoreClient(clock, db) as core:
        core.put_tenant("acme", firstFactors=["emailpassword"], coreConfig={})
        user = core.sign_up("ann@example.com", tenant="acme")
        core.ok("PUT", "/recipe/role", role="editor", permissions=["write"])
        core.ok("PUT", "/acme/recipe/user/role", userId=user, role="editor")
        core.ok("PUT", "/recipe/user/metadata", userId=user, metadataUpdate={"a": [1]})
    with CoreClient(clock, db) as core:
        assert not core.put_tenant("acme")
        password = {"email": "ann@example.com", "password": "secret"}
        assert core.ok("POST", "/acme/recipe/signin", **password)["user"]["id"] == user
        assert core.ok("GET", "/acme/recipe/user/roles", userId=user)["roles"] == ["editor"]
        assert core.ok("GET", "/recipe/user/metadata", userId=user)["metadata"] == {"a": [1]}


def test_a_core_without_a_file_forgets(clock: Clock):
    with CoreClient(clock) as core:
        tokens = core.new_session()
    with CoreClient(clock) as core:
        assert core.refresh(tokens)["status"] == "UNAUTHORISED"


@pytest.mark.parametrize("secret", ["correct-horse-7", "refresh", "access"])
def test_passwords_and_tokens_are_not_in_the_file(tmp_path: Path, clock: Clock, secret: str):
    with CoreClient(clock, str(tmp_path / "core.db")) as core:
        user = core.sign_up("ann@example.com", "correct-horse-7")
        tokens = core.new_session(user)
        known = {f"{kind}": tokens[f"{kind}Token"]["token"] for kind in ("refresh", "access")}
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert user.encode() in stored
    assert known.get(secret, secret).encode() not in stored
