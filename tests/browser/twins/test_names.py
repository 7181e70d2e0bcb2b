"""Every name of supertokens-website that a page may call or replace exists here too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import VendorSite
from tests.browser.twins.pages import PART, SHIM, WEBSITE, html

# The functions that init() offers to an override.
OFFERED = """
  let names;
  const functions = (original) => { names = Object.keys(original); return original; };
  try {
    SDK.init({ apiDomain: location.origin, override: { functions } });
    return names;
  } finally {
    SDK.close?.();
  }
"""


@pytest.fixture
def names_of(
    page: Page, vendor_site: VendorSite, website_bundle: None
) -> Callable[[str], tuple[list[str], list[str]]]:
    """Get names from both SDKs, with a script in which SDK is either: ours, theirs."""
    settings = f"globalThis.supertokensPyodide = {{ interpreter: 'page', pythonPart: '{PART}' }};"
    vendor_site.pages["/"] = html(settings, WEBSITE.read_text("utf-8"), SHIM.read_text("utf-8"))
    page.goto(vendor_site.origin)

    def names_of(script: str) -> tuple[list[str], list[str]]:
        ours, theirs = (
            page.evaluate(f"() => {{ {script.replace('SDK', sdk)} }}")
            for sdk in ("supertokens", "supertokensWebsite")
        )
        return ours, theirs

    return names_of


@pytest.mark.parametrize("sdk", ["SDK", "SDK.default"], ids=["named", "default"])
def test_what_a_page_can_import(
    names_of: Callable[[str], tuple[list[str], list[str]]], sdk: str
) -> None:
    functions = "Object.getOwnPropertyNames(it).filter((name) => typeof it[name] === 'function')"
    ours, theirs = names_of(f"const it = {sdk}; return {functions}")
    assert "doesSessionExist" in theirs
    # Their default export is a class without a usable constructor.
    assert set(theirs) - set(ours) - {"default"} == set()


def test_what_a_page_can_override(names_of: Callable[[str], tuple[list[str], list[str]]]) -> None:
    ours, theirs = names_of(OFFERED)
    assert "doesSessionExist" in theirs
    assert set(theirs) - set(ours) == {"_call"}  # which is their builder's own
