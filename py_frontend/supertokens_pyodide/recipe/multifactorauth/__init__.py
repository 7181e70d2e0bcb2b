"""Second factors: which ones the session still needs.

    from supertokens_pyodide.recipe import multifactorauth

    step = await multifactorauth.next_step()
    match step:
        case multifactorauth.CompleteFactor(factors):  # one of these completes the sign-in
            ...
        case multifactorauth.SetUpFactor(factors):  # one of these must be set up first
            ...
        case multifactorauth.NothingRequired() | multifactorauth.NoWayForward():
            ...

Ask when a claim has failed: only then is the session updated. Factors are completed with functions
of other recipes with ``second_factor=True``, and with those of ``totp``.
"""

from ._claim import (
    AllOfInAnyOrder,
    CompletedFactors,
    FactorValidator,
    MultiFactorAuthClaim,
    OneOf,
    Requirement,
)
from ._steps import (
    CompleteFactor,
    FactorId,
    MfaInfo,
    NextStep,
    NothingRequired,
    NoWayForward,
    SetUpFactor,
    info,
    next_step,
)

__all__ = [
    "AllOfInAnyOrder",
    "CompleteFactor",
    "CompletedFactors",
    "FactorId",
    "FactorValidator",
    "MfaInfo",
    "MultiFactorAuthClaim",
    "NextStep",
    "NoWayForward",
    "NothingRequired",
    "OneOf",
    "Requirement",
    "SetUpFactor",
    "info",
    "next_step",
]
