"""The pages of docs/install/other-sdks.md: SuperTokens' other SDKs on our page and on our site."""

import contextlib
import functools
import re
import shlex
import subprocess
import tarfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.app import PASSWORD, PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.recipe_page import message
from tests.browser.tokens import let_shown_token_expire
from tests.conftest import ROOT, TIMEOUT
from tests.paths.conftest import NPM_PACKAGE

PINNED = Path(__file__).parent / "node_modules"
TEXT = (ROOT / "docs" / "install" / "other-sdks.md").read_text("utf-8")

# What the tests call: a page's own modules are not reachable from outside.
EXPOSED = {
    "app.js": """
      import { CookieHandlerReference } from "supertokens-pyodide/utils/cookieHandler";
      import DateProviderReference from "supertokens-pyodide/utils/dateProvider";
      import { STGeneralError } from "supertokens-pyodide/utils/error";
      import WindowHandlerReference from "supertokens-pyodide/utils/windowHandler";
      Object.assign(globalThis, { CookieHandlerReference, WindowHandlerReference });
      Object.assign(globalThis, { DateProviderReference, STGeneralError });
      Object.assign(globalThis, { supertokens, EmailPassword, UserRoleClaim, signIn, isAdmin });
    """,
    "signin.jsx": "Object.assign(globalThis, { Session });",
    "orders.js": "Object.assign(globalThis, { supertokens });",
    # Either SDK, in the order in which a test starts them.
    "both.jsx": """
      import * as supertokens from "supertokens-pyodide";
      import AuthReact from "supertokens-auth-react";
      import EmailPassword from "supertokens-auth-react/recipe/emailpassword";
      import Session from "supertokens-auth-react/recipe/session";
      import WebJs from "supertokens-web-js";
      import WebJsSession from "supertokens-web-js/recipe/session";
      const { origin } = location;
      const appInfo = { appName: "x", apiDomain: origin, websiteDomain: origin };
      Object.assign(globalThis, {
        supertokens,
        Session,
        startOurs: () => supertokens.init({ apiDomain: origin }),
        startAuthReact: () =>
          AuthReact.init({ appInfo, recipeList: [EmailPassword.init(), Session.init()] }),
        startWebJs: () => WebJs.init({ appInfo, recipeList: [WebJsSession.init()] }),
      });
    """,
    "recipes.js": """
      import * as supertokens from "supertokens-pyodide";
      import SuperTokens from "supertokens-web-js";
      import Passwordless from "supertokens-web-js/recipe/passwordless";
      import ThirdParty from "supertokens-web-js/recipe/thirdparty";
      const { origin } = location;
      const appInfo = { appName: "x", apiDomain: origin };
      supertokens.init({ apiDomain: origin });
      SuperTokens.init({ appInfo, recipeList: [Passwordless.init(), ThirdParty.init()] });
      Object.assign(globalThis, { supertokens, Passwordless, ThirdParty });
    """,
}
# Not in the documentation: what only tests need.
OURS = {"both.jsx", "recipes.js"}
SETTINGS = 'globalThis.supertokensPyodide = { indexURL: "/vendor/pyodide/" };'
THROWN = "(start) => { try { start(); return null; } catch (e) { return [e.code, String(e)]; } }"
PAGES = {
    "/shop": "app",
    "/signin": "signin",
    "/orders": "orders",
    "/both": "both",
    "/recipes": "recipes",
}


def documented(language: str) -> dict[str, str]:
    """The files of the page in a language; each is in a code block after its name."""
    found = re.findall(rf"^`([\w.]+)` [^\n]*:\n\n```{language}\n(.*?)```", TEXT, re.S | re.M)
    return dict(found)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package, unpacked."""
    folder = tmp_path_factory.mktemp("package")
    with tarfile.open(NPM_PACKAGE) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


@pytest.fixture(scope="session")
def bundles(
    demo_process: Demo, package: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """The documented files, in an empty folder, built by the documented command."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "node_modules").mkdir()
    for one in [*PINNED.iterdir(), package]:
        name = "supertokens-pyodide" if one == package else one.name
        (folder / "node_modules" / name).symlink_to(one)
    files = {**documented("js"), **documented("jsx")}
    assert files.keys() == EXPOSED.keys() - OURS
    for name, exposed in EXPOSED.items():
        text = files.get(name, "") + exposed
        text = text.replace("https://api.example.com", demo_process.origin)
        (folder / name).write_text(text, "utf-8")
    line = next(line for line in TEXT.splitlines() if line.startswith("npx esbuild "))
    command = shlex.split(line)
    assert command[2:4] == ["signin.jsx", "orders.js"]
    for words in (command, [*command[:2], "app.js", *sorted(OURS), *command[4:]]):
        built = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
        assert built.returncode == 0, built.stderr
    return {name: (folder / "public" / f"{name}.js").read_text("utf-8") for name in PAGES.values()}


