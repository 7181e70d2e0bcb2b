"""Plain English: the words that prose does not use, in docs, docstrings, comments and messages."""

import ast
import io
import re
import subprocess
import tokenize

import pytest

from tests.conftest import ROOT
from tests.each import each

#: Patterns of words, and what to write instead.
WORDS = {
    "repl(?:y|ies|ied)": "response",
    "tells?|telling|told": "report, notify, return or show",
    "hears?|hearing|heard": "receive, or be notified",
    "lends?|lent": "share or proxy",
    "recalls?": "the step cache",
    "patience": "timeout",
    "awakens?": "restore",
    "amiss": "wrong",
    "dear": "expensive",
    "anew": "again",
    "whoever": "the caller",
    "whereupon": "then",
    "of late": "recently",
    "nobody": "no user, no caller, or unknown",
    "(?:were|be) it": "if",
    "(?:python|core|worker) (?:is|was) up": "has started, is ready",
}
#: Names in prose. (Reply is a public class, older than this list.)
NAMES = re.compile(r"`[^`\n]+`|\bReply\b|https?://\S+")
#: This file itself.
EXCEPTED = ["tests/unit/test_prose.py"]


def unwanted(text):
    """The unwanted words of a text, each with what to write instead."""
    text = NAMES.sub("", text).lower()
    return {
        word: instead
        for pattern, instead in WORDS.items()
        for word in re.findall(rf"\b(?:{pattern})\b", text)
    }


def is_sentence(text):
    return re.search(r"(?:[A-Za-z]+ ){3}", text) and not re.search(r"[=;{}<>]", text)


def passages_of_markdown(text):
    yield re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def passages_of_python(text):
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Constant(value=str() as value) if is_sentence(value):
                yield value
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield ast.get_docstring(node) or ""
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name.replace("_", " ")


def passages_of_javascript(text):
    for line in text.splitlines():
        if comment := re.search(r"^\s*/?\*.*|(?:^|\s)//.*|/\*\*.*", line):
            yield comment[0]
        for texts in re.findall(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`', line):
            yield from filter(is_sentence, texts)


READERS = {
    ".md": passages_of_markdown,
    ".py": passages_of_python,
    ".js": passages_of_javascript,
    ".mjs": passages_of_javascript,
}


def written_files():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in READERS and name not in EXCEPTED and path.is_file():
            yield name


@each("name", written_files())
def test_prose_has_no_unwanted_word(name):
    path = ROOT / name
    passages = READERS[path.suffix](path.read_text("utf-8"))
    assert unwanted("\n".join(passages)) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Whoever is told of it.", {"whoever", "told"}),
        ("The `reply` of a Reply", set()),
        ("The listener is called again.", set()),
        ("until Python is up", {"python is up"}),
    ],
)
def test_unwanted_words_are_found_outside_of_names(text, words):
    assert unwanted(text).keys() == words


@pytest.mark.parametrize(
    ("passages", "text"),
    [
        (passages_of_markdown, "Text anew\n"),
        (passages_of_python, '"""It is made anew."""\n'),
        (passages_of_python, "x = 1  # anew\n"),
        (passages_of_python, 'raise ValueError("It is made anew.")\n'),
        (passages_of_python, "def test_it_is_made_anew():\n    pass\n"),
        (passages_of_javascript, "/**\n * Made anew\n */\n"),
        (passages_of_javascript, "f(); // made anew\n"),
        (passages_of_javascript, 'test("it is made anew", () => {});\n'),
    ],
)
def test_every_kind_of_prose_is_read(passages, text):
    assert "anew" in " ".join(passages(text))


@pytest.mark.parametrize(
    ("passages", "text"),
    [
        (passages_of_markdown, "Text\n```\nanew\n```\n"),
        (passages_of_python, "anew = 'anew'\n"),
        (passages_of_javascript, 'anew["anew"]();\n'),
    ],
)
def test_code_is_no_prose(passages, text):
    assert "anew" not in " ".join(passages(text))
