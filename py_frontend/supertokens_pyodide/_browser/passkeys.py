"""The browser's passkeys: ``navigator.credentials``, with binary values as base64url."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from .convert import plain

_RESPONSE = (
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
)


class PromptFailed(Exception):
    """The browser's prompt returned no passkey; ``name`` is the name of its DOMException."""

    def __init__(self, name: str, message: str = "") -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class BrowserPasskeys:
    """The passkeys of a page's browser."""

    def unsupported(self) -> str | None:
        """The reason why there are no passkeys here; None if there are."""
        import js

        if not js.isSecureContext:
            return "The page was not loaded by https."
        if not hasattr(js, "PublicKeyCredential"):
            return "The browser has no passkeys."
        policy = getattr(js.document, "permissionsPolicy", None) or getattr(
            js.document, "featurePolicy", None
        )
        if policy and not policy.allowsFeature("publickey-credentials-get"):
            return "The page is in a frame that is not allowed to use passkeys."
        return None

    async def has_platform_authenticator(self) -> bool:
        """Whether the device itself can keep passkeys."""
        import js

        return bool(await js.PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable())

    async def has_autofill(self) -> bool:
        """Whether the browser offers passkeys in forms (autofill)."""
        import js

        available = getattr(js.PublicKeyCredential, "isConditionalMediationAvailable", None)
        return bool(await available()) if available else False

    def new_control(self) -> Any:
        """A new object whose ``abort()`` ends a prompt."""
        import js

        return js.AbortController.new()

    async def create(self, options: Mapping[str, Any], control: Any) -> dict[str, Any]:
        """Make a passkey; raises PromptFailed."""
        import js

        public_key = {**options, "challenge": _binary(options["challenge"])}
        public_key["user"] = {**options["user"], "id": _binary(options["user"]["id"])}
        public_key["excludeCredentials"] = _descriptors(options.get("excludeCredentials", ()))
        asked = plain({"publicKey": public_key, "signal": control.signal})
        return await _prompted(lambda: js.navigator.credentials.create(asked))

    async def get(
        self, options: Mapping[str, Any], control: Any, *, autofill: bool = False
    ) -> dict[str, Any]:
        """Ask for a passkey; raises PromptFailed."""
        import js

        public_key = {**options, "challenge": _binary(options["challenge"])}
        public_key["allowCredentials"] = _descriptors(options.get("allowCredentials", ()))
        asked = {"publicKey": public_key, "signal": control.signal}
        if autofill:
            asked["mediation"] = "conditional"
        given = plain(asked)
        return await _prompted(lambda: js.navigator.credentials.get(given))

    async def signal_accepted(
        self, rp_id: str, user_handle: str, credential_ids: Sequence[str]
    ) -> None:
        """Report a user's current passkeys to the browser, so that it offers no others."""
        import js
        from pyodide.ffi import JsException

        signal = getattr(js.PublicKeyCredential, "signalAllAcceptedCredentials", None)
        if signal is None:
            return
        told = {"rpId": rp_id, "userId": user_handle, "allAcceptedCredentialIds": [*credential_ids]}
        with suppress(JsException):
            await signal(plain(told))


async def _prompted(prompt: Callable[[], Any]) -> dict[str, Any]:
    from pyodide.ffi import JsException

    try:
        found = await prompt()
    except JsException as error:
        raise PromptFailed(str(error.name), str(error.message)) from None
    response = {
        name: _text(value)
        for name in _RESPONSE
        # A passkey without a user handle gives null, which Pyodide does not convert to None.
        if hasattr(value := getattr(found.response, name, None), "to_bytes")
    }
    if hasattr(found.response, "getTransports"):
        response["transports"] = found.response.getTransports().to_py()
    credential: dict[str, Any] = {
        "id": found.id,
        "rawId": _text(found.rawId),
        "type": found.type,
        "response": response,
        "clientExtensionResults": {},
    }
    if attachment := getattr(found, "authenticatorAttachment", None):
        credential["authenticatorAttachment"] = attachment
    return credential


def _descriptors(credentials: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "id": _binary(each["id"])} for each in credentials]


def _binary(text: str) -> Any:
    return plain(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _text(buffer: Any) -> str:
    return urlsafe_b64encode(buffer.to_bytes()).decode().rstrip("=")
