"""A core for every test, and both SDKs on one core."""

import itertools
import uuid
from collections.abc import Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.local_core import signing_keys
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


@pytest.fixture(scope="session")
def few_keys() -> Iterator[rsa.RSAPrivateKey]:
    """The same few keys again and again: to make one takes a tenth of a second."""
    return itertools.cycle([rsa.generate_private_key(65537, 2048) for _ in range(8)])


@pytest.fixture(autouse=True)
def made_keys(monkeypatch: pytest.MonkeyPatch, few_keys: Iterator[rsa.RSAPrivateKey]) -> None:
    """The cores in this process take keys that are already made."""
    monkeypatch.setattr(signing_keys.rsa, "generate_private_key", lambda **options: next(few_keys))
