"""A page's life in JavaScript: init() and init() again, before and after Python, in node."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools import decision_table

TABLE = json.dumps(decision_table.make())
PROGRAM = Path(__file__).with_name("page_life.mjs")


def played(scenario, *arguments):
    run = subprocess.run(
        ["node", PROGRAM, scenario, *arguments],
        input=TABLE,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_a_misspelt_option_is_refused_at_init_by_the_callers_name():
    found = played("misspelt")
    meant = ["apiDomain", "tokenTransferMethod", "apiBasePath", "preAPIHook", "functions"]
    for text, name in zip(found["refused"], meant, strict=True):
        assert text.startswith("CONFIG_INVALID: ")
        assert text.endswith(f"Did you mean '{name}'?")
    assert found["opened"] is False
    assert found["said"] == []


def test_a_value_of_another_type_is_refused_at_init():
    found = played("wrong_values")
    told = [
        "'apiDomain' is missing",
        "'apiDomain' is 5. Give a text.",
        "'tokenTransferMethod' is 'x'. Give 'cookie' or 'header'.",
        "'isInIframe' is 'yes'. Give true or false.",
        "'sessionExpiredStatusCode' is '401'. Give a number.",
        "'preAPIHook' is 5. Give a function.",
        "'onHandleEvent' is 'x'. Give a function.",
        "'override' is ",
        "'override' is an object. Give an object with a function as its 'functions'.",
    ]
    for text, part in zip(found["refused"], told, strict=True):
        assert text.startswith(f"CONFIG_INVALID: Option {part}")
    assert "'apiDomain' is missing" in found["none"]
    assert found["later"] == "CONFIG_INVALID"
    assert found["taken"] is None
    assert found["opened"] is True


def test_an_option_that_nobody_knows_is_ignored_with_a_warning():
    found = played("unknown")
    assert found["options"] == {"apiDomain": "https://api.example.com", "override": {}}
    [scope, override] = found["said"]
    assert "'sessionScope' is unknown and is ignored" in scope
    assert "'openId' is unknown and is ignored" in override


def test_functions_of_a_repeated_init_replace_the_earlier_ones_and_defaults_are_equal():
    found = played("again")
    assert found == {"seen": ["event 3", "hook 3", "lock 3"], "user": "user 3"}


def test_a_function_that_cannot_be_replaced_is_refused_by_name():
    again, the_same, *refused = played("fixed")
    assert again is the_same is None
    names = ["cookieHandler", "windowHandler", "dateProvider", "lockFactory"]
    for text, name in zip(refused, [*names, "addXMLHttpRequestInterceptor"], strict=True):
        assert text.startswith("ALREADY_INITIALISED: ")
        assert name in text


def test_functions_of_javascript_count_after_an_init_of_python():
    found = played("after_python")
    assert found["seen"] == ["JavaScript's"]
    assert found["user"] == "mine"
    assert found["asked"][0]["preAPIHook"] is True
    assert "cookieHandler cannot be replaced" in found["refused"]


def test_overrides_stack_as_those_of_supertokens_js_override():
    found = played("builder")
    assert found["untouched"] is True
    assert found["texts"] == [
        "one(a)",
        "top(two(one(a)))",
        "changed in place",
        "this: b: b",
        "two(one(a))",
    ]


def test_a_shim_of_another_version_is_refused():
    found = played("two_versions")
    assert found["rejected"] == ["BOOT_FAILED"] * 3
    for text in found["thrown"]:
        assert "1.0.0 came first" in text
        assert "1.2.3" in text


def test_an_error_that_stands_for_a_response_can_be_read_as_one():
    found = played("response")
    message, hint = "It was answered with 503.", "Check apiDomain."
    assert found["texts"] == [
        message,
        hint,
        f"RefreshUnavailable: {message} {hint}",
        "Check api_domain.",
    ]
    assert found["stack"] is True
    assert found["response"][:2] == [False, 503]
    body = '{"message":"maintenance"}'
    assert found["bodies"] == [json.loads(body), body, body]
    assert "response" not in found["printed"]
    text = f"RefreshUnavailable: {message} Check api_domain."
    assert found["without"] == ["undefined", "none", text]
    assert found["general"] == "GeneralError: For the user."


def test_the_sdks_own_interpreter_outlives_close_and_is_replaced_once_it_has_died():
    found = played("kept")
    assert found["early"] == "CLOSED"
    assert found["boots"] == [1, 1, 1, 2, 2]
    assert found["value"] == "value"


def test_a_bundler_keeps_an_import_that_is_there_for_its_effects(tmp_path):
    manifest = json.loads((ROOT / "package.json").read_text("utf-8"))
    package = tmp_path / "node_modules" / "supertokens-pyodide"
    # What is under utils/ has no effects: it gives names that the main entry has as well.
    no_page_has = ["package.json", "js_shim/cli/", "/utils/"]
    exports = {
        name: entry
        for name, entry in manifest["exports"].items()
        if not any(part in str(entry) for part in no_page_has)
    }
    exported = exports.values()
    paths = [entry if isinstance(entry, str) else entry["default"] for entry in exported]
    for path in paths:
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(f"console.log({path!r});", "utf-8")
    shutil.copy(ROOT / "package.json", package)
    imports = "".join(f'import "supertokens-pyodide{name[1:]}";' for name in exports)
    (tmp_path / "app.mjs").write_text(imports, "utf-8")
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    command = [esbuild, "app.mjs", "--bundle", "--format=esm"]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True
    )
    assert [path for path in paths if path not in run.stdout] == []


@pytest.mark.parametrize("index", ["/", "./"])
def test_a_page_in_pyodides_directory_may_miss_files_and_call_its_api(index):
    found = played("early", index)
    assert found["carried"] == {
        "/missing": True,
        "/api/x": True,
        "/api/report.zip": True,
        "/api/app.js": True,
        "/missing.css": True,
        "/a/wheel-1-py3-none-any.whl": False,
        "/pyodide.asm.wasm": False,
        "/api/late.js": False,
    }
    assert found["state"] == "waits"
    assert "/python_stdlib.zip was answered with 404" in found["after"]


def test_a_user_context_that_json_cannot_write_disturbs_no_event():
    event = {"action": "SIGN_OUT", "userContext": {}}
    assert played("context_that_json_cannot_write") == {
        "seen": [True],
        "told": [event],
        "ended": "ended",
    }


def test_listed_wheels_need_no_micropip_and_its_absence_is_named():
    found = played("installing")
    ours, jwt = found["listed"]["asked"]
    assert ours.startswith("https://www.example.com/wheels/supertokens_pyodide-")
    asked = {
        "listed": [ours, jwt],
        "half": [ours, "pyjwt"],
        "resolved": [ours, "micropip", "micropip: pyjwt"],
        # The real one finds what is needed by itself.
        "named": ["micropip", "micropip: supertokens-pyodide==1.2.3", "micropip: pyjwt"],
    }
    for name, names in asked.items():
        assert found[name]["error"] is None
        assert found[name]["asked"] == names
    for name in ("noMicropip", "noJwt", "noWheel"):
        error = found[name]["error"]
        assert error["name"] == "BootFailed"
        assert "indexURL" not in error["text"]
        assert "no " in error["cause"]  # what Pyodide itself has reported
    for name in ("noMicropip", "noJwt"):
        assert "micropip, which finds packages by name" in found[name]["error"]["text"]
    assert "PyJWT" in found["noJwt"]["error"]["text"]
    assert "could not be installed" in found["noWheel"]["error"]["text"]


def test_an_import_that_a_bundler_has_replaced_is_recognised():
    assert played("installing")["replaced"] == [True] * 4 + [False] * 3


def test_a_reference_gives_the_sessions_own_handlers():
    found = played("references")
    assert found["early"] == ["Error", "Error", "Error", "Error"]
    assert found["cookies"] == ["a=1", "a=1; b=2", "a=1; b=2"]
    assert found["host"] == "www.example.com"
    assert found["skew"] == [0, 7, True]
    assert found["locks"] == [True, False, True]
    assert found["validators"] == ["from another recipe", "of this call"]
    assert found["late"] == ["Error", "Error", "Error", "Error"]
    assert found["oneClass"] is True


def test_a_handler_that_was_registered_before_init_is_the_sessions():
    found = played("registered")
    assert found["same"] == [True, True, True]
    assert found["made"] == {"cookies": 1, "window": 1, "clock": 1}
    assert found["kept"] == "a=1"
    assert found["read"] == "a=1"
    assert found["host"] == "www.other.example"
    assert found["again"] is None
