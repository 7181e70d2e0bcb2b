"""Every error: a class of its own with a code of its own, a message and a hint."""

import asyncio
import inspect
import pickle
import re

import pytest
from supertokens_pyodide import cause_of, errors, events, fetch
from supertokens_pyodide.errors import ConfigError, GeneralError, SuperTokensError

from tests.conftest import ROOT
from tests.each import each
from tools.publishing import read_settings

CLASSES = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, SuperTokensError)
]


def make(kind):
    if kind is ConfigError:
        return kind("api_domain", "is missing", hint="Give it.")
    return kind("It failed.")


def test_every_error_has_a_code_of_its_own():
    codes = [vars(kind)["code"] for kind in CLASSES]
    assert len(set(codes)) == len(CLASSES)
    assert all(code.isupper() for code in codes)


@each("kind", CLASSES)
def test_every_error_says_what_it_is_and_is_drawn_in_the_modules_tree(kind):
    assert inspect.getdoc(kind)
    assert kind.__name__ in errors.__doc__


@each("kind", CLASSES)
def test_every_error_has_a_hint_of_its_own(kind):
    assert vars(kind)["hint"].endswith(".")


@each("kind", CLASSES)
def test_an_errors_text_is_its_message_its_hint_and_the_address_of_its_documentation(kind):
    error = make(kind)
    advice = f" {error.hint} See {error.documentation}"
    if kind is GeneralError:  # the text is for the user
        advice = ""
    assert str(error) == f"{error.message}{advice}"
    assert error.message in repr(error)


@each("kind", CLASSES)
def test_an_errors_address_leads_to_its_section(kind):
    page, anchor = make(kind).documentation.split("#")
    assert page == f"{read_settings()['documentation']}/errors.html"
    headings = re.findall("^### (.*)$", (ROOT / "docs/errors.md").read_text("utf-8"), re.MULTILINE)
    assert anchor in [heading.lower() for heading in headings]


def test_a_hint_can_be_given():
    error = SuperTokensError("It failed.", hint="Try again.")
    assert str(error) == f"It failed. Try again. See {error.documentation}"
    assert str(SuperTokensError("It failed.", hint="")) == "It failed."


def test_an_error_without_a_message_is_still_one():
    error = SuperTokensError.__new__(SuperTokensError)
    assert (error.message, str(error)) == ("", f"{error.hint} See {error.documentation}")


@each("kind", [kind for kind in CLASSES if kind is not ConfigError])
def test_an_error_can_be_sent_to_another_process(kind):
    copy = pickle.loads(pickle.dumps(make(kind)))
    assert (type(copy), str(copy)) == (kind, str(make(kind)))


def test_a_session_that_expired_is_a_session_that_is_not_there():
    assert issubclass(errors.SessionExpired, errors.NoSession)
    assert issubclass(errors.FrontTokenMissing, errors.RefreshUnavailable)


def test_an_event_is_the_same_after_a_trip_over_the_wire():
    event = {
        "action": "API_INVALID_CLAIM",
        "user_context": {"a": 1},
        "session_expired_or_revoked": True,
        "claim_validation_errors": [{"id": "x"}],
    }
    wire = events.to_wire(event)
    assert set(wire) == {
        "action",
        "userContext",
        "sessionExpiredOrRevoked",
        "claimValidationErrors",
    }
    assert events.from_wire(wire) == event


def chained(*chain):
    """Raise the last of these out of the handling of those before it."""
    first, *later = chain
    try:
        raise first
    except Exception:
        if later:
            chained(*later)
        raise


def test_the_sessions_error_is_found_behind_a_clients():
    ours = errors.RefreshUnavailable("It got no response.")
    with pytest.raises(OSError, match="aborted") as raised:
        chained(ours, ValueError("in between"), OSError("aborted"))
    assert cause_of(raised.value) is ours
    assert cause_of(ours) is ours


def test_a_clients_error_without_ours_behind_it_has_no_cause_of_ours():
    with pytest.raises(OSError, match="aborted") as raised:
        chained(ValueError("in between"), OSError("aborted"))
    assert cause_of(raised.value) is None


def test_a_fetch_without_a_browser_says_so():
    with pytest.raises(errors.UnsupportedPlatform, match="no browser"):
        asyncio.run(fetch("https://api.example.com"))
