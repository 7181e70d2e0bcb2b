"""What the publisher's settings decide is the same everywhere."""

import json
import tomllib

import pytest

from tests.conftest import ROOT
from tools import publishing

KNOWN = {
    "repository": "https://code.test/us/it",
    "documentation": "https://docs.test",
    "author": 'The "us"',
    "security-contact": "mailto:us@code.test",
}


def written(name):
    text = (ROOT / name).read_text("utf-8")
    changed = publishing.FILES[name](text, KNOWN)
    assert publishing.FILES[name](changed, publishing.read_settings()) == text
    return changed


def test_the_files_are_as_the_settings_say():
    assert publishing.main([]) == 0


def test_settings_reach_the_python_package():
    project = tomllib.loads(written("pyproject.toml"))["project"]
    assert project["authors"] == [{"name": 'The "us"'}]
    assert project["urls"] == {
        "Documentation": "https://docs.test",
        "Source": "https://code.test/us/it",
        "Changelog": "https://code.test/us/it/blob/main/CHANGELOG.md",
        "Issues": "https://code.test/us/it/issues",
    }


def test_settings_reach_the_npm_package():
    package = json.loads(written("package.json"))
    assert package["author"] == 'The "us"'
    assert package["homepage"] == "https://docs.test"
    assert package["repository"]["url"] == "git+https://code.test/us/it.git"
    assert package["bugs"]["url"] == "https://code.test/us/it/issues"


def test_settings_reach_the_security_policy():
    assert written("SECURITY.md").endswith("\n\n[contact]: mailto:us@code.test\n")


def test_settings_reach_the_texts_of_errors():
    assert '\nDOCUMENTATION = "https://docs.test"\n' in written(
        "py_frontend/supertokens_pyodide/_error.py"
    )


@pytest.mark.parametrize(
    ("headings", "links"),
    [
        (["Unreleased"], ["[Unreleased]: https://code.test/us/it/commits/HEAD"]),
        (
            ["Unreleased", "0.2.0", "0.1.0"],
            [
                "[Unreleased]: https://code.test/us/it/compare/v0.2.0...HEAD",
                "[0.2.0]: https://code.test/us/it/compare/v0.1.0...v0.2.0",
                "[0.1.0]: https://code.test/us/it/releases/tag/v0.1.0",
            ],
        ),
    ],
)
def test_every_version_of_the_changelog_has_a_link(headings, links):
    text = "\n".join(f"## [{heading}]\n" for heading in headings)
    changed = publishing.changelog(f"{text}\n[0.0.1]: https://example.com/old\n", KNOWN)
    assert changed == f"{text}\n" + "\n".join(links) + "\n"


def test_placeholders_are_known_as_such():
    assert publishing.placeholders(KNOWN) == []
    assert publishing.placeholders(KNOWN | {"repository": "https://example.com/x"}) == [
        "repository"
    ]
