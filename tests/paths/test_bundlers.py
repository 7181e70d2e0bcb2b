"""docs/install/bundlers.md as it is written: from an empty folder to a signed-in page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_quickstarts import ORDERS, sign_up_without_sdk
from tests.paths.conftest import commands, files, section

PAGE = "bundlers.md"
MAIN = files(PAGE, "Vite")["src/main.js"]
WITHOUT_VITE = MAIN.replace("${import.meta.env.BASE_URL}", "/")
# The page's main.js for script tags.
WITHOUT_IMPORT = re.sub(
    r"^import .*?;\n|^globalThis.*?};\n", "", MAIN, flags=re.DOTALL | re.MULTILINE
)
SERVED = {"webpack": "public", "esbuild": "public", "Script tags": "public"}


def install(application, title):
    """Write the section's files and run its commands; returns one that serves the result."""
    for name, text in files(PAGE, title).items():
        application.write(name, text)
    server = None
    for words in commands(PAGE, title):
        if words[1:] in (["vite", "preview"], ["next", "start"]):
            server = words
        else:
            said = application.run(words)
            assert "warning" not in said.lower(), said
    return server


def signed_in(page, demo, origin, path="/"):
    """Open the application's page as a user who has signed in; returns what it shows."""
    sign_up_without_sdk(page.context, demo)
    page.goto(f"{origin}{path}")
    user = page.locator("#user")
    expect(user).to_contain_text(re.compile(r"[0-9a-f-]{36}"))
    return user.inner_text()


@pytest.mark.parametrize("title", ["Vite", "webpack", "esbuild", "Script tags"])
def test_a_bundled_page_is_signed_in(application, page, demo, browser_log, title):
    assert "src/main.js" in files(PAGE, title) or "is [Vite's](#vite)" in section(PAGE, title)
    if title == "Script tags":
        application.write("public/main.js", WITHOUT_IMPORT)
    elif title != "Vite":
        # For fast boots, where the shim is in a bundle that the application names.
        indexed, fast = "pyodide/`,", "pyodide/`, fastBoot: true,"
        main = WITHOUT_VITE.replace(indexed, fast if title == "esbuild" else indexed)
        application.write("src/main.js", main)
    server = install(application, title)
    mark = demo.mark()
    with application.serving(server) if server else application.served(SERVED[title]) as origin:
        assert signed_in(page, demo, origin).endswith(" orders")
    assert demo.count(mark, ORDERS) == demo.count(mark, ORDERS, 200) == 1
    fast_boots = [url for url in browser_log.requests if url.endswith("/supertokens.fastboot.mjs")]
    # Once more for the worker that makes the image, if the page is open for so long.
    assert {*fast_boots} == (
        {f"{origin}/supertokens/supertokens.fastboot.mjs"} if title == "esbuild" else set()
    )
    assert browser_log.page_errors == []
    assert browser_log.foreign_requests == []


def test_an_import_that_a_bundler_has_replaced_is_named(application, page, demo):
    application.write("src/main.js", WITHOUT_VITE)
    for name, text in files(PAGE, "webpack").items():
        application.write(name, text)
    for words in commands(PAGE, "webpack"):
        if words[0] == "npm":
            application.run(words)
    published = application.package / "js_shim" / "dist" / "supertokens.python.mjs"
    text = published.read_text("utf-8")
    try:
        published.write_text(text.replace("/* webpackIgnore: true */", ""), "utf-8")
        application.run(["npx", "webpack"])
    finally:
        published.write_text(text, "utf-8")
    with (
        application.served("public") as origin,
        page.expect_console_message(lambda message: "BootFailed" in message.text) as said,
    ):
        page.goto(origin)
    assert "has replaced the import of" in said.value.text
    assert "CSP" not in said.value.text


def test_a_production_build_of_next_js_is_signed_in(application, page, demo, browser_log):
    session = files(PAGE, "React")["src/Session.jsx"]
    application.write("app/Session.jsx", f'"use client";\n{session}')
    server = install(application, "Next.js")
    with application.serving(server) as origin:
        assert signed_in(page, demo, origin).endswith(" is signed in")
    assert browser_log.page_errors == []


REACT = {
    "vite.config.js": """
        import react from "@vitejs/plugin-react";
        import { copy } from "supertokens-pyodide/copy";
        import { defineConfig } from "vite";

        copy("public/supertokens");

        export default defineConfig({ plugins: [react()] });
    """,
    "index.html": """
        <!doctype html>
        <div id="root"></div>
        <script>globalThis.nativeFetch = fetch;</script>
        <script type="module" src="/src/main.jsx"></script>
    """,
    "src/main.jsx": """
        import { StrictMode } from "react";
        import { createRoot } from "react-dom/client";
        import { App } from "./App.jsx";

        globalThis.mount = () => {
          const root = createRoot(document.getElementById("root"));
          root.render(<StrictMode><App /></StrictMode>);
          globalThis.unmount = () => root.unmount();
        };
        mount();
    """,
    "src/App.jsx": """
        import { Session } from "./Session.jsx";

        export function App() {
          return (
            <p id="user">
              <Session signedOut="signed out">{(userId) => `${userId} version 1`}</Session>
            </p>
          );
        }
    """,
}
CLEAN_UP = "isMounted = false;"


@pytest.mark.parametrize("closes", [False, True], ids=["stays", "closes"])
def test_react_keeps_one_session_and_one_interpreter(application, page, demo, browser_log, closes):
    session = files(PAGE, "React")["src/Session.jsx"]
    assert session.count(CLEAN_UP) == 1
    if closes:
        session = session.replace(CLEAN_UP, f"{CLEAN_UP} supertokens.close();")
    for name, text in {**REACT, "src/Session.jsx": session}.items():
        application.write(name, text)
    for words in commands(PAGE, "Vite"):
        if words[0] == "npm":
            application.run(words)
    with application.serving(["npx", "vite"]) as origin:
        assert signed_in(page, demo, origin).endswith(" version 1")
        page.evaluate("globalThis.marked = true")

        # Hot reloading, of the component that shows the user and of the one that calls init().
        application.write("src/App.jsx", REACT["src/App.jsx"].replace("version 1", "version 2"))
        expect(page.locator("#user")).to_contain_text("version 2")
        application.write("src/Session.jsx", session.replace('return "…"', 'return "another"'))
        expect(page.locator("#user")).to_contain_text("version 2")
        mark = demo.mark()
        url = f"{demo.origin}{ORDERS}"
        assert page.evaluate("async (url) => (await fetch(url)).status", url) == 200

        page.evaluate("unmount()")
        assert page.evaluate("fetch === nativeFetch") is closes
        page.evaluate("mount()")
        expect(page.locator("#user")).to_contain_text("version 2")
        assert page.evaluate("async (url) => (await fetch(url)).status", url) == 200
        assert page.evaluate("marked") is True
    assert demo.count(mark, ORDERS) == demo.count(mark, ORDERS, 200) == 2
    orders = [request for request in demo.requests(mark) if request["method"] == "GET"]
    assert all("st-auth-mode" in request["headers"] for request in orders)
    assert sum(url.endswith("/pyodide.asm.wasm") for url in browser_log.requests) == 1
    assert browser_log.page_errors == []
