"""A core for every test, and both SDKs on one core."""

import uuid
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import TIMEOUT
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
    """The address of an app on a core, which is all that the SDKs have to know of either."""
    with running_core() as address:
        url, app = f"{address}/recipe/multitenancy/app/v2", {"appId": "sdks"}
        httpx.put(url, json=app, timeout=TIMEOUT).raise_for_status()
        yield f"{address}/appid-sdks"


@pytest.fixture(scope="session", params=[python_sdk, node_sdk])
def sdk(request: pytest.FixtureRequest, shared_core: str) -> Iterator[Sdk]:
    sdk = request.param(shared_core)
    yield sdk
    sdk.close()


@pytest.fixture
def tenant(sdk: Sdk) -> Iterator[str]:
    """A tenant that only this test uses."""
    name = f"tenant-{uuid.uuid4().hex}"
    sdk.put_tenant(name, ["emailpassword"], {})
    yield name
    sdk.delete_tenant(name)
