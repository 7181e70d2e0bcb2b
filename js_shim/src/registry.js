// One shim a page or worker, whichever copy of this package comes first: a bundled one, a script tag's, or
// the one that the Python package carries. Python looks it up under the same key.

import { ownWorkers } from "./owner.js";
import { Shim } from "./shim.js";
import { IN_WORKER } from "./target.js";
import { WorkerShim } from "./worker.js";

const KEY = Symbol.for("supertokens-pyodide");
const registry = /** @type {Record<symbol, Shim | undefined>} */ (
  /** @type {unknown} */ (globalThis)
);
if (!registry[KEY]) {
  registry[KEY] = __WORKER__ && IN_WORKER ? new WorkerShim() : new Shim();
  ownWorkers(registry[KEY]);
}

export const shim = registry[KEY];
