"""The routes of passwordless."""

from __future__ import annotations

from .._calls import Api
from .._results import NotAllowed, SignedIn
from ._attempts import LoginAttempt
from ._results import ConsumeResult, ExpiredCode, RestartFlow, WrongCode

RECIPE = "passwordless"

CREATE: Api[LoginAttempt | NotAllowed] = Api(
    RECIPE,
    "PASSWORDLESS_CREATE_CODE",
    "POST",
    "/signinup/code",
    {"OK": LoginAttempt.read, "SIGN_IN_UP_NOT_ALLOWED": NotAllowed.read},
    of_tenant=True,
)
RESEND: Api[RestartFlow | None] = Api(
    RECIPE,
    "PASSWORDLESS_RESEND_CODE",
    "POST",
    "/signinup/code/resend",
    {"OK": lambda body: None, "RESTART_FLOW_ERROR": RestartFlow.read},
    of_tenant=True,
)
CONSUME: Api[ConsumeResult] = Api(
    RECIPE,
    "PASSWORDLESS_CONSUME_CODE",
    "POST",
    "/signinup/code/consume",
    {
        "OK": SignedIn.read,
        "INCORRECT_USER_INPUT_CODE_ERROR": WrongCode.read,
        "EXPIRED_USER_INPUT_CODE_ERROR": ExpiredCode.read,
        "RESTART_FLOW_ERROR": RestartFlow.read,
        "SIGN_IN_UP_NOT_ALLOWED": NotAllowed.read,
    },
    of_tenant=True,
    changes_session=True,
)
EMAIL_EXISTS: Api[bool] = Api(
    RECIPE,
    "EMAIL_EXISTS",
    "GET",
    "/passwordless/email/exists",
    {"OK": lambda body: body.flag("exists")},
    of_tenant=True,
)
PHONE_NUMBER_EXISTS: Api[bool] = Api(
    RECIPE,
    "PHONE_NUMBER_EXISTS",
    "GET",
    "/passwordless/phonenumber/exists",
    {"OK": lambda body: body.flag("exists")},
    of_tenant=True,
)