class Site:
    """The documented pages on the demo's origin, whose backend is supertokens-python."""

    def __init__(self, demo: Demo, context: BrowserContext, bundles: dict[str, str]) -> None:
        self.demo = demo
        self.context = context
        for path, name in PAGES.items():
            html = f"""<!doctype html><link rel="icon" href="data:,"><p id="who"></p>
              <div id="root"></div><script>{SETTINGS}</script>
              <script type="module" src="/built/{name}.js"></script>"""
            self._serve(f"{path}", html, "text/html")
            self._serve(f"/built/{name}.js", bundles[name], "text/javascript")

    def _serve(self, path: str, body: str, content_type: str) -> None:
        self.context.route(
            re.compile(rf"{re.escape(self.demo.origin + path)}(\?.*)?$"),
            lambda route: route.fulfill(body=body, content_type=content_type),
        )

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.demo.origin + path)
        return page

    def let_token_expire(self, refresh: Callable[[], object], page: Page) -> None:
        expired = """() => {
          const [, token] = /sFrontToken=([^;]+)/.exec(document.cookie);
          return JSON.parse(atob(decodeURIComponent(token))).ate < Date.now();
        }"""
        let_shown_token_expire(
            self.demo,
            self.context,
            refresh,
            lambda: bool(page.evaluate(expired)),
            lambda: page.wait_for_timeout(50),
        )


@pytest.fixture
def site(demo: Demo, new_context: Callable[..., BrowserContext], bundles: dict[str, str]) -> Site:
    return Site(demo, new_context(), bundles)


Opened = Callable[[str], tuple[Site, Page]]


@pytest.fixture(scope="module")
def open_once(browser: Browser, demo_process: Demo, bundles: dict[str, str]) -> Iterator[Opened]:
    """Pages by path, each of them opened once for all tests that it can serve."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def open_page(path: str) -> tuple[Site, Page]:
            site = Site(demo_process, stack.enter_context(open_context(browser)), bundles)
            return site, site.open(path)

        yield open_page


@pytest.fixture
def opened(open_once: Opened, demo: Demo, browser_log: BrowserLog) -> Iterator[Opened]:
    """The page of a path, on which no user is signed in."""
    with contextlib.ExitStack() as stack:

        def signed_out(path: str) -> tuple[Site, Page]:
            site, page = open_once(path)
            site.context.clear_cookies()
            stack.enter_context(browser_log.watching(site.context))
            return site, page

        yield signed_out


def run(page: Page, body: str, argument: object = None) -> Any:
    return page.evaluate(f"async (argument) => {{ {body} }}", argument)


def sign_up(page: Page) -> str:
    """Sign up with the recipe of supertokens-web-js."""
    email = f"{uuid.uuid4().hex}@example.com"
    fields = [{"id": "email", "value": email}, {"id": "password", "value": PASSWORD}]
    status = run(
        page, "return (await EmailPassword.signUp({ formFields: argument })).status", fields
    )
    assert status == "OK"
    return email


def claim(value: object) -> str:
    return f"{{ v: {value}, t: Date.now() }}"


MERGE = """
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(PAYLOAD);
  return (await fetch("/api/payload", { method: "POST", headers, body })).status;
"""


def merge(page: Page, payload: str) -> None:
    """Have the backend put claims into the access token, as its recipes do."""
    assert run(page, MERGE.replace("PAYLOAD", payload)) == 200


def test_recipes_of_web_js_use_our_session(opened: Opened, browser_log: BrowserLog) -> None:
    site, page = opened("/shop")
    email = sign_up(page)
    user = run(page, "return supertokens.getUserId()")
    verified = f'"st-ev": {claim("true")}'
    merge(page, f'{{ {verified}, "st-role": {claim(["editor"])} }}')
    assert run(page, "return isAdmin()") is False
    merge(page, f'{{ {verified}, "st-role": {claim(["editor", "admin"])} }}')
    assert run(page, "return isAdmin()") is True
    roles = run(page, "return supertokens.getClaimValue({ claim: UserRoleClaim })")
    assert roles == ["editor", "admin"]

    # What EmailVerification requires holds on every page.
    merge(page, f'{{ "st-ev": {claim("false")} }}')
    invalid = run(page, "return supertokens.validateClaims()")
    assert [one["id"] for one in invalid] == ["st-ev"]

    # A recipe's request and the page's own have an expired token: one refresh.
    site.let_token_expire(lambda: run(page, "await supertokens.attemptRefreshingSession()"), page)
    mark = site.demo.mark()
    ask = "EmailPassword.doesEmailExist({ email: argument })"
    both = run(
        page,
        f"""const [own, known] = await Promise.all([fetch("{PROTECTED}"), {ask}]);
            return [own.status, known.doesExist];""",
        email,
    )
    assert both == [200, True]
    assert site.demo.count(mark, REFRESH) == 1

    assert run(page, "return supertokens.signOut()") is True
    assert run(page, "return supertokens.doesSessionExist()") is False
    assert run(page, f"return signIn(argument, '{PASSWORD}')", email) == user
    assert browser_log.page_errors == []


def signed_in_user(page: Page) -> Any:
    """The user whom both SDKs' requests are for."""
    mine = "fetch('/api/protected').then((response) => response.json())"
    user, answer = run(page, f"return Promise.all([supertokens.getUserId(), {mine}])")
    assert answer["userId"] == user
    return user


