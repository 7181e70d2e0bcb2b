// Having Python up for a page that has called init().

import { bootPython, expectedPython } from "./boot.js";
import { bootFailed, SuperTokensError, throwRefusal } from "./errors.js";
import { IN_WORKER } from "./target.js";

/** @typedef {import("./gate.js").Gate} Gate */

// How long a request waits for Python that the page runs itself, or for another worker when one has ended: a
// slow network's first download.
export const START_TIMEOUT = 120_000;

// The script tag with this in it may have the attribute data-interpreter.
const { interpreter } = (IN_WORKER ? undefined : globalThis.document?.currentScript?.dataset) ?? {};

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
 * Wait for Python that the page runs, or start an interpreter; a failure is the gate's.
 *
 * @param {import("./shim.js").Shim} shim
 * @param {Gate} gate
 */
export async function startPython(shim, gate) {
  // Python that the page runs may call init(), and close() may come, at any time.
  const stillNeeded = () => shim.gate === gate && !shim.connection;
  try {
    const expected = await expectedPython(settings());
    if (!stillNeeded()) return;
    if (expected) {
      if (expected === "worker") shim.cores.want();
      gate.limit(START_TIMEOUT, () => pythonMissing(expected));
      return;
    }
    const pyodide = await bootPython(settings());
    if (!stillNeeded()) return;
    const start = pyodide.pyimport("supertokens_pyodide._browser.entry.start");
    const refusal = start(shim, shim.givenOptions());
    start.destroy();
    throwRefusal(refusal);
  } catch (error) {
    gate.fail(asBootFailure(error));
  }
}
