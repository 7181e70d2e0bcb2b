"""The RSA keys that sign access tokens and other JWTs.

An app has one static key and dynamic ones that follow each other. A new dynamic key is published a
while before it signs, so that verifiers which cache the key set know it by then, and an old one
stays for as long as tokens that it signed may live.
"""

import functools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from demo.local_core.core import Core
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction

# A new dynamic key is public for this long before it signs.
OVERLAP = 60_000
# Keys stay for this many access token validities after their last signature.
VERIFIABLE_VALIDITIES = 2


@dataclass(frozen=True)
class SigningKey:
    """One key pair of an app."""

    key_id: str
    created_at: int
    pem: str

    @property
    def private(self) -> rsa.RSAPrivateKey:
        """What signs."""
        return _load(self.pem)

    @property
    def public(self) -> rsa.RSAPublicKey:
        """What verifies."""
        return self.private.public_key()


def current_key(core: Core, tx: Transaction, app: str, *, static: bool) -> SigningKey:
    """The key that signs now."""
    if static:
        return _static_key(core, tx, app)
    keys = _dynamic_keys(core, tx, app)
    newest = keys[0]
    if len(keys) > 1:
        too_young = newest.created_at + OVERLAP > core.now()
        predecessor_signs = core.now() < keys[1].created_at + _update_interval(core, tx, app)
        if too_young and predecessor_signs:
            return keys[1]
    return newest


def find_key(core: Core, tx: Transaction, app: str, key_id: str) -> SigningKey | None:
    """The key of that id, unless its tokens are all too old."""
    return next((key for key in _all_keys(core, tx, app) if key.key_id == key_id), None)


def key_set(core: Core, tx: Transaction, app: str) -> list[dict[str, Any]]:
    """The public keys in the form of a JWK set."""
    return [
        {
            "kty": "RSA",
            "kid": key.key_id,
            "n": jwk["n"],
            "e": jwk["e"],
            "alg": "RS256",
            "use": "sig",
        }
        for key in _all_keys(core, tx, app)
        for jwk in [RSAAlgorithm.to_jwk(key.public, as_dict=True)]
    ]


def key_set_max_age(core: Core, tx: Transaction, app: str) -> int:
    """For how many seconds no new key will join the set."""
    newest = _dynamic_keys(core, tx, app)[0]
    next_at = newest.created_at + _update_interval(core, tx, app) - OVERLAP
    return max((next_at - core.now()) // 1000, 1)


def _all_keys(core: Core, tx: Transaction, app: str) -> list[SigningKey]:
    return [*_dynamic_keys(core, tx, app), _static_key(core, tx, app)]


def _dynamic_keys(core: Core, tx: Transaction, app: str) -> Sequence[SigningKey]:
    """The newest first; there is at least one, and one that may sign for OVERLAP more."""
    now = core.now()
    config = core.config(tx, TenantRef(app))
    lifetime = (
        config.signing_key_update_interval + VERIFIABLE_VALIDITIES * config.access_token_validity
    )
    tx.run(
        "DELETE FROM signing_keys WHERE app_id = ? AND dynamic AND created_at < ?",
        app,
        now - lifetime,
    )
    keys = _stored(tx, app, dynamic=True)
    if not keys or now + OVERLAP > keys[0].created_at + config.signing_key_update_interval:
        keys = [_add(tx, app, f"d-{now}", dynamic=True, created_at=now), *keys]
    return keys


def _static_key(core: Core, tx: Transaction, app: str) -> SigningKey:
    keys = _stored(tx, app, dynamic=False)
    if keys:
        return keys[0]
    return _add(tx, app, f"s-{uuid.uuid4()}", dynamic=False, created_at=core.now())


def _stored(tx: Transaction, app: str, *, dynamic: bool) -> list[SigningKey]:
    rows = tx.rows(
        "SELECT key_id, created_at, private_key FROM signing_keys"
        " WHERE app_id = ? AND dynamic = ? ORDER BY created_at DESC",
        app,
        dynamic,
    )
    return [SigningKey(*row) for row in rows]


def _add(tx: Transaction, app: str, key_id: str, *, dynamic: bool, created_at: int) -> SigningKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    tx.run(
        "INSERT INTO signing_keys (app_id, key_id, dynamic, private_key, created_at)"
        " VALUES (?, ?, ?, ?, ?)",
        app,
        key_id,
        dynamic,
        pem,
        created_at,
    )
    return SigningKey(key_id, created_at, pem)


def _update_interval(core: Core, tx: Transaction, app: str) -> int:
    return core.config(tx, TenantRef(app)).signing_key_update_interval


@functools.lru_cache(maxsize=64)
def _load(pem: str) -> rsa.RSAPrivateKey:
    # The check is for keys of others, and takes as long as making one.
    key = serialization.load_pem_private_key(
        pem.encode(), password=None, unsafe_skip_rsa_key_validation=True
    )
    assert isinstance(key, rsa.RSAPrivateKey)
    return key
