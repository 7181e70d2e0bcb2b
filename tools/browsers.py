"""Find the browsers for tests; `python tools/browsers.py ENGINE...` installs what it can."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Program:
    """A program that an engine needs: its commands, of which the first that exists is used."""

    commands: tuple[str, ...]
    #: The names of the packages in Debian and its derivatives; of several, by `|`, the first there.
    packages: tuple[str, ...]
    #: The environment variable with the path of a program installed elsewhere.
    variable: str
    #: The path if it is installed without a command.
    paths: tuple[str, ...] = ()
    #: How to install it without apt.
    elsewhere: str = ""


CHROMIUM = Program(
    # The first has no windows to draw, and so needs less of the machine.
    (
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
    ),
    # fonts-liberation: without any font, pages and screenshots show boxes for letters.
    ("chromium-headless-shell|chromium", "fonts-liberation"),
    "CHROMIUM_PATH",
    (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
    """
  Fedora          sudo dnf install chromium
  Arch            sudo pacman -S chromium
  macOS           brew install --cask google-chrome""",
)
FIREFOX = Program(
    ("firefox-esr", "firefox"),
    ("firefox-esr", "fonts-liberation"),
    "FIREFOX_PATH",
    ("/Applications/Firefox.app/Contents/MacOS/firefox",),
    """
  Fedora, Arch    the package firefox
  macOS           brew install --cask firefox""",
)
WEBKIT_DRIVER = Program(
    ("WebKitWebDriver",), ("webkit2gtk-driver", "fonts-liberation"), "WEBKIT_DRIVER_PATH"
)
# WebKitGTK opens windows, so it needs a display.
XVFB = Program(("Xvfb",), ("xvfb",), "XVFB_PATH")

#: The programs that tests in an engine need.
ENGINES = {
    "chromium": (CHROMIUM,),
    "firefox": (FIREFOX,),
    "webkit": (WEBKIT_DRIVER, XVFB),
}


class BrowserNotFoundError(Exception):
    """A program is missing; the message says what to install."""

    def __init__(self, engine: str, program: Program) -> None:
        self.engine = engine
        package = program.packages[0].split("|")[-1]
        super().__init__(
            f"The tests in {engine} need {program.commands[0]}, and it was not found. Install it:\n"
            f"  Debian, Ubuntu  sudo apt-get install {package}{program.elsewhere}\n"
            f"or set {program.variable} to a program that is installed elsewhere.\n"
            'To run tests in other browsers only, name these: make test ENGINES="chromium"'
        )


def find(engine: str) -> list[str]:
    """Return the paths of the programs that tests in an engine need."""
    return [find_program(engine, program) for program in ENGINES[engine]]


def find_program(engine: str, program: Program) -> str:
    """Return the path of a program. Its environment variable decides if it is set."""
    if chosen := os.environ.get(program.variable):
        if not os.access(chosen, os.X_OK):
            raise SystemExit(f"{program.variable} is not a program: {chosen}")
        return chosen
    for command in program.commands:
        if path := shutil.which(command):
            return path
    for path in program.paths:
        if Path(path).exists():
            return path
    raise BrowserNotFoundError(engine, program)


def can_install() -> bool:
    """Whether apt can be used: only by root, in Debian and its derivatives."""
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def install(packages: list[str]) -> None:
    """Install packages with apt; waits for another apt that may be running."""
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # stdout has only the paths.
    subprocess.run([*apt, "update"], env=environment, check=True, stdout=sys.stderr)
    install = ["install", "-y", "--no-install-recommends", *map(first_known, packages)]
    subprocess.run([*apt, *install], env=environment, check=True, stdout=sys.stderr)


def first_known(packages: str) -> str:
    """Return the first of several packages that apt has."""
    names = packages.split("|")
    for name in names:
        found = subprocess.run(["apt-cache", "show", name], capture_output=True, check=False)
        if found.returncode == 0:
            return name
    return names[-1]


def missing(engines: list[str]) -> list[BrowserNotFoundError]:
    found = []
    for engine in engines:
        try:
            find(engine)
        except BrowserNotFoundError as error:
            found.append(error)
    return found


def main(engines: list[str]) -> int:
    if unknown := set(engines) - set(ENGINES):
        print(f"no engine: {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
        return 2
    if (absent := missing(engines)) and can_install():
        names = [error.engine for error in absent]
        print(f"installing {', '.join(names)}", file=sys.stderr)
        install([name for engine in names for one in ENGINES[engine] for name in one.packages])
        absent = missing(engines)
    for error in absent:
        print(error, file=sys.stderr)
    if absent:
        return 1
    for engine in engines:
        print(*find(engine))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
