"""The documentation site under /docs, if `make docs` has built it."""

from pathlib import Path

from demo.backend.files import VENDOR, Files

DOCS_PATH = "/docs"


class _Site(Files):
    """A folder that may appear and disappear while the demo runs."""

    async def check_config(self) -> None:
        """Without the folder, none of its files is found."""


class Documentation:
    """The site, and the pages' links to it."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def files(self) -> Files:
        """The files of the site, with index.html for a folder."""
        return _Site(self._site, VENDOR, html=True, check_dir=False)

    def link(self, page: str) -> str:
        """A link to a page of the site, as HTML; without the site, how to build it."""
        if (self._site / page.partition("#")[0]).is_file():
            return f'<a href="{DOCS_PATH}/{page}">Documentation of this page</a>'
        return "Documentation: run <code>make docs</code> and reload this page"
