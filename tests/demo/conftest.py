"""One running demo for all tests here, and visitors of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demo.running import TOKEN_LIFE, Demo, Visitor, running_demo
from tests.demo.signing_in.scene import Scene, running_backend


@pytest.fixture(scope="session")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for build/vendor, and beside it one for build/site: no browser is at work here."""
    folder = tmp_path_factory.mktemp("vendor")
    for name in (
        "pyodide/pyodide.mjs",
        "pyodide/pyodide.asm.wasm",
        "pyscript/core.js",
        "supertokens/supertokens.iife.js",
    ):
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("// nothing\n")
    for name in ("index.html", "install/pyscript.html"):
        file = folder.with_name("site") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("<!doctype html>")
    return folder


@pytest.fixture(scope="session")
def demo(vendor: Path) -> Iterator[Demo]:
    with running_demo(vendor, "--access-token-validity", str(TOKEN_LIFE)) as demo:
        yield demo


@pytest.fixture
def new_visitor(demo: Demo) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors of the demo, each with cookies of its own."""
    visitors: list[Visitor] = []

    def make(mode: str = "cookie") -> Visitor:
        visitors.append(Visitor(demo.origin, mode))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.close()


@pytest.fixture
def visitor(new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor()


@pytest.fixture(scope="session")
def _backend(vendor: Path) -> Iterator[Callable[[str], Scene]]:
    with running_backend(vendor) as new_scene:
        yield new_scene


@pytest.fixture
def new_scene(_backend: Callable[[str], Scene]) -> Iterator[Callable[..., Scene]]:
    """Makes people who sign in, with sessions in cookies or in headers."""
    scenes: list[Scene] = []

    def make(mode: str = "cookie") -> Scene:
        scenes.append(_backend(mode))
        return scenes[-1]

    yield make
    for scene in scenes:
        scene.close()
