// The cores in a page's workers, and which of them decides for the page, if any.

import { START_TIMEOUT } from "../boot/schedule.js";
import { limitWait } from "../core/wait_limit.js";
import { unsupported, workerGone } from "../errors.js";
import { loseCore, useCore } from "../page/connection.js";
import { fieldsOf, malformed, revivedError } from "./link.js";
import { RemoteCore } from "./remote_core.js";

/** @import {Plan} from "../core/plan.js" */
/** @import {Shim} from "../page/shim.js" */
/** @import {WorkerLink as Link} from "./wire.js" */

export class WorkerCores {
  /** @type {Set<Link>} to those that are ready */
  #links = new Set();
  #isWanted = false;
  /** @type {Link | null} to the one that decides */
  #chosen = null;

  /** @param {Shim} shim */
  constructor(shim) {
    this.shim = shim;
  }

  /** Let one of them decide for the page; throws if it cannot use the page's functions. */
  want() {
    const { shim } = this;
    if (shim.given.dateProvider()) throw wantedAtOnce("dateProvider", "date_provider");
    // Functions that the core calls synchronously, which is impossible in another thread.
    if (shim.given.clockSkew) throw wantedAtOnce("calculateClockSkewInMillis", "override");
    this.#isWanted = true;
    this.#choose();
  }

  unwant() {
    this.#isWanted = false;
    this.#chosen = null;
  }

  /** A worker has started, after one that was refused perhaps: calls wait for it. */
  expect() {
    if (this.#isWanted) this.shim.retry();
  }

  /** @param {unknown} error why a worker has no core */
  refuse(error) {
    if (this.#isWanted && !this.#chosen) this.shim.cores.fail(revivedError(error));
  }

  /** @param {Link} link */
  add(link) {
    this.#links.add(link);
    this.#choose();
  }

  /** @param {Link} link */
  remove(link) {
    this.#links.delete(link);
    if (this.#chosen !== link) return;
    this.#chosen = null;
    // Another worker may be started, as the first one was: it has the same time.
    const pending = loseCore(this.shim);
    if (pending) limitWait(pending.readiness, START_TIMEOUT, workerGone);
    this.#choose();
  }

  /** @param {Link} link @returns {boolean} whether it is the one that decides */
  decides(link) {
    return this.#chosen === link;
  }

  async #choose() {
    const { shim } = this;
    const [link] = this.#links;
    const { pending } = shim.cores;
    if (!this.#isWanted || this.#chosen || !link || !pending) return;
    this.#chosen = link;
    try {
      const about = decisionFrom(await link.ask("decide", shim.given.json));
      if (this.#chosen !== link || shim.cores.pending !== pending) return; // closed meanwhile
      useCore(shim, new RemoteCore(link, about.facts, shim.cores.table), about.plan);
    } catch (error) {
      if (this.#chosen === link) pending.readiness.fail(error);
    }
  }
}

/**
 * @param {unknown} answer of a worker that decides from now on
 * @returns {{plan: Plan, facts: string}}
 */
function decisionFrom(answer) {
  const { plan, facts } = fieldsOf(answer);
  const { responseHeaders, statuses } = fieldsOf(plan);
  const isKnown = Array.isArray(responseHeaders) && Array.isArray(statuses);
  if (!isKnown || typeof facts !== "string") throw malformed();
  return { plan: /** @type {Plan} */ (plan), facts };
}

/** @param {string} name of a function of the page's @param {string} option of Python's init() */
const wantedAtOnce = (name, option) =>
  unsupported(
    `Python in a worker cannot call this page's ${name} without waiting for it.`,
    `Give ${option}=… to supertokens_pyodide.init() in the worker, and remove it from the page.`,
  );
