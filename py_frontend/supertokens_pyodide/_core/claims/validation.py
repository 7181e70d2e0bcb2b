"""Validating claims: those that need it are refreshed, under a lock, and then all are judged.

The functions of a validator are the application's. They may take their time and use the session
themselves, so the flow does not call them: it asks its driver to (``Call``).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from ...errors import ClaimValidatorFailed, SuperTokensError
from ...events import ClaimValidationError
from ..environment.clock import Clock
from ..flow.effects import Call, Effect, FunctionFailed, Lock, UserContext, call, lock
from ..flow.flows import Flows
from ..state.tokens import Payload
from .validators import ClaimValidationResult, SessionClaimValidator

# supertokens-website's name: its pages and ours exclude each other.
LOCK_NAME = "CLAIM_REFRESH_LOCK"
# In milliseconds; a holder makes a call or two to the backend.
_LOCK_TIMEOUT = 20_000

E_co = TypeVar("E_co", covariant=True)
E = TypeVar("E")


class Validator(Protocol[E_co]):
    """A validator as the flow asks it: its functions as calls to make."""

    @property
    def id(self) -> str:
        """Names it in errors."""

    def should_refresh(self, payload: Payload) -> Call:
        """Gives whether it needs ``refresh``."""

    def refresh(self) -> Call:
        """Makes the backend update the token."""

    def validate(self, payload: Payload) -> Call:
        """Gives what ``read`` understands."""

    def read(self, result: Any) -> E_co | None:
        """What the caller is told of the result; None when it is valid."""


class OwnValidator:
    """A validator of Python."""

    def __init__(
        self, validator: SessionClaimValidator, user_context: UserContext, clock: Clock
    ) -> None:
        # All taken here, so that one that is missing is told to whoever made it.
        self.id = validator.id
        self._functions = (validator.should_refresh, validator.refresh, validator.validate)
        self._user_context = user_context
        self._clock = clock

    def should_refresh(self, payload: Payload) -> Call:
        """Gives whether it needs ``refresh``."""
        return Call(self._functions[0], (payload, self._user_context, self._clock))

    def refresh(self) -> Call:
        """Makes the backend update the token."""
        return Call(self._functions[1], (self._user_context,))

    def validate(self, payload: Payload) -> Call:
        """Gives a ClaimValidationResult."""
        return Call(self._functions[2], (payload, self._user_context, self._clock))

    def read(self, result: object) -> ClaimValidationError | None:
        """The error that the result tells, if any."""
        if not isinstance(result, ClaimValidationResult):
            raise ClaimValidatorFailed(
                f"The claim validator {self.id!r} gave a {type(result).__name__}.",
                hint="Its validate() must return a ClaimValidationResult.",
            )
        return None if result.is_valid else {"id": self.id, "reason": result.reason}


class PageValidator:
    """A validator of JavaScript, where it is known by its ``index``."""

    def __init__(self, index: int, id: str) -> None:
        self.index = index
        self.id = id

    def should_refresh(self, payload: Payload) -> Call:
        """Gives whether it needs ``refresh``."""
        return Call("shouldRefresh", (self.index, payload))

    def refresh(self) -> Call:
        """Makes the backend update the token."""
        return Call("refresh", (self.index,))

    def validate(self, payload: Payload) -> Call:
        """Gives whether it is valid; the reason stays in JavaScript."""
        return Call("validate", (self.index, payload))

    def read(self, is_valid: object) -> int | None:
        """The index of one that is not valid."""
        return None if is_valid else self.index


class Validation:
    """Validates claims; ``read_payload`` gives the payload of a valid access token."""

    def __init__(
        self, flows: Flows, read_payload: Callable[[], Coroutine[Effect, Any, Payload]]
    ) -> None:
        self._flows = flows
        self._read_payload = read_payload

    async def validate(self, validators: Sequence[Validator[E]]) -> tuple[E, ...]:
        """What the validators find wrong.

        A tuple, which stays in Python: a reason may be anything. Raises ClaimValidatorFailed, a
        validator's own SuperTokensError, and what reading the payload raises.
        """
        if not validators:
            return ()
        payload = await self._read_payload()
        for validator in validators:
            if await self._ask(validator, validator.should_refresh(payload)):
                payload = await self._refreshed(validators)
                break
        found = []
        for validator in validators:
            failure = validator.read(await self._ask(validator, validator.validate(payload)))
            if failure is not None:
                found.append(failure)
        return tuple(found)

    async def _refreshed(self, validators: Sequence[Validator[Any]]) -> Payload:
        """The payload after all that need it have refreshed, by us or by another tab."""
        taken = await lock(Lock(LOCK_NAME, _LOCK_TIMEOUT))
        payload = await self._read_payload()
        if not taken:
            return payload  # as good as it gets: the validators say what is missing (as upstream)
        for validator in validators:
            if await self._ask(validator, validator.should_refresh(payload)):
                await self._refresh(validator)
                payload = await self._read_payload()
        self._flows.unlock()
        return payload

    async def _refresh(self, validator: Validator[Any]) -> None:
        try:
            await call(validator.refresh())
        except FunctionFailed:
            self._flows.output.warnings.append(
                f"The claim validator {validator.id!r} could not refresh its claim."
            )

    async def _ask(self, validator: Validator[Any], question: Call) -> Any:
        try:
            return await call(question)
        except FunctionFailed as failed:
            cause = failed.__cause__
            if isinstance(cause, SuperTokensError):
                raise cause from None
            raise ClaimValidatorFailed(
                f"The claim validator {validator.id!r} raised an error."
            ) from cause
