"""One running demo for all tests here, and visitors of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demo.running import TOKEN_LIFE, Demo, Visitor, running_demo


@pytest.fixture(scope="session")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stand-in for build/vendor: no browser is at work here."""
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
