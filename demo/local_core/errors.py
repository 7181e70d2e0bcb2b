"""What a request may end with other than its result."""

from typing import Any


class CoreError(Exception):
    """An HTTP error response, whose text the backend SDKs show to the developer."""

    status = 500

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class BadRequest(CoreError):
    """The request itself is wrong."""

    status = 400


class UnknownTenant(BadRequest):
    """There is no such app, or no such tenant in it."""

    def __init__(self, app: str, tenant: str) -> None:
        # The first of the three is the connection URI domain, of which we have one, the unnamed.
        super().__init__(
            "AppId or tenantId not found => Tenant with the following connectionURIDomain, appId "
            f"and tenantId combination not found: (, {app}, {tenant})"
        )


class InvalidApiKey(CoreError):
    """The request lacks the API key or has another one."""

    status = 401

    def __init__(self) -> None:
        super().__init__("Invalid API key")


class FeatureNotEnabled(CoreError):
    """The licence does not allow it."""

    status = 402

    def __init__(self, feature: str) -> None:
        super().__init__(
            f"The feature {feature} is not enabled. Please subscribe to a SuperTokens core license "
            "key to enable this feature."
        )


class Forbidden(CoreError):
    """The one who asks must not."""

    status = 403


class NotFound(CoreError):
    """No API has this path."""

    status = 404

    def __init__(self) -> None:
        super().__init__("Not found")


class MethodNotSupported(CoreError):
    """The API of this path has no such method."""

    status = 405

    def __init__(self) -> None:
        super().__init__("Method not supported")


class Refusal(Exception):
    """A response with HTTP status 200 whose `status` field is the reason."""

    def __init__(self, status: str, **fields: Any) -> None:
        super().__init__(status)
        self.response = {"status": status, **fields}


class RestartFlow(Refusal):
    """The attempt to log in without a password has ended, or never began."""

    def __init__(self) -> None:
        super().__init__("RESTART_FLOW_ERROR")


class Unauthorised(Refusal):
    """The session is over, or never was."""

    def __init__(self, message: str) -> None:
        super().__init__("UNAUTHORISED", message=message)
        self.message = message


class TryRefreshToken(Refusal):
    """The access token is of no use, but the refresh token may still be."""

    def __init__(self, message: str) -> None:
        super().__init__("TRY_REFRESH_TOKEN", message=message)
        self.message = message
