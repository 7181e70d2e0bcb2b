"""Find the Chromium that browser tests drive; `python tools/chromium.py` installs it if it can."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# fonts-liberation: without any font, pages and screenshots show boxes for letters.
DEBIAN_PACKAGES = ("chromium", "fonts-liberation")

MISSING = """\
The browser tests need Chromium or Google Chrome, and none was found. Install one:
  Debian, Ubuntu  sudo apt-get install chromium
  Fedora          sudo dnf install chromium
  Arch            sudo pacman -S chromium
  macOS           brew install --cask google-chrome
or set CHROMIUM_PATH to the program of one that is installed elsewhere."""


class ChromiumNotFoundError(Exception):
    """No Chromium; the message says what to install."""


def find_chromium() -> str:
    """Return the path of an installed Chromium or Chrome. CHROMIUM_PATH decides if it is set."""
    if chosen := os.environ.get("CHROMIUM_PATH"):
        if not os.access(chosen, os.X_OK):
            raise ChromiumNotFoundError(f"CHROMIUM_PATH is not a program: {chosen}")
        return chosen
    for command in COMMANDS:
        if path := shutil.which(command):
            return path
    for application in MAC_APPLICATIONS:
        if Path(application).exists():
            return application
    raise ChromiumNotFoundError(MISSING)


def can_install() -> bool:
    """Only root may use apt, and only where apt is: Debian and what derives from it."""
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def install() -> None:
    """Install Chromium by apt, waiting for another apt that may be running."""
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update"],
        ["install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES],
    ):
        # stdout is kept for the path alone.
        subprocess.run([*apt, *arguments], env=environment, check=True, stdout=sys.stderr)


def main() -> int:
    try:
        print(find_chromium())
    except ChromiumNotFoundError as missing:
        if os.environ.get("CHROMIUM_PATH") or not can_install():
            print(missing, file=sys.stderr)
            return 1
        print("installing chromium", file=sys.stderr)
        install()
        print(find_chromium())
    return 0


if __name__ == "__main__":
    sys.exit(main())
