"""Refresh tokens: opaque to everybody else, they carry what is needed to find their session."""

import base64
import binascii
import json
import os
import secrets
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from demo.local_core.errors import Unauthorised
from demo.local_core.storage import Transaction

# The core's name for this format: <encrypted content>.<nonce>.V2, with the content in standard
# base64. Cookies and headers have to cope with its `+`, `/` and `=`, as they do with a real core's.
_VERSION = "V2"
_IV_BYTES = 12


@dataclass(frozen=True)
class RefreshToken:
    """What a refresh token says."""

    session_handle: str
    tenant_id: str
    recipe_user_id: str
    # The digest of the token that this one replaces.
    parent_hash_1: str | None
    anti_csrf_token: str | None


def seal(tx: Transaction, app: str, token: RefreshToken) -> str:
    """Turn the token into a string that only this app can read."""
    nonce = secrets.token_hex(32)
    iv = os.urandom(_IV_BYTES)
    plain = json.dumps(asdict(token)).encode()
    box = iv + AESGCM(_secret(tx, app)).encrypt(iv, plain, nonce.encode())
    return f"{base64.b64encode(box).decode()}.{nonce}.{_VERSION}"


def unseal(tx: Transaction, app: str, text: str) -> RefreshToken:
    """Read a token that this app has made."""
    try:
        content, nonce, version = text.split(".")
        if version != _VERSION:
            raise ValueError
        box = base64.b64decode(content, validate=True)
        plain = AESGCM(_secret(tx, app)).decrypt(box[:_IV_BYTES], box[_IV_BYTES:], nonce.encode())
        return RefreshToken(**json.loads(plain))
    except (ValueError, binascii.Error, InvalidTag):
        raise Unauthorised("Invalid refresh token") from None


def _secret(tx: Transaction, app: str) -> bytes:
    row = tx.row("SELECT secret FROM refresh_token_keys WHERE app_id = ?", app)
    if row is not None:
        return bytes(row["secret"])
    secret = AESGCM.generate_key(bit_length=256)
    tx.run("INSERT INTO refresh_token_keys (app_id, secret) VALUES (?, ?)", app, secret)
    return secret
