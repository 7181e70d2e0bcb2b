"""The tutorial: its pages show all of the application, which is tidy after each of them."""

import json
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tools.tutorial import APP, STEPS, files_after

PAGES = [
    "python_page",
    "sign_in",
    "protected_page",
    "roles",
    "second_factor",
    "sign_out_and_test",
]
RULES = ("E", "W", "F", "I", "UP", "B", "SIM", "C4", "RUF", "PT")


def included(step: int) -> set[str]:
    """What the page of a step includes: a file, or a file and a section of it."""
    text = (APP.parent / f"{PAGES[step - 1]}.md").read_text("utf-8")
    return set(re.findall(rf'--8<-- "{step}/([^"]+)"', text))


def sections(step: int) -> set[tuple[str, str]]:
    """The sections that come with a step, with their files."""
    return {
        (name, section)
        for name, text in files_after(step, markers=True).items()
        for section in re.findall(rf"\[start:(step{step}-[-\w]+)\]", text)
    }


@pytest.mark.parametrize("step", STEPS)
def test_a_page_shows_all_that_is_new(step):
    shown = included(step)
    before = files_after(step - 1)
    new = {name for name in files_after(step) if name not in before}
    assert {name for name in new if name not in shown} == set()
    assert {pair for pair in sections(step) if not {pair[0], ":".join(pair)} & shown} == set()


@pytest.mark.parametrize("step", STEPS)
def test_the_files_of_a_step_are_tidy(step, tmp_path):
    for name, text in files_after(step).items():
        assert "8<" not in text, name
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    # PyScript allows `await` everywhere; and the first step imports something for the second.
    ignored = "F704" if step > 1 else "F704,F401"
    common = ["--isolated", "--no-cache", "--line-length=100", "--target-version=py311"]
    rules = ["--select", ",".join(RULES), "--ignore", ignored, "--config", 'src=[".", "web"]']
    for command in (["check", *common, *rules], ["format", "--check", *common]):
        run = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_the_page_loads_the_pyscript_that_is_tested():
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    named = re.findall(r"@pyscript/core@([\d.]+)/", files_after(1)["web/index.html"])
    assert {*named} == {package["devDependencies"]["@pyscript/core"]}
