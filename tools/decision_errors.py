"""The errors that the shim raises by itself, so that their texts are written once, in Python."""

from __future__ import annotations

from supertokens_pyodide._core.config.options import other_function
from supertokens_pyodide._core.wire.errors import ErrorData, write_error
from supertokens_pyodide.errors import (
    AlreadyInitialised,
    BootFailed,
    Closed,
    ConfigError,
    GeneralError,
    HandlerFailed,
    InterpreterDied,
    NotInitialised,
    StorageUnavailable,
    SuperTokensError,
    UnsupportedPlatform,
)


def shared_errors() -> dict[str, ErrorData]:
    """The errors as data, by their names in the shim."""
    cases: dict[str, SuperTokensError] = {
        "OtherFunction": other_function("{name}"),
        "ConfigError": ConfigError("", "", hint=""),
        # The shim says by itself what happened in these, and what to do.
        "BootFailed": BootFailed(""),
        "UnsupportedPlatform": UnsupportedPlatform("", hint=""),
    }
    usual = (AlreadyInitialised, Closed, GeneralError, HandlerFailed, InterpreterDied)
    for kind in (*usual, NotInitialised, StorageUnavailable):
        cases[kind.__name__] = kind()
    return {name: write_error(error) for name, error in cases.items()}
