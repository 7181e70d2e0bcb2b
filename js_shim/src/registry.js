// One shim for each page or worker: that of the first copy of this package (a bundle, a script tag, or the
// Python package). Python looks it up under the same key.

import { twoVersions } from "./errors.js";
import { Shim } from "./page/shim.js";
import { IN_BROWSER, IN_WORKER } from "./platform.js";
import { watchWorkers } from "./worker/owned_worker.js";
import { WorkerShim } from "./worker/worker_shim.js";

/** @import {PythonPart} from "./page/shim.js" */

const KEY = Symbol.for("supertokens-pyodide");
const registry = /** @type {Record<symbol, Shim | undefined>} */ (
  /** @type {unknown} */ (globalThis)
);
if (!registry[KEY]) {
  const first = __WORKER__ && IN_WORKER ? new WorkerShim() : new Shim();
  registry[KEY] = first;
  watchWorkers(first);
  // Python on the page may call init() at any time.
  if (IN_BROWSER && !IN_WORKER) addEventListener("DOMContentLoaded", () => first.preload());
}

export const shim = sameVersion(registry[KEY]);

/**
 * Give the page's shim the part for Python, which this copy of the package has with it.
 *
 * @param {PythonPart} part
 */
export function use(part) {
  const first = registry[KEY];
  if (first?.version === __VERSION__) first.use(part);
}

/**
 * @param {Shim} first the page's shim
 * @returns {Shim} the same; if its version differs, a replacement that refuses every call
 */
function sameVersion(first) {
  const { version } = first;
  if (version === __VERSION__) return first;
  const refused = async () => {
    throw twoVersions(version, __VERSION__);
  };
  return new Proxy(first, {
    get(_, name) {
      if (name === "call" || name === "ready") return refused;
      throw twoVersions(version, __VERSION__);
    },
  });
}
