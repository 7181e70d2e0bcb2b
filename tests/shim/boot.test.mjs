import "./setup.mjs";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bootPython } from "../../js_shim/src/boot/boot.js";
import { isReplaced } from "../../js_shim/src/boot/import_url.js";
import { relativeWheels } from "../../js_shim/src/worker/relative_wheels.js";

const OURS = "https://www.example.com/wheels/supertokens_pyodide-1-py3-none-any.whl";
const JWT = "https://www.example.com/wheels/pyjwt-2-py3-none-any.whl";
const MODULES = { [OURS]: "supertokens_pyodide", [JWT]: "jwt", pyjwt: "jwt" };
const STOCK = ["micropip", "numpy"];

/** An interpreter whose lock file names these packages, and for which these can be loaded. */
function pyodideWith(asked, lock, has) {
  const installed = new Set();
  const load = (name) => installed.add(MODULES[name] ?? name.replace("-", "_"));
  return {
    lockfile: { packages: Object.fromEntries(lock.map((name) => [name, {}])) },
    async loadPackage(names, { errorCallback }) {
      for (const name of [names].flat()) {
        asked.push(name);
        if (has.includes(name)) load(name);
        else errorCallback(`no ${name}`);
      }
    },
    pyimport(name) {
      if (name === "micropip") {
        const install = async (what) => {
          asked.push(`micropip: ${what}`);
          load(what.split("==")[0]);
        };
        return { install, destroy() {} };
      }
      const find = (module) => (installed.has(module) ? { destroy() {} } : undefined);
      return Object.assign(find, { destroy() {} });
    },
  };
}

/** What a boot asks the interpreter for, and how it fails. */
async function boot({ wheels, lock = STOCK, has }) {
  const asked = [];
  const pyodide = pyodideWith(asked, lock, has);
  const error = await bootPython({ pyodide, wheels }).then(
    () => null,
    (reason) => reason,
  );
  return { asked, error };
}

describe("the packages that a boot installs", () => {
  for (const [what, given, expected] of [
    [
      "listed wheels need no micropip",
      { wheels: ["/wheels/supertokens_pyodide-1-py3-none-any.whl", JWT], has: [OURS, JWT] },
      [OURS, JWT],
    ],
    [
      "what is not listed is taken from the lock file",
      { wheels: [OURS], lock: [...STOCK, "pyjwt"], has: [OURS, "pyjwt"] },
      [OURS, "pyjwt"],
    ],
    [
      "what the lock file has not is taken from the package index",
      { wheels: [OURS], has: [OURS, "micropip"] },
      [OURS, "micropip", "micropip: pyjwt"],
    ],
    [
      "without wheels the package is taken from the package index in the shim's version",
      { has: ["micropip"] },
      // The real micropip finds what is needed by itself.
      ["micropip", "micropip: supertokens-pyodide==1.2.3", "micropip: pyjwt"],
    ],
  ]) {
    test(what, async () => {
      const { asked, error } = await boot(given);
      assert.equal(error, null);
      assert.deepEqual(asked, expected);
    });
  }

  for (const [what, given, parts] of [
    [
      "without micropip, its absence is named",
      { has: [] },
      ["micropip, which finds packages by name"],
    ],
    [
      "without micropip and PyJWT, both are named",
      { wheels: [OURS], has: [OURS] },
      ["micropip, which finds packages by name", "PyJWT"],
    ],
    [
      "a wheel that is missing is no matter of micropip",
      { wheels: [OURS, JWT], has: [JWT] },
      ["could not be installed"],
    ],
  ]) {
    test(what, async () => {
      const { error } = await boot(given);
      assert.equal(error.name, "BootFailed");
      for (const part of parts) assert.ok(String(error).includes(part), String(error));
      assert.ok(!String(error).includes("indexURL"), String(error));
      assert.ok(error.cause.message.includes("no "), "what Pyodide itself has reported");
    });
  }
});

describe("an import of Pyodide that a bundler has replaced", () => {
  const url = "https://www.example.com/pyodide.mjs";
  for (const [error, expected] of [
    [Object.assign(new Error("x"), { code: "MODULE_NOT_FOUND" }), true],
    [new Error(`Cannot find module '${url}'`), true],
    [new Error(`Dynamic require of "${url}" is not supported`), true],
    [new ReferenceError("require is not defined"), true],
    [new TypeError(`Failed to fetch dynamically imported module: ${url}`), false],
    [new Error("something of Pyodide's"), false],
    [undefined, false],
  ]) {
    test(`${error} (${error?.code}) is ${expected ? "" : "not "}recognised as one`, () => {
      assert.equal(isReplaced(error), expected);
    });
  }
});

describe("the wheels in a PyScript worker's config that PyScript cannot load", () => {
  for (const [config, wheels] of [
    ['{"packages": ["/wheels/a-1-py3-none-any.whl", "b"]}', ["/wheels/a-1-py3-none-any.whl"]],
    ["packages = ['a.whl', './b.whl', 'emfs:c.whl']", ["a.whl"]],
    ['{"packages": ["https://x.example/a.whl", "numpy"]}', []],
    ["./pyscript.toml", []],
    [null, []],
  ]) {
    test(`those of ${config}`, () => {
      document.querySelectorAll = () => [{ getAttribute: () => config }];
      assert.deepEqual(relativeWheels(), wheels);
    });
  }
});
