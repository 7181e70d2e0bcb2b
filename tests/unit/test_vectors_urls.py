"""Domains and paths are read as supertokens-website reads them."""

from urllib.parse import urlsplit

import pytest
from supertokens_pyodide._core.config.options import Page, from_javascript, read_config
from supertokens_pyodide._core.config.urls import normalise_scope
from supertokens_pyodide.errors import ConfigError

from tests.unit.browser_urls import read_url
from tests.unit.vectors import each_row, expected


@each_row("urls")
def test_an_option_means_what_it_means_there(row):
    address = urlsplit(row.get("page", "https://app.example.com"))
    page = Page(normalise_scope(address.hostname, read_url), address.scheme == "https", read_url)
    options = from_javascript({"apiDomain": "https://api.example.com", row["option"]: row["text"]})
    wanted = expected("urls", row)
    if wanted is None:
        with pytest.raises(ConfigError) as refused:
            read_config(options, page)
        assert from_javascript({row["option"]: ""}) == {refused.value.option: ""}
        return
    config = read_config(options, page)
    ours = {
        "apiDomain": config.api_domain,
        "apiBasePath": config.api_base_path,
        "sessionTokenBackendDomain": config.session_token_backend_domain,
        "sessionTokenFrontendDomain": config.session_token_frontend_domain or "",
    }[row["option"]]
    assert ours == wanted
