// Having Python up for a page that has called init().

import { bootFailed, SuperTokensError, throwRefusal } from "../errors.js";
import { IN_WORKER } from "../platform.js";
import { bootPython, expectedPython } from "./boot.js";
import { due, reportStart, startsAtOnce } from "./schedule.js";

/**
 * @typedef {import("../core/arrival.js").Arrival} Arrival
 * @typedef {import("../core/pending.js").PendingCore} PendingCore
 */

// How long a request waits for Python that the page runs itself, or for another worker when one has ended: a
// slow network's first download.
export const START_TIMEOUT = 120_000;

// The script tag with this in it may have the attribute data-interpreter.
const { interpreter } = (IN_WORKER ? undefined : globalThis.document?.currentScript?.dataset) ?? {};

/** @typedef {{from: string, booted: Promise<any>, isUp: boolean}} OwnPython an interpreter, and where it is from */

/** What the page has set before it loaded the shim. @returns {import("./boot.js").BootSettings} */
export const settings = () => ({
  ...(interpreter && { interpreter }),
  .../** @type {any} */ (globalThis).supertokensPyodide,
});

/** @param {"page" | "worker"} where it was expected */
const pythonMissing = (where) =>
  bootFailed(
    `Python ${where === "page" ? "on this page" : "in a worker of this page"} has not called supertokens_pyodide.init().`,
    undefined,
    "Call it there; or, for an interpreter of the SDK's own, set globalThis.supertokensPyodide = { interpreter: 'own' }.",
  );

/** @param {unknown} error */
function asBootFailure(error) {
  if (error instanceof SuperTokensError) return error;
  return bootFailed(
    "Python could not be started on this page.",
    error,
    "The cause says why; usually indexURL or a wheel's URL is wrong, or a CSP lacks 'wasm-unsafe-eval'.",
  );
}

/**
 * Wait for Python that the page runs, or start an interpreter when it is due; a failure is for whoever waits.
 *
 * @param {import("../page/shim.js").Shim} shim
 * @param {PendingCore} pending
 */
export async function startPython(shim, pending) {
  const { arrival } = pending;
  // Python that the page runs may call init(), and close() may come, at any time.
  const stillNeeded = () => shim.cores.pending === pending;
  try {
    const expected = await expectedPython(settings());
    if (!stillNeeded()) return;
    if (expected) {
      if (expected === "worker") shim.workers?.want();
      arrival.limit(START_TIMEOUT, () => pythonMissing(expected));
      return;
    }
    pending.isStarting = startsAtOnce(settings());
    const reason = await due(settings(), pending.needed);
    pending.isStarting = true;
    if (!stillNeeded()) return;
    reportStart(settings(), reason);
    const start = await startOf(shim, stillNeeded, arrival);
    if (!start || !stillNeeded()) return;
    const refusal = start(shim.bridge, shim.given.json);
    start.destroy();
    throwRefusal(refusal);
  } catch (error) {
    arrival.fail(asBootFailure(error));
  }
}

/**
 * The function of Python that connects a core.
 *
 * @param {import("../page/shim.js").Shim} shim
 * @param {() => boolean} stillNeeded
 * @param {Arrival} arrival
 * @returns {Promise<any>} nothing if it is not needed any more
 */
async function startOf(shim, stillNeeded, arrival) {
  const before = shim.python;
  for (;;) {
    const python = ownPython(shim, stillNeeded, arrival);
    const pyodide = await python.booted;
    if (!stillNeeded()) return undefined;
    try {
      return pyodide.pyimport("supertokens_pyodide._browser.entry.start");
    } catch (error) {
      // One that was kept may have died since.
      if (shim.python === python) shim.python = null;
      if (python !== before) throw error;
    }
  }
}

/**
 * The interpreter of the SDK's own: booted once, and kept for the init() after a close().
 *
 * @param {import("../page/shim.js").Shim} shim
 * @param {() => boolean} stillNeeded
 * @param {Arrival} arrival
 * @returns {OwnPython}
 */
function ownPython(shim, stillNeeded, arrival) {
  const { indexURL, lockFileURL, wheels, pyodide } = settings();
  const from = JSON.stringify([indexURL, lockFileURL, wheels, Boolean(pyodide)]);
  const kept = shim.python;
  if (kept?.from === from) {
    // Nobody watched its files between close() and init(): one that is missing ends no boot.
    const late = () => {
      if (kept.isUp || !stillNeeded()) return;
      if (shim.python === kept) shim.python = null;
      arrival.fail(bootFailed("Python was not started in time.", undefined, "Check indexURL."));
    };
    if (!kept.isUp) setTimeout(late, START_TIMEOUT);
    return kept;
  }
  /** @type {OwnPython} */
  const python = { from, booted: bootPython(settings()), isUp: false };
  shim.python = python;
  python.booted.then(
    () => {
      python.isUp = true;
    },
    () => {
      if (shim.python === python) shim.python = null;
    },
  );
  return python;
}
