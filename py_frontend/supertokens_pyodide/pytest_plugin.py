"""Fixtures for pytest, which finds them when the package is installed.

    import pytest
    import supertokens_pyodide as supertokens
    from supertokens_pyodide import testing

    @pytest.fixture
    def supertokens_backend():
        return lambda request: testing.Reply.of_json(["an order"])

    @pytest.mark.supertokens(user_id="alice", tenant_id="acme")
    def test_orders(supertokens_signed_in):
        ...

The marker takes the arguments of ``testing.signed_in``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import ApplicationBackend, AsgiApplication, PageUnderTest

MARKER = "supertokens"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(user_id, tenant_id, claims, …): the arguments of signed_in() for the fixtures "
        "supertokens_signed_in and supertokens_signed_out",
    )


@pytest.fixture
def supertokens_backend() -> ApplicationBackend | AsgiApplication | None:
    """The backend that answers the page's requests: override it with a function or an ASGI app."""
    return None


@pytest.fixture
def supertokens_signed_in(
    request: pytest.FixtureRequest,
    supertokens_backend: ApplicationBackend | AsgiApplication | None,
) -> Iterator[PageUnderTest]:
    """A page whose user is signed in."""
    from .testing import signed_in  # slow to import, and every run of pytest loads this plugin

    with signed_in(**_arguments(request, supertokens_backend)) as page:
        yield page


@pytest.fixture
def supertokens_signed_out(
    request: pytest.FixtureRequest,
    supertokens_backend: ApplicationBackend | AsgiApplication | None,
) -> Iterator[PageUnderTest]:
    """A page whose visitor has no session."""
    from .testing import signed_out

    with signed_out(**_arguments(request, supertokens_backend)) as page:
        yield page


def _arguments(request: pytest.FixtureRequest, backend: Any) -> dict[str, Any]:
    marker = request.node.get_closest_marker(MARKER)
    return {"backend": backend, **(marker.kwargs if marker else {})}
