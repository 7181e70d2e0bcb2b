"""The browser: makes contexts, each of which is a process of WebKitGTK's MiniBrowser."""

import contextlib
import os
import subprocess
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote
from selenium.webdriver.common.proxy import Proxy as ProxySettings
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from urllib3.exceptions import HTTPError

from tests.browser.webkit.context import BrowserContext
from tests.browser.webkit.proxy import Proxy
from tests.conftest import TIMEOUT


class Browser:
    def __init__(self, driver_path: str, display: str) -> None:
        self._driver_path = driver_path
        self._display = display
        self.contexts: list[BrowserContext] = []

    def new_context(self, **options: Any) -> BrowserContext:
        if options:
            raise NotImplementedError(f"options of contexts in WebKit: {', '.join(options)}")
        with contextlib.ExitStack() as stack:
            proxy = Proxy()
            stack.callback(proxy.close)
            driver = self._start(proxy.port, stack)
            context = BrowserContext(self, driver, proxy, stack.pop_all())
        self.contexts.append(context)
        return context

    def _start(self, proxy_port: int, stack: contextlib.ExitStack) -> Remote:
        options = Options()
        options.binary_location = find_minibrowser()
        options.add_argument("--automation")
        # Hosts of this machine go through the proxy too.
        address = f"127.0.0.1:{proxy_port}"
        options.proxy = ProxySettings(
            {"proxyType": "manual", "httpProxy": address, "sslProxy": address}
        )
        # Without its last compiler Python starts in half the processor's time: 9 s, not 17.
        settings = {"DISPLAY": self._display, "GDK_BACKEND": "x11", "JSC_useOMGJIT": "0"}
        service = Service(
            self._driver_path, log_output=subprocess.DEVNULL, env={**os.environ, **settings}
        )
        service.start()
        stack.callback(service.stop)
        # Longer than what the browser itself waits for, so that its own error is seen.
        config = ClientConfig(remote_server_addr=service.service_url, timeout=2 * TIMEOUT)
        driver = Remote(RemoteConnection(client_config=config), options=options)
        stack.callback(_quit, driver)
        driver.set_script_timeout(TIMEOUT)
        driver.set_page_load_timeout(TIMEOUT)
        return driver

    def close(self) -> None:
        for context in [*self.contexts]:
            context.close()


def _quit(driver: Remote) -> None:
    # A browser that has crashed has nothing to quit.
    with contextlib.suppress(WebDriverException, OSError, HTTPError):
        driver.quit()


def find_minibrowser() -> str:
    """The browser that Debian's package of the driver brings; it is not on the path."""
    found = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    if not found:
        raise RuntimeError("there is no MiniBrowser: sudo apt-get install webkit2gtk-driver")
    return str(found[-1])
