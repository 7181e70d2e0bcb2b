"""Plain English: the words that prose does not use, in docs, docstrings, comments and messages."""

import ast
import io
import re
import subprocess
import tokenize

import pytest

from tests.conftest import ROOT

#: What to write instead.
WORDS = {
    "repl(?:y|ies|ied)": "response",
    "tells?|telling|told": "report, notify or fire",
    "hears?|hearing|heard": "receive, or be notified of",
    "lends?|lent": "share or proxy",
    "recalls?": "step cache",
    "patience": "timeout",
    "awakens?": "restore",
    "amiss": "wrong",
    "dear": "expensive",
    "anew": "again",
    "whoever": "the caller",
    "whereupon": "then",
    "of late": "recently",
    "nobody": "no user, no caller or unknown",
    "(?:were|be) it": "if",
    "python is up": "Python has started",
}
UNWANTED = re.compile("|".join(rf"\b(?:{word})\b" for word in WORDS))
#: Names in prose, and sentences of others.
NAMES = re.compile(r"`[^`\n]+`|\bReply\b|https?://\S+")
#: Other projects' texts, and data that looks like a sentence.
PERMITTED = {
    "tests/unit/test_prose.py",
}


def found(text):
    """The unwanted words of a text."""
    return [each[0] for each in UNWANTED.finditer(NAMES.sub("", text).lower())]


def is_sentence(text):
    return len(re.findall(r"[A-Za-z]{2,} ", text)) > 2 and not re.search(r"[=;{}<>]", text)


def markdown(text):
    return [re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)]


def python(text):
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if is_sentence(node.value):
                yield node.value
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield ast.get_docstring(node) or ""
            if node.name.startswith("test_"):
                yield node.name.replace("_", " ")


def javascript(text):
    for line in text.splitlines():
        if comment := re.search(r"^\s*(?:/?\*+|//)(.*)|\s//(.*)|/\*\*(.*?)\*/", line):
            yield comment[0]
        else:
            yield from filter(is_sentence, re.findall(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`', line)[0:0])
            for either in re.findall(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`', line):
                yield from filter(is_sentence, either)


READERS = {".md": markdown, ".py": python, ".js": javascript, ".mjs": javascript}


def files():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in READERS and path.is_file() and name not in PERMITTED:
            yield name


@pytest.mark.parametrize("name", files())
def test_prose_uses_the_fields_words(name):
    text = (ROOT / name).read_text("utf-8")
    passages = READERS[(ROOT / name).suffix](text)
    assert [word for passage in passages for word in found(passage)] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Whoever is told of it.", ["whoever", "told"]),
        ("The `reply` of a Reply", []),
        ("The listener is called again.", []),
        ("if Python is up", ["python is up"]),
    ],
)
def test_unwanted_words_are_found_outside_of_names(text, words):
    assert found(text) == words
