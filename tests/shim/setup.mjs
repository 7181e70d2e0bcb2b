// Makes Node a bare page for the modules in js_shim/src, which look at their surroundings when they are
// imported. Every test file imports this file first, so that it also runs alone.

import { readFileSync } from "node:fs";

// What tools/build_shim.mjs puts into the bundles (js_shim/constants.d.ts).
const table = new URL("../../build/decision_table.json", import.meta.url);
globalThis.__TABLE__ = JSON.parse(readFileSync(table, "utf8"));
globalThis.__VERSION__ = "1.2.3";
globalThis.__WORKER__ = false;

globalThis.location = new URL("https://www.example.com/page");
globalThis.document = {
  baseURI: location.href,
  cookie: "",
  readyState: "complete",
  querySelectorAll: () => [],
  addEventListener() {},
};
// Node has a navigator from version 21 on, with Web Locks from 24 on: a test says itself what there is.
Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
globalThis.addEventListener ??= () => {};
globalThis.removeEventListener ??= () => {};
globalThis.XMLHttpRequest ??= class extends EventTarget {};

// A page may go although a timer is set; a process would wait for it.
const nativeTimeout = globalThis.setTimeout;
globalThis.setTimeout = (call, ms, ...args) => {
  const timer = nativeTimeout(call, ms, ...args);
  if (ms >= 30_000) timer.unref();
  return timer;
};

// A test that hangs ends its file: the other files are reported all the same.
const giveUp = () => {
  process.stderr.write(`${process.argv[1]} hangs.\n`);
  process.exit(1);
};
nativeTimeout(giveUp, 120_000).unref();
