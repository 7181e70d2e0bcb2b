"""Validating claims: validators that need it refresh first, under a lock; then all judge.

The functions of a validator belong to the application. They may take long and use the session
themselves, so the flow does not call them: it asks its driver to call them (``Call``).
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

# supertokens-website's name, so that its pages and ours exclude each other.
LOCK_NAME = "CLAIM_REFRESH_LOCK"
# In milliseconds; the holder of the lock makes one or two calls to the backend.
_LOCK_TIMEOUT = 20_000

E_co = TypeVar("E_co", covariant=True)
E = TypeVar("E")


class Validator(Protocol[E_co]):
    """A validator for the flow: its functions are calls to make."""

    @property
    def id(self) -> str:
        """The validator's id, for errors."""

    def should_refresh(self, payload: Payload) -> Call:
        """The call that finds out whether ``refresh`` is needed."""

    def refresh(self) -> Call:
        """The call that makes the backend update the token."""

    def validate(self, payload: Payload) -> Call:
        """The call whose result ``read`` understands."""

    def read(self, result: Any) -> E_co | None:
        """The result for the caller; None if the claim is valid."""


class OwnValidator:
    """A validator written in Python."""

    def __init__(
        self, validator: SessionClaimValidator, user_context: UserContext, clock: Clock
    ) -> None:
        # All are read here, so that a missing one raises at once.
        self.id = validator.id
        self._functions = (validator.should_refresh, validator.refresh, validator.validate)
        self._user_context = user_context
        self._clock = clock

    def should_refresh(self, payload: Payload) -> Call:
        """The call that finds out whether ``refresh`` is needed."""
        return Call(self._functions[0], (payload, self._user_context, self._clock))

    def refresh(self) -> Call:
        """The call that makes the backend update the token."""
        return Call(self._functions[1], (self._user_context,))

    def validate(self, payload: Payload) -> Call:
        """The call that returns a ClaimValidationResult."""
        return Call(self._functions[2], (payload, self._user_context, self._clock))

    def read(self, result: object) -> ClaimValidationError | None:
        """The error in the result, if any."""
        if not isinstance(result, ClaimValidationResult):
            raise ClaimValidatorFailed(
                f"The claim validator {self.id!r} returned a {type(result).__name__}.",
                hint="Its validate() must return a ClaimValidationResult.",
            )
        return None if result.is_valid else {"id": self.id, "reason": result.reason}


class PageValidator:
    """A validator written in JavaScript, where it has this ``index``."""

    def __init__(self, index: int, id: str) -> None:
        self.index = index
        self.id = id

    def should_refresh(self, payload: Payload) -> Call:
        """The call that finds out whether ``refresh`` is needed."""
        return Call("shouldRefresh", (self.index, payload))

    def refresh(self) -> Call:
        """The call that makes the backend update the token."""
        return Call("refresh", (self.index,))

    def validate(self, payload: Payload) -> Call:
        """The call that returns whether the claim is valid; the reason stays in JavaScript."""
        return Call("validate", (self.index, payload))

    def read(self, is_valid: object) -> int | None:
        """The index if the claim is not valid."""
        return None if is_valid else self.index


class Validation:
    """Validates claims; ``read_payload`` gives the payload of a valid access token."""

    def __init__(
        self, flows: Flows, read_payload: Callable[[], Coroutine[Effect, Any, Payload]]
    ) -> None:
        self._flows = flows
        self._read_payload = read_payload

    async def validate(self, validators: Sequence[Validator[E]]) -> tuple[E, ...]:
        """The errors that the validators return.

        A tuple, which stays in Python, because a reason may be any object. Raises
        ClaimValidatorFailed, a validator's own SuperTokensError, and the errors of reading the
        payload.
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
        """The payload after every refresh that was needed, by this tab or by another."""
        taken = await lock(Lock(LOCK_NAME, _LOCK_TIMEOUT))
        payload = await self._read_payload()
        if not taken:
            return payload  # no longer wait: the validators report what is missing (as upstream)
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
