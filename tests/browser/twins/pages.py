"""The twins' pages, which are alike but for their SDK, and what scripts on them need."""

import json
from pathlib import Path

from tests.browser.app import PASSWORD
from tests.browser.conftest import VENDOR
from tests.conftest import ROOT

SHIM = VENDOR / "supertokens" / "supertokens.iife.js"
#: The address of its second file, which a script in a page cannot know.
PART = "/vendor/supertokens/supertokens.python.mjs"
WEBSITE = ROOT / "build" / "supertokens-website" / "supertokens-website.js"
AXIOS = ROOT / "node_modules" / "axios" / "dist" / "axios.min.js"
HERE = Path(__file__).parent

ICON = '<link rel="icon" href="data:,">'

# The body of an async function that gets sign_in_fields().
SIGN_UP = """
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: argument };
  return (await (await fetch(`${api}/auth/signup`, init)).json()).status;
"""

# One interpreter for everything that this page starts: close() and init() keep it.
BOOT = f"""
  globalThis.supertokensPyodide = {{
    pythonPart: "{PART}",
    pyodide: import("/vendor/pyodide/pyodide.mjs").then(({{ loadPyodide }}) =>
      loadPyodide({{ indexURL: new URL("/vendor/pyodide/", location.href).href }})),
  }};
"""


def pages() -> dict[str, str]:
    """The pages by path; each holds its scripts itself."""
    common = [AXIOS.read_text("utf-8"), (HERE / "page.js").read_text("utf-8")]
    theirs = [WEBSITE.read_text("utf-8"), "globalThis.supertokens = supertokensWebsite;"]
    return {
        "/theirs": html(*theirs, *common),
        "/ours": html(BOOT, SHIM.read_text("utf-8"), *common),
    }


def html(*scripts: str) -> str:
    """A page with nothing but these scripts in it."""
    return "".join(["<!doctype html>", ICON, *(f"<script>{text}</script>" for text in scripts)])


def sign_in_fields(email: str) -> str:
    """The body of a sign-up or sign-in."""
    fields = {"email": email, "password": PASSWORD}
    return json.dumps({"formFields": [{"id": id, "value": text} for id, text in fields.items()]})
