"""Hooks of MkDocs: pages from outside docs/, links to files that are not pages, and the search.

On the repository's pages a link leads to a file. On the site it leads to the file's page, or to the
file in the repository if it has none.
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tools import tutorial

ROOT = Path(__file__).resolve().parents[1]
#: Pages of the site that are files of the repository outside docs/, or that are generated.
PAGES = {
    "CHANGELOG.md": "CHANGELOG.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md",
    "reference/typescript.md": "build/typedoc/README.md",
    "reference/typescript_claim_validator_store.md": (
        "build/typedoc/supertokens-pyodide/namespaces/SessionClaimValidatorStore.md"
    ),
}
#: The titles of generated pages that have none.
TITLES = {
    "reference/typescript.md": "TypeScript",
    "reference/typescript_claim_validator_store.md": "TypeScript: SessionClaimValidatorStore",
}
_LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")
_FENCE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)


def on_pre_build(config: MkDocsConfig) -> None:
    """Write the files that the tutorial's pages include."""
    tutorial.build()


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in docs/."""
    for name, source in PAGES.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links between files of the repository lead to pages of the site."""
    name = page.file.src_uri
    folder = posixpath.dirname(PAGES.get(name, f"docs/{name}"))
    site_folder = posixpath.dirname(name)
    if name in TITLES:
        # TypeDoc escapes more than Python's Markdown knows.
        markdown = f"# {TITLES[name]}\n\n{markdown}".replace("\\<", "&lt;").replace("\\>", "&gt;")

    def lead(match: re.Match[str]) -> str:
        opening, link, anchor, closing = match.groups(default="")
        if re.match(r"[a-z]+:", link):
            return match[0]
        path = posixpath.normpath(posixpath.join(folder, link))
        target = _page_of(path, files)
        if target is None:
            return f"{opening}{_repository()}/blob/main/{path}{anchor}{closing}"
        return f"{opening}{posixpath.relpath(target, site_folder or '.')}{anchor}{closing}"

    parts = _FENCE.split(markdown)  # every second part is code
    parts[::2] = [_LINK.sub(lead, part) for part in parts[::2]]
    return "".join(parts)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Name the theme's search dialog, for screen readers."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')


def _page_of(path: str, files: Files) -> str | None:
    """The site's name of a file of the repository."""
    for name, source in PAGES.items():
        if source == path:
            return name
    if path == "README.md":
        return "index.md"
    name = path.removeprefix("docs/")
    return name if path.startswith("docs/") and files.get_file_from_path(name) else None


def _repository() -> str:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    url: str = settings["tool"]["publishing"]["repository"]
    return url
