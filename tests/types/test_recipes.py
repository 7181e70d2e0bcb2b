"""Type checkers see whether a match handles every result of a recipe's function."""

import textwrap
import types
import typing
from importlib import import_module

import pytest

from tests.types.test_types import CHECKERS, write

RECIPES = (
    *("emailpassword", "emailverification", "multifactorauth", "passwordless", "thirdparty"),
    *("totp", "webauthn"),
)


def unions():
    """The results of the recipes' functions, by the names under which they are exported."""
    for recipe in RECIPES:
        module = import_module(f"supertokens_pyodide.recipe.{recipe}")
        for name in module.__all__:
            members = typing.get_args(getattr(module, name))
            if isinstance(getattr(module, name), types.UnionType) and str not in members:
                yield recipe, name, members


def match(recipe, name, members):
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


@pytest.mark.parametrize("check", CHECKERS)
def test_a_match_is_checked_for_what_it_leaves_out(tmp_path, check):
    whole = {f"{r}.{n}": match(r, n, members) for r, n, members in unions()}
    lacking = {f"{r}.{n} lacks one": match(r, n, members[:-1]) for r, n, members in unions()}
    assert len(whole) > 20
    names = write(tmp_path, {**whole, **lacking})
    lines = check(tmp_path).splitlines()
    found = {name for file, name in names.items() if any(line.startswith(file) for line in lines)}
    assert found == set(lacking), lines


def test_functions_have_their_results_types(tmp_path):
    code = """
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
    write(tmp_path, {"right": textwrap.dedent(code)})
    for check in CHECKERS:
        assert check(tmp_path) == ""


@pytest.mark.parametrize("check", CHECKERS)
def test_what_is_no_argument_is_found(tmp_path, check):
    code = """
        from supertokens_pyodide.recipe import emailpassword

        await emailpassword.sign_in("a", "b")
        """
    write(tmp_path, {"wrong": textwrap.dedent(code)})
    assert check(tmp_path) != ""
