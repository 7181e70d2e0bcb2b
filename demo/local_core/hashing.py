"""Digests of tokens, and hashes of passwords."""

import hashlib
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB and two passes are OWASP's minimum for argon2id; a demo wants no more.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# So that many sign-ins at once do not fill the memory.
_PLACES = threading.BoundedSemaphore(4)


def sha256(text: str) -> str:
    """The digest in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_password(password: str) -> str:
    """A salted hash; takes long on purpose, so call it outside of a transaction."""
    with _PLACES:
        return _HASHER.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Whether the hash was made of this password; takes as long as making one."""
    try:
        with _PLACES:
            return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
