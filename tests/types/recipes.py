"""Snippets about the results of recipes' functions."""

import types
import typing
from collections.abc import Iterator
from importlib import import_module
from typing import Any

RECIPES = (
    *("emailpassword", "emailverification", "multifactorauth", "passwordless", "thirdparty"),
    *("totp", "webauthn"),
)


def unions() -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """The results of the recipes' functions, by the names under which they are exported."""
    for recipe in RECIPES:
        module = import_module(f"supertokens_pyodide.recipe.{recipe}")
        for name in module.__all__:
            members = typing.get_args(getattr(module, name))
            if isinstance(getattr(module, name), types.UnionType) and str not in members:
                yield recipe, name, members


def match(recipe: str, name: str, members: tuple[Any, ...]) -> str:
    cases = "".join(
        f"        case {recipe}.{member.__name__}():\n            return result.status\n"
        for member in members
    )
    return (
        "from typing import assert_never\n"
        f"from supertokens_pyodide.recipe import {recipe}\n"
        f"def reported(result: {recipe}.{name}) -> str:\n"
        f"    match result:\n{cases}"
        "        case _:\n            assert_never(result)\n"
    )


#: Matches that handle every result.
WHOLE = {f"{r}.{n}": match(r, n, members) for r, n, members in unions()}
LACKING = {f"{r}.{n} lacks one": match(r, n, members[:-1]) for r, n, members in unions()}
TYPES = {
    "the types of results": """
        from typing import assert_type
        from supertokens_pyodide.recipe import emailpassword, multifactorauth, totp, webauthn

        assert_type(
            await emailpassword.sign_in(email="a", password="b"), emailpassword.SignInResult
        )
        assert_type(await emailpassword.does_email_exist(email="a"), bool)
        assert_type(await totp.list_devices(), tuple[totp.Device, ...])
        assert_type(await multifactorauth.info(), multifactorauth.MfaInfo)
        assert_type(await multifactorauth.next_step(), multifactorauth.NextStep)
        assert_type(await webauthn.prepare(), webauthn.SignInOptionsResult)
        assert_type(await webauthn.prepare(email="a"), webauthn.RegisterOptionsResult)
        match await emailpassword.sign_up(email="a", password="b"):
            case emailpassword.SignedIn(user=user, created=created):
                assert_type(user, emailpassword.User)
            case emailpassword.FieldErrors(errors):
                assert_type(errors, dict[str, str])
            case emailpassword.NotAllowed(reason, code):
                assert_type(code, str | None)
        """
}
POSITIONAL = {
    "no keywords": """
        from supertokens_pyodide.recipe import emailpassword

        await emailpassword.sign_in("a", "b")
        """
}
