"""The SDK's mails and text messages, which go into the mailbox."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from supertokens_python.ingredients.emaildelivery.types import (
    EmailDeliveryConfig,
    EmailDeliveryInterface,
)
from supertokens_python.ingredients.smsdelivery.types import (
    SMSDeliveryConfig,
    SMSDeliveryInterface,
)
from supertokens_python.recipe.emailpassword.types import PasswordResetEmailTemplateVars
from supertokens_python.recipe.emailverification.types import VerificationEmailTemplateVars
from supertokens_python.recipe.passwordless.types import (
    PasswordlessLoginEmailTemplateVars,
    PasswordlessLoginSMSTemplateVars,
)
from supertokens_python.recipe.webauthn.interfaces.api import TypeWebauthnEmailDeliveryInput

from demo.backend.mailbox import Mailbox, Message

Values = TypeVar("Values")


class _Mails(EmailDeliveryInterface[Values], Generic[Values]):
    """Mails of one kind; `write` makes the SDK's value for one."""

    def __init__(self, mailbox: Mailbox, write: Callable[[Values], Message]) -> None:
        self._mailbox, self._write = mailbox, write

    async def send_email(self, template_vars: Values, user_context: dict[str, Any]) -> None:
        self._mailbox.add(self._write(template_vars))


class _Texts(SMSDeliveryInterface[PasswordlessLoginSMSTemplateVars]):
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def send_sms(
        self, template_vars: PasswordlessLoginSMSTemplateVars, user_context: dict[str, Any]
    ) -> None:
        self._mailbox.add(_code(template_vars.phone_number, template_vars))


def _password_reset(values: PasswordResetEmailTemplateVars) -> Message:
    link = values.password_reset_link
    return Message(values.user.email, "password-reset", values.tenant_id, link=link)


def _verification(values: VerificationEmailTemplateVars) -> Message:
    link = values.email_verify_link
    return Message(values.user.email, "email-verification", values.tenant_id, link=link)


def _recovery(values: TypeWebauthnEmailDeliveryInput) -> Message:
    link = values.recover_account_link
    return Message(values.user.email, "account-recovery", values.tenant_id, link=link)


def _code_mail(values: PasswordlessLoginEmailTemplateVars) -> Message:
    return _code(values.email, values)


def _code(
    to: str, values: PasswordlessLoginEmailTemplateVars | PasswordlessLoginSMSTemplateVars
) -> Message:
    link, code = values.url_with_link_code, values.user_input_code
    return Message(to, "sign-in-code", values.tenant_id, link=link, code=code)


class Delivery:
    """The delivery settings of all recipes."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.password_resets = EmailDeliveryConfig(_Mails(mailbox, _password_reset))
        self.verifications = EmailDeliveryConfig(_Mails(mailbox, _verification))
        self.recoveries = EmailDeliveryConfig(_Mails(mailbox, _recovery))
        self.code_mails = EmailDeliveryConfig(_Mails(mailbox, _code_mail))
        self.code_texts = SMSDeliveryConfig(_Texts(mailbox))
