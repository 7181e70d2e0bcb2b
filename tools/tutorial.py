"""The tutorial's application after each of its pages.

docs/tutorial/app has the finished application. Its lines between the comments
`--8<-- [start:step4-post]` and `--8<-- [end:step4-post]` come with the fourth page. The pages show
such sections, and whole files, by the extension pymdownx.snippets.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "docs" / "tutorial" / "app"
#: A folder for each step, for the pages.
BUILT = ROOT / "build" / "tutorial"
STEPS = range(1, 7)
_MARKER = re.compile(r"--8<-- \[(start|end):(step\d-[-\w]+)\]")


def files_after(step: int, *, markers: bool = False) -> dict[str, str]:
    """The files that a reader has after a step, by name; `markers` keeps the comments."""
    files = {}
    for path in sorted(APP.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            lines = _lines_after(step, path.read_text("utf-8"), markers=markers)
            if text := "".join(lines).strip():
                files[path.relative_to(APP).as_posix()] = f"{text}\n"
    return files


def _lines_after(step: int, text: str, *, markers: bool) -> Iterator[str]:
    sections: list[str] = []
    for line in text.splitlines(keepends=True):
        marker = _MARKER.search(line)
        if marker and marker[1] == "start":
            sections.append(marker[2])
        is_there = all(int(section.removeprefix("step")[0]) <= step for section in sections)
        if marker and marker[1] == "end" and sections.pop() != marker[2]:
            raise ValueError(f"this ends another section: {line}")
        if is_there and (markers or not marker):
            yield line


def build() -> None:
    """Write the files of all steps for the pages."""
    shutil.rmtree(BUILT, ignore_errors=True)
    for step in STEPS:
        for name, text in files_after(step, markers=True).items():
            target = BUILT / str(step) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
