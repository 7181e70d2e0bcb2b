"""Keep the publisher's settings the same everywhere.

The settings are [tool.publishing] in pyproject.toml. They are repeated in both packages' metadata,
in the links at the end of CHANGELOG.md and SECURITY.md, and in the address that errors contain.
Without an argument this compares, with --write it writes.
"""

import json
import re
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# A domain that cannot be owned (RFC 2606): a placeholder for a fact that is not known yet.
PLACEHOLDER = "example.com"

Settings = dict[str, str]


def read_settings(root: Path = ROOT) -> Settings:
    settings: Settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"][
        "publishing"
    ]
    return settings


def placeholders(settings: Settings) -> list[str]:
    """The settings that are not known yet."""
    return [name for name, value in settings.items() if PLACEHOLDER in value]


def pyproject(text: str, settings: Settings) -> str:
    repository = settings["repository"]
    urls = {
        "Documentation": settings["documentation"],
        "Source": repository,
        "Changelog": f"{repository}/blob/main/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }
    table = "".join(f"{name} = {json.dumps(url)}\n" for name, url in urls.items())
    author = f"authors = [{{ name = {json.dumps(settings['author'])} }}]"
    text = re.sub(r"^authors = .*$", lambda _: author, text, count=1, flags=re.MULTILINE)
    return re.sub(
        r"(?<=^\[project\.urls\]\n)(?:\w+ = .*\n)*", lambda _: table, text, flags=re.MULTILINE
    )


def package_json(text: str, settings: Settings) -> str:
    package = json.loads(text)
    ours = {
        "author": settings["author"],
        "homepage": settings["documentation"],
        "repository": {"type": "git", "url": f"git+{settings['repository']}.git"},
        "bugs": {"url": f"{settings['repository']}/issues"},
    }
    # After the license, wherever they were before.
    written = {}
    for name, value in package.items():
        if name not in ours:
            written[name] = value
        if name == "license":
            written |= ours
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def with_links(text: str, links: dict[str, str]) -> str:
    """The page with these link definitions at its end, in place of the existing ones."""
    prose = re.sub(r"\n*^\[[^]]+\]: \S+$", "", text, flags=re.MULTILINE).rstrip("\n")
    return prose + "\n\n" + "".join(f"[{name}]: {url}\n" for name, url in links.items())


def changelog(text: str, settings: Settings) -> str:
    repository = settings["repository"]
    versions = re.findall(r"^## \[(\d[^]]*)\]", text, re.MULTILINE)
    since = f"compare/v{versions[0]}...HEAD" if versions else "commits/HEAD"
    links = {"Unreleased": f"{repository}/{since}"}
    for version, earlier in pairwise([*versions, None]):
        what = f"compare/v{earlier}...v{version}" if earlier else f"releases/tag/v{version}"
        links[str(version)] = f"{repository}/{what}"
    return with_links(text, links)


def security(text: str, settings: Settings) -> str:
    return with_links(text, {"contact": settings["security-contact"]})


def error_module(text: str, settings: Settings) -> str:
    address = f"DOCUMENTATION = {json.dumps(settings['documentation'])}"
    return re.sub(r"^DOCUMENTATION = .*$", lambda _: address, text, count=1, flags=re.MULTILINE)


FILES = {
    "pyproject.toml": pyproject,
    "package.json": package_json,
    "CHANGELOG.md": changelog,
    "SECURITY.md": security,
    "py_frontend/supertokens_pyodide/_error.py": error_module,
}


def main(arguments: list[str]) -> int:
    settings = read_settings()
    differing = []
    for name, written in FILES.items():
        path = ROOT / name
        text = path.read_text("utf-8")
        if (wanted := written(text, settings)) != text:
            differing.append(name)
            if "--write" in arguments:
                path.write_text(wanted, "utf-8")
    if differing and "--write" not in arguments:
        print(
            f"{', '.join(differing)}: not as [tool.publishing] in pyproject.toml says. "
            "Run `make settings`.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