def test_a_code_by_web_js_begins_our_session(opened: Opened, browser_log: BrowserLog) -> None:
    site, page = opened("/recipes")
    email = f"{uuid.uuid4().hex}@example.com"
    run(page, "await Passwordless.createCode({ email: argument })", email)
    consume = "return Passwordless.consumeCode({ userInputCode: argument })"
    assert run(page, consume, "000000")["status"] == "INCORRECT_USER_INPUT_CODE_ERROR"
    assert run(page, "return supertokens.doesSessionExist()") is False
    answer = run(page, consume, message(site.demo.origin, email)["code"])
    assert (answer["status"], answer["user"]["id"]) == ("OK", signed_in_user(page))
    assert browser_log.page_errors == []


def test_a_provider_by_web_js_begins_our_session(opened: Opened, browser_log: BrowserLog) -> None:
    site, page = opened("/recipes")
    ask = "ThirdParty.getAuthorisationURLWithQueryParamsAndSetState(argument)"
    there = {"thirdPartyId": "local", "frontendRedirectURI": f"{site.demo.origin}/recipes"}
    page.goto(run(page, f"return {ask}", there))
    page.get_by_label("E-mail").fill(f"{uuid.uuid4().hex}@example.com")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("**/recipes?*")
    page.reload()  # Playwright serves its pages to no request that was redirected.
    answer = run(page, "return ThirdParty.signInAndUp()")
    assert (answer["status"], answer["user"]["id"]) == ("OK", signed_in_user(page))
    assert browser_log.page_errors == []


def test_the_small_entries_give_what_the_session_uses(opened: Opened) -> None:
    site, page = opened("/shop")
    sign_up(page)
    own = "getReferenceOrThrow()"
    cookies = run(page, f"return CookieHandlerReference.{own}.cookieHandler.getCookie()")
    assert "sFrontToken=" in cookies
    host = run(page, f"return WindowHandlerReference.{own}.windowHandler.location.getOrigin()")
    assert host == site.demo.origin
    clock = f"DateProviderReference.{own}.dateProvider"
    assert run(page, f"return Math.abs({clock}.now() - Date.now()) < 60_000") is True
    assert run(page, "return STGeneralError === supertokens.STGeneralError") is True


REMEDIES = (
    "leave Session.init() out of its recipeList",
    "keep its UI on a page of its own; the session is shared",
)


@pytest.mark.parametrize("theirs", ["startWebJs", "startAuthReact"])
def test_two_sdks_that_run_the_session_are_refused_with_the_remedy(site: Site, theirs: str) -> None:
    for first, second in ((theirs, "startOurs"), ("startOurs", theirs)):
        page = site.open("/both")
        assert page.evaluate(f"({THROWN})({first})") is None
        code, text = page.evaluate(f"({THROWN})({second})")
        assert code == "UNSUPPORTED_PLATFORM"
        assert [remedy for remedy in REMEDIES if remedy not in text] == []


def test_the_ui_of_auth_react_signs_in_for_our_pages(site: Site, browser_log: BrowserLog) -> None:
    ours = site.open("/orders")
    ours.wait_for_url("**/signin*")  # which is where /orders sends a visitor without a session
    ours.goto(f"{site.demo.origin}/signin?show=signup")
    ours.locator("input[name=email]").fill(f"{uuid.uuid4().hex}@example.com")
    ours.locator("input[name=password]").fill(PASSWORD)
    ours.locator("button[type=submit]").click()
    ours.wait_for_url("**/orders")
    expect(ours.locator("#who")).to_have_text(re.compile("-.*-"))
    user = ours.locator("#who").text_content()

    theirs = site.open("/both")
    theirs.evaluate("startAuthReact()")
    assert theirs.evaluate("Session.getUserId()") == user
    # Both SDKs at once, in two tabs, have an expired token: one refresh.
    ask = f"""globalThis.done = fetch("{PROTECTED}").then((response) => response.status)"""
    for refreshing, call in ((ours, "supertokens"), (theirs, "Session")):
        site.let_token_expire(
            lambda page=refreshing, call=call: page.evaluate(f"{call}.attemptRefreshingSession()"),
            ours,
        )
        mark = site.demo.mark()
        for page in (ours, theirs):
            page.evaluate(f"() => {{ {ask}; }}")
        assert [page.evaluate("done") for page in (ours, theirs)] == [200, 200]
        assert site.demo.count(mark, REFRESH) == 1

    assert ours.evaluate("supertokens.signOut()") is True
    assert theirs.evaluate("Session.doesSessionExist()") is False
    assert browser_log.page_errors == []
