// When a page that has called init() gets Python.

import { nextTask } from "../flow/waiters.js";
import { expectedPython } from "./expected.js";
import { due, reportStart, startsAtOnce } from "./schedule.js";

/** @import {PendingCore} from "../core/pending.js" */
/** @import {Shim} from "../page/shim.js" */

/**
 * Wait for the page's own Python, or start an interpreter when it is time. All waiting callers get a failure.
 *
 * @param {Shim} shim
 * @param {PendingCore} pending
 */
export async function startPython(shim, pending) {
  // The page's Python may call init(), and the page may call close(), at any time.
  const stillNeeded = () => shim.cores.pending === pending;
  await nextTask(); // what the page asks at once is answered first
  if (!stillNeeded()) return;
  const early = startsAtOnce(shim.settings) ? shim.withPart() : null; // while the page is parsed
  early?.catch(() => {}); // who needs it gets the error
  try {
    const expected = await expectedPython(shim.settings);
    if (!expected && stillNeeded()) {
      pending.isStarting = startsAtOnce(shim.settings);
      const reason = await due(shim.settings, pending.needed);
      pending.isStarting = true;
      if (stillNeeded()) reportStart(shim.settings, reason);
    }
    if (!stillNeeded()) return; // onStart may have called close()
    const part = await (early ?? shim.withPart());
    if (stillNeeded()) await part.providePython(shim, pending, expected);
  } catch (error) {
    pending.readiness.fail(error);
  }
}
