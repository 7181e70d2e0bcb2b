"""The requests that carry the session are those that carry supertokens-website's."""

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from supertokens_pyodide._core.config.options import Page, from_javascript, read_config
from supertokens_pyodide._core.wire.plan import write_plan
from supertokens_pyodide.testing.matching import covers

from tests.unit.browser_urls import read_url
from tests.unit.vectors import each_row, expected, table


def config_of(row):
    address = urlsplit(row["page"])
    page = Page(address.hostname, address.scheme == "https", read_url)
    return read_config(from_javascript(row["options"]), page)


@pytest.fixture(scope="module")
def decided_by_the_shim():
    """The shim's decision for each row, with the core's plan and without, by the row's id."""
    rows = table("interception")["rows"]
    asked = [{**row, "plan": json.loads(write_plan(config_of(row)))} for row in rows]
    program = Path(__file__).with_name("is_ours.mjs")
    run = subprocess.run(
        ["node", program], input=json.dumps(asked), capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return dict(zip([row["id"] for row in rows], json.loads(run.stdout), strict=True))


@each_row("interception")
def test_the_shim_takes_the_same_requests_for_ours_before_the_core_is_ready(
    decided_by_the_shim, row
):
    assert decided_by_the_shim[row["id"]] == [expected("interception", row)] * 2


def is_ordinary(row):
    """Whether a URL is absolute, and its host is written as browsers write it."""
    return re.match(r"https?://(?!\d+[:/])[ -~]+$", row["url"]) is not None


@each_row("interception", is_ordinary)
def test_tests_of_applications_take_the_same_requests_for_ours(row):
    config = config_of(row)
    ours = covers(row["url"], config.api_domain, config.session_token_backend_domain)
    assert ours is expected("interception", row)
