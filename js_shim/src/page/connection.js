// Connecting a core with the page.

import { handOver } from "../core/hand_over.js";
import { PythonCore } from "../core/python.js";
import { otherInterpreter, otherVersion } from "../errors.js";
import { PROTOCOL } from "../flow/steps.js";
import { Tabs } from "./tabs.js";

/** @import {PendingCore} from "../core/pending.js" */
/** @import {Port} from "../core/python.js" */
/** @import {Driver} from "../flow/driver.js" */
/** @import {Core} from "../flow/steps.js" */
/** @import {Shim} from "./shim.js" */

/** Connect Python's core. @param {Shim} shim @param {Port} port Python's side */
export function connect(shim, port) {
  if (shim.driver && !shim.driver.core.isPending) throw otherInterpreter();
  const plan = JSON.parse(port.plan);
  if (plan.protocol !== PROTOCOL) throw otherVersion(shim.version, "the Python package");
  if (shim.given.options) shim.given.override(port.functions);
  else if (!shim.lifetime) shim.open(null, port.functions);
  try {
    useCore(shim, new PythonCore(port, (death) => died(shim, death)), plan);
  } catch (error) {
    if (!shim.cores.pending) shim.disconnect();
    throw error;
  }
  shim.port = port;
}

/** @param {Shim} shim @param {Error} death the error for all calls that wait for the core */
function died(shim, death) {
  const { cores, driver } = shim;
  shim.port = null; // it can no longer close anything
  driver?.fail(death);
  driver?.host.close();
  cores.tabs?.close();
}

/**
 * Use a core for this page or worker.
 *
 * @param {Shim} shim
 * @param {Core} core
 * @param {any} plan of the core
 */
export function useCore(shim, core, plan) {
  const { cores } = shim;
  const host = shim.newHost();
  shim.target = plan;
  cores.drive(core, host, plan);
  if (host.jar.isMirrored) host.jar.changed = () => shim.look();
  const { pending } = cores;
  cores.pending = null;
  try {
    // If another tab's change was the reason to start the core, it is an event; other changes are older.
    const news = pending?.news;
    if (news) core.observe(news);
    else watchTabs(shim);
    if (pending) handOver(pending);
    if (news) watchTabs(shim);
  } catch (error) {
    pending?.readiness.fail(error);
    throw error;
  }
}

/** Observe other tabs from now on. @param {Shim} shim */
export function watchTabs({ cores, driver }) {
  cores.tabs?.close();
  cores.tabs = new Tabs(/** @type {Driver} */ (driver));
}

/**
 * The core that was used is gone.
 *
 * @param {Shim} shim
 * @returns {PendingCore | null} the replacement, if the page still needs one
 */
export function loseCore({ cores, lifetime }) {
  cores.tabs?.close();
  return cores.pending ?? (lifetime ? cores.expect() : null);
}
