// Providing Python for a page that needs it.

import { limitWait } from "../core/wait_limit.js";
import { bootFailed, SuperTokensError, throwRefusal } from "../errors.js";
import { bootPython } from "./boot.js";
import { START_TIMEOUT } from "./schedule.js";

/** @import {PendingCore} from "../core/pending.js" */
/** @import {Readiness} from "../core/readiness.js" */
/** @import {Shim} from "../page/shim.js" */

/** @typedef {{from: string, booted: Promise<any>, isReady: boolean}} OwnPython an interpreter, and its source */

/** @param {"page" | "worker"} where Python was expected */
const pythonMissing = (where) =>
  bootFailed(
    `Python ${where === "page" ? "on this page" : "in a worker of this page"} has not called supertokens_pyodide.init().`,
    undefined,
    "Call it there. To let the SDK start an interpreter of its own, set globalThis.supertokensPyodide = { interpreter: 'own' }.",
  );

/**
 * Wait for the page's own Python, or start an interpreter.
 *
 * @param {Shim} shim
 * @param {PendingCore} pending
 * @param {"page" | "worker" | null} expected where the page's own Python will call init()
 */
export async function providePython(shim, pending, expected) {
  const { readiness } = pending;
  // The page's Python may call init(), and the page may call close(), at any time.
  const stillNeeded = () => shim.cores.pending === pending;
  if (expected) {
    if (expected === "worker") shim.workers?.want();
    limitWait(readiness, START_TIMEOUT, () => pythonMissing(expected));
    return;
  }
  try {
    const start = await startOf(shim, stillNeeded, readiness);
    if (!start || !stillNeeded()) return;
    const refusal = start(shim.bridge, shim.given.json);
    start.destroy();
    throwRefusal(refusal);
  } catch (error) {
    if (error instanceof SuperTokensError) throw error;
    throw bootFailed("Python could not be started on this page.", error);
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
  const { settings } = shim;
  const { indexURL, lockFileURL, wheels, pyodide } = settings;
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
  const python = { from, booted: bootPython(settings), isReady: false };
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
