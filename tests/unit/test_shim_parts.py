"""Parts of the shim that need no browser: locks, jars, and a page's own handlers."""

import json
import subprocess
from pathlib import Path

import pytest

PROGRAM = str(Path(__file__).with_name("shim_parts.mjs"))


def run(*arguments):
    command = ["node", PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def pytest_generate_tests(metafunc):
    metafunc.parametrize("name", run("--names"))


@pytest.fixture(scope="module")
def failures():
    return run()


def test_in_the_shim(failures, name):
    assert failures[name] == ""
