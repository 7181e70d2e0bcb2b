"""Chromium, with profiles on disk.

Each context has a profile and a process of its own, which begins with the caches of one before it
and with nothing else. Chromium keeps the machine code of WebAssembly in a cache, except for private
windows, which is what Playwright's contexts are. With it, Python starts in half the time.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.browsers import find

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, BrowserType

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    # In place of Playwright's list, which all names but the last are. By default Chromium renders
    # its own menus ahead for every new window, which costs more than an empty page does.
    "--disable-features=AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "DialMediaRouteProvider,GlobalMediaControls,HttpsUpgrades,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,BlockOriginHeaderModificationOnRedirect,"
    "AvoidCorsURLLoaderRestartOnRedirect,Translate,AutoDeElevate,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,"
    "PreloadTopChromeWebUI",
    # Pages reach only this machine. Names under .test are this
    # machine too, for tests that need two sites or a site with subdomains.
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, "
    "EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
]
#: What a profile keeps for the next, in each of its folders.
CACHES = {"Cache", "Code Cache"}


class Profiles:
    """What tests use of a Browser: new_context, here each time with a process of its own."""

    def __init__(self, chromium: "BrowserType") -> None:
        self.browser_type = chromium
        self._root = Path(tempfile.mkdtemp(prefix="chromium-"))
        self._made = 0
        self._free: list[Path] = []
        self._open: list[BrowserContext] = []

    def new_context(self, **options: Any) -> "BrowserContext":
        folder = self._free.pop() if self._free else self._new_folder()
        # Not when the context closes: its process ends after it.
        keep_caches(folder)
        context = self.browser_type.launch_persistent_context(folder, **command(), **options)

        def give_back(_: object) -> None:
            self._open.remove(context)
            self._free.append(folder)

        self._open.append(context)
        context.on("close", give_back)
        return context

    def _new_folder(self) -> Path:
        self._made += 1
        folder = self._root / str(self._made)
        folder.mkdir()
        return folder

    def close(self) -> None:
        for context in [*self._open]:
            context.close()
        shutil.rmtree(self._root, ignore_errors=True)


def launch_private(chromium: "BrowserType") -> "Browser":
    """A browser whose contexts are private windows."""
    return chromium.launch(**command())


def command() -> dict[str, Any]:
    [path] = find("chromium")
    return {
        "executable_path": path,
        # Chromium refuses to run sandboxed as root.
        "chromium_sandbox": os.geteuid() != 0,
        "args": ARGUMENTS,
    }


def keep_caches(folder: Path) -> None:
    """Leave nothing in a profile that a page can see, other than by how fast it is."""
    for entry in folder.iterdir():
        if not entry.is_dir():
            entry.unlink()
        elif CACHES.isdisjoint(inner.name for inner in entry.iterdir()):
            shutil.rmtree(entry)
        else:
            for inner in entry.iterdir():
                if inner.name in CACHES:
                    continue
                if inner.is_dir():
                    shutil.rmtree(inner)
                else:
                    inner.unlink()
