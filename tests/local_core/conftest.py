"""A core for every test, and both SDKs on one core."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.local_core.running import Clock, CoreClient, Sdk, node_sdk, python_sdk, running_core


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def core(clock: Clock) -> Iterator[CoreClient]:
    with CoreClient(clock) as client:
        yield client


@pytest.fixture(scope="session")
def shared_core() -> Iterator[str]:
    with running_core() as address:
        yield address


@pytest.fixture(scope="session", params=[python_sdk, node_sdk])
def sdk(request: pytest.FixtureRequest, shared_core: str) -> Iterator[Sdk]:
    sdk = request.param(shared_core)
    yield sdk
    sdk.close()


_numbers = itertools.count(1)


@pytest.fixture
def new_email() -> Callable[[], str]:
    return lambda: f"user{next(_numbers)}@example.com"


@pytest.fixture
def email(new_email: Callable[[], str]) -> str:
    return new_email()


@pytest.fixture
def tenant(sdk: Sdk) -> Iterator[str]:
    """A tenant that only this test uses."""
    name = f"tenant-{next(_numbers)}"
    sdk.put_tenant(name, ["emailpassword"], {})
    yield name
    sdk.delete_tenant(name)
