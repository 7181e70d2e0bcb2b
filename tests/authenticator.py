"""An authenticator in software: passkeys as a browser would give them to a page."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost:3000"


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Passkey:
    """One key pair, bound to a relying party."""

    relying_party_id: str
    origin: str = ORIGIN
    user_verified: bool = True
    #: How often it has signed; one that stays at 0 keeps no count.
    counter: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def credential_id(self) -> str:
        return base64url(self.id)

    def create(self, challenge: str) -> dict[str, Any]:
        """What `navigator.credentials.create` answers to a challenge, as JSON."""
        numbers = self.key.public_key().public_numbers()
        public_key = {
            1: 2,  # elliptic curve
            3: -7,  # ES256
            -1: 1,  # P-256
            -2: numbers.x.to_bytes(32, "big"),
            -3: numbers.y.to_bytes(32, "big"),
        }
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public_key)
        data = self._authenticator_data(0x40) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            {
                "clientDataJSON": base64url(self._client_data("webauthn.create", challenge)),
                "attestationObject": base64url(attestation),
                "transports": ["internal"],
            }
        )

    def get(self, challenge: str) -> dict[str, Any]:
        """What `navigator.credentials.get` answers to a challenge, as JSON."""
        data = self._authenticator_data(0)
        client_data = self._client_data("webauthn.get", challenge)
        signed = data + hashlib.sha256(client_data).digest()
        return self._credential(
            {
                "clientDataJSON": base64url(client_data),
                "authenticatorData": base64url(data),
                "signature": base64url(self.key.sign(signed, ec.ECDSA(SHA256()))),
                "userHandle": None,
            }
        )

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": self.credential_id,
            "rawId": self.credential_id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }

    def _client_data(self, kind: str, challenge: str) -> bytes:
        data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(data).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        # The user is present, and perhaps verified.
        flags |= 0x05 if self.user_verified else 0x01
        relying_party = hashlib.sha256(self.relying_party_id.encode()).digest()
        return relying_party + bytes([flags]) + self.counter.to_bytes(4, "big")
