"""The shim's tests in Node, a test for each file; `npm run test:shim` runs them alone."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import TIMEOUT

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_in_node(name: str) -> None:
    command = ["node", "--test-reporter=tap", str(HERE / name)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT + 10)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "\n# fail 0\n" in run.stdout, run.stdout + run.stderr
    assert "\n# tests 0\n" not in run.stdout
