import "./setup.mjs";
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Worker as Thread } from "node:worker_threads";
import { loadPart } from "../../js_shim/src/boot/part_url.js";
import { Shim } from "../../js_shim/src/page/shim.js";
import * as part from "../../js_shim/src/python_part.js";
import { watchWorkers } from "../../js_shim/src/worker/owned_worker.js";
import { GREETING } from "../../js_shim/src/worker/wire.js";

const here = (path) => new URL(path, import.meta.url).href;
const FAKE = here("fake_site/supertokens.python.mjs");
const PYODIDE = here("fake_site/pyodide/");

/** A page of its own, whose script has this address: it posts the address of the second file. */
function pageOf(src, indexURL) {
  const code = `(async () => {
    await import("${here("setup.mjs")}");
    document.currentScript = { src: "${src}", dataset: {} };
    globalThis.supertokensPyodide = { indexURL: "${indexURL}" };
    const { loadPart } = await import("${here("../../js_shim/src/boot/part_url.js")}");
    require("node:worker_threads").parentPort.postMessage((await loadPart()).address);
  })()`;
  return new Thread(code, { eval: true });
}

/** Web Locks that are free. */
class Locks {
  held = [];

  async request(name, _how, act) {
    this.held.push(name);
    await act();
    this.held.splice(this.held.indexOf(name), 1);
  }
}

beforeEach(() => {
  globalThis.supertokensPyodide = undefined;
});

describe("the file of the part for Python", () => {
  test("its address may be set", async () => {
    globalThis.supertokensPyodide = { pythonPart: FAKE };
    assert.equal((await loadPart()).version, "of the fake site");
  });

  test("a script that does not know its own address looks above Pyodide's folder", async () => {
    globalThis.supertokensPyodide = { indexURL: PYODIDE };
    assert.equal((await loadPart()).version, "of the fake site");
  });

  test("after a failure it can be loaded, although browsers keep failed imports", async () => {
    const folder = mkdtempSync(join(tmpdir(), "part-"));
    const file = join(folder, "supertokens.python.mjs");
    globalThis.supertokensPyodide = { pythonPart: pathToFileURL(file).href };
    try {
      writeFileSync(file, 'throw new Error("not yet")'); // Node keeps this failure
      await assert.rejects(loadPart(), /not yet/);
      writeFileSync(file, "export const version = 'later'");
      assert.equal((await loadPart()).version, "later");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  for (const [what, src, indexURL, address] of [
    ["has the query of the script's", here("fake_site/supertokens.iife.js?v=3"), "", `${FAKE}?v=3`],
    ["is above Pyodide's folder", "blob:null/1", PYODIDE, FAKE],
  ]) {
    test(`its address ${what}`, async () => {
      const page = pageOf(src, indexURL);
      const [found] = await once(page, "message");
      assert.equal(found, address);
    });
  }

  test("if it is nowhere, the error is that of the place beside the script", async () => {
    const page = pageOf(here("beside/supertokens.iife.js"), here("nowhere/pyodide/"));
    const [{ message }] = await once(page, "error");
    assert.match(message, /beside.supertokens\.python\.mjs/);
  });

  test("without any address it cannot be loaded", async () => {
    await assert.rejects(loadPart(), /does not know its own address/);
  });
});

describe("a page's part for Python", () => {
  test("it is loaded once", async () => {
    const shim = new Shim();
    assert.deepEqual([shim.part, shim.bridge, shim.workers], [null, null, null]);
    const [one, other] = await Promise.all([shim.withPart(), shim.withPart()]);
    assert.ok(one === other && shim.part === one);
    const { bridge } = shim;
    assert.equal(shim.use({ ...part }), one);
    assert.ok(bridge && shim.bridge === bridge);
  });

  test("if another copy of the package brings it first, its own file does not matter", async () => {
    const shim = new Shim();
    shim.version = "1.0.0"; // its own file is of another version
    const waiting = shim.withPart();
    shim.use(part);
    assert.equal(await waiting, part);
  });

  test("one of another version is refused", async () => {
    const shim = new Shim();
    shim.version = "1.0.0";
    await assert.rejects(shim.withPart(), {
      code: "BOOT_FAILED",
      message:
        "Two versions of supertokens-pyodide are on this page: 1.0.0 was loaded first, and 1.2.3 cannot use it.",
    });
    assert.equal(shim.part, null);
    shim.version = "1.2.3";
    assert.equal(await shim.withPart(), shim.part); // it is tried again
  });
});

describe("a worker that starts before the part for Python has been loaded", () => {
  const native = class extends EventTarget {
    terminate() {}
  };
  let shim;
  let worker;

  beforeEach(() => {
    Object.defineProperty(navigator, "locks", { configurable: true, value: new Locks() });
    shim = new Shim();
    shim.version = "1.0.0"; // its own file is of another version
    globalThis.Worker = native;
    watchWorkers(shim);
    worker = new globalThis.Worker("/worker.js");
  });
  afterEach(() => {
    delete globalThis.Worker;
    delete navigator.locks;
  });

  const greet = () => {
    const { port1, port2 } = new MessageChannel();
    const event = new Event("message");
    worker.dispatchEvent(Object.assign(event, { data: GREETING, ports: [port2] }));
    return port1;
  };

  test("it learns that the page has the shim, and is served, however the part arrives", async () => {
    const port = greet();
    await assert.rejects(shim.withPart(), { code: "BOOT_FAILED" });
    assert.deepEqual(navigator.locks.held, []);
    shim.use(part);
    port.postMessage({ id: 1, name: "join", args: [{}] });
    const { data } = await new Promise((got) => {
      port.onmessage = got;
    });
    port.close();
    assert.equal(data.error.code, "BOOT_FAILED"); // "join" of another version
    assert.deepEqual(navigator.locks.held, [
      "supertokens-pyodide-owner https://www.example.com/worker.js",
    ]);
    worker.terminate();
    await setImmediate();
    assert.deepEqual(navigator.locks.held, []);
  });

  test("one that has ended by then is forgotten", async () => {
    const port = greet();
    port.ref(); // until it is closed
    worker.terminate();
    shim.use(part);
    await new Promise((closed) => port.on("close", closed));
    await setImmediate();
    assert.deepEqual(navigator.locks.held, []);
  });
});
