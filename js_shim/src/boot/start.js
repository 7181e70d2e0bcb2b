// Providing Python for a page that has called init().

import { bootFailed, SuperTokensError, throwRefusal } from "../errors.js";
import { IN_WORKER } from "../platform.js";
import { bootPython, expectedPython } from "./boot.js";
import { due, reportStart, startsAtOnce } from "./schedule.js";

/** @import {PendingCore} from "../core/pending.js" */
/** @import {Readiness} from "../core/readiness.js" */
/** @import {Shim} from "../page/shim.js" */
/** @import {BootSettings} from "./boot.js" */

// How long a request waits for the page's own Python, or for another worker after one has ended: enough for
// the first download on a slow network.
export const START_TIMEOUT = 120_000;

// The script tag that contains this module may have the attribute data-interpreter.
const { interpreter } = (IN_WORKER ? undefined : globalThis.document?.currentScript?.dataset) ?? {};

/** @typedef {{from: string, booted: Promise<any>, isReady: boolean}} OwnPython an interpreter, and its source */

/** The settings that the page has made before it loaded the shim. @returns {BootSettings} */
export const settings = () => ({
  ...(interpreter && { interpreter }),
  .../** @type {any} */ (globalThis).supertokensPyodide,
});

/** @param {"page" | "worker"} where Python was expected */
const pythonMissing = (where) =>
  bootFailed(
    `Python ${where === "page" ? "on this page" : "in a worker of this page"} has not called supertokens_pyodide.init().`,
    undefined,
    "Call it there. To let the SDK start an interpreter of its own, set globalThis.supertokensPyodide = { interpreter: 'own' }.",
  );

/** @param {unknown} error */
function asBootFailure(error) {
  if (error instanceof SuperTokensError) return error;
  return bootFailed("Python could not be started on this page.", error);
}

/**
 * Wait for the page's own Python, or start an interpreter when it is time. All waiting callers get a failure.
 *
 * @param {Shim} shim
 * @param {PendingCore} pending
 */
export async function startPython(shim, pending) {
  const { readiness } = pending;
  // The page's Python may call init(), and the page may call close(), at any time.
  const stillNeeded = () => shim.cores.pending === pending;
  try {
    const expected = await expectedPython(settings());
    if (!stillNeeded()) return;
    if (expected) {
      if (expected === "worker") shim.workers?.want();
      readiness.limit(START_TIMEOUT, () => pythonMissing(expected));
      return;
    }
    pending.isStarting = startsAtOnce(settings());
    const reason = await due(settings(), pending.needed);
    pending.isStarting = true;
    if (!stillNeeded()) return;
    reportStart(settings(), reason);
    if (!stillNeeded()) return; // onStart may have called close()
    const start = await startOf(shim, stillNeeded, readiness);
    if (!start || !stillNeeded()) return;
    const refusal = start(shim.bridge, shim.given.json);
    start.destroy();
    throwRefusal(refusal);
  } catch (error) {
    readiness.fail(asBootFailure(error));
  }
}

/**
 * The function of Python that connects a core.
 *
 * @param {Shim} shim
 * @param {() => boolean} stillNeeded
 * @param {Readiness} readiness
 * @returns {Promise<any>} undefined if it is no longer needed
 */
async function startOf(shim, stillNeeded, readiness) {
  const before = shim.python;
  for (;;) {
    const python = ownPython(shim, stillNeeded, readiness);
    const pyodide = await python.booted;
    if (!stillNeeded()) return undefined;
    try {
      return pyodide.pyimport("supertokens_pyodide._browser.entry.start");
    } catch (error) {
      // An interpreter that was kept may have died meanwhile.
      if (shim.python === python) shim.python = null;
      if (python !== before) throw error;
    }
  }
}

/**
 * The interpreter of the SDK's own: booted once, and kept for an init() after close().
 *
 * @param {Shim} shim
 * @param {() => boolean} stillNeeded
 * @param {Readiness} readiness
 * @returns {OwnPython}
 */
function ownPython(shim, stillNeeded, readiness) {
  const { indexURL, lockFileURL, wheels, pyodide } = settings();
  const from = JSON.stringify([indexURL, lockFileURL, wheels, Boolean(pyodide)]);
  const kept = shim.python;
  if (kept?.from === from) {
    // Its files were not watched between close() and init(): a missing file was not noticed.
    const late = () => {
      if (kept.isReady || !stillNeeded()) return;
      if (shim.python === kept) shim.python = null;
      readiness.fail(bootFailed("Python was not started in time.", undefined, "Check indexURL."));
    };
    if (!kept.isReady) setTimeout(late, START_TIMEOUT);
    return kept;
  }
  /** @type {OwnPython} */
  const python = { from, booted: bootPython(settings()), isReady: false };
  shim.python = python;
  python.booted.then(
    () => {
      python.isReady = true;
    },
    () => {
      if (shim.python === python) shim.python = null;
    },
  );
  return python;
}
