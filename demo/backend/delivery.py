"""What the SDK would send goes into the mailbox."""

from typing import Any

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


class _PasswordResetMail(EmailDeliveryInterface[PasswordResetEmailTemplateVars]):
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def send_email(
        self, template_vars: PasswordResetEmailTemplateVars, user_context: dict[str, Any]
    ) -> None:
        link = template_vars.password_reset_link
        to, tenant = template_vars.user.email, template_vars.tenant_id
        self._mailbox.add(Message(to, "password-reset", tenant, link=link))


class _VerificationMail(EmailDeliveryInterface[VerificationEmailTemplateVars]):
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def send_email(
        self, template_vars: VerificationEmailTemplateVars, user_context: dict[str, Any]
    ) -> None:
        link = template_vars.email_verify_link
        to, tenant = template_vars.user.email, template_vars.tenant_id
        self._mailbox.add(Message(to, "email-verification", tenant, link=link))


class _RecoveryMail(EmailDeliveryInterface[TypeWebauthnEmailDeliveryInput]):
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def send_email(
        self, template_vars: TypeWebauthnEmailDeliveryInput, user_context: dict[str, Any]
    ) -> None:
        link = template_vars.recover_account_link
        to, tenant = template_vars.user.email, template_vars.tenant_id
        self._mailbox.add(Message(to, "account-recovery", tenant, link=link))


class _CodeMail(EmailDeliveryInterface[PasswordlessLoginEmailTemplateVars]):
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def send_email(
        self, template_vars: PasswordlessLoginEmailTemplateVars, user_context: dict[str, Any]
    ) -> None:
        self._mailbox.add(_code(template_vars.email, template_vars))


class _CodeText(SMSDeliveryInterface[PasswordlessLoginSMSTemplateVars]):
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def send_sms(
        self, template_vars: PasswordlessLoginSMSTemplateVars, user_context: dict[str, Any]
    ) -> None:
        self._mailbox.add(_code(template_vars.phone_number, template_vars))


def _code(
    to: str, values: PasswordlessLoginEmailTemplateVars | PasswordlessLoginSMSTemplateVars
) -> Message:
    link, code = values.url_with_link_code, values.user_input_code
    return Message(to, "sign-in-code", values.tenant_id, link=link, code=code)


class Delivery:
    """The delivery settings of all recipes."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.password_resets = EmailDeliveryConfig(_PasswordResetMail(mailbox))
        self.verifications = EmailDeliveryConfig(_VerificationMail(mailbox))
        self.recoveries = EmailDeliveryConfig(_RecoveryMail(mailbox))
        self.code_mails = EmailDeliveryConfig(_CodeMail(mailbox))
        self.code_texts = SMSDeliveryConfig(_CodeText(mailbox))
