// Stands in for a core that is not ready. The core's own decision table contains its answers about a live
// session; other calls wait, and these are the ones that need Python. If the core must see a response, the
// response waits too: the core gets it with the cookies and the clock of its exchange's start, before it does
// anything else.

import { closed } from "../errors.js";
import { BARE, DELIVER, withoutOutput } from "../flow/steps.js";
import { Readiness } from "./readiness.js";

/** @import {BootFiles} from "../boot/boot_files.js" */
/** @import {FlowContext} from "../flow/context.js" */
/** @import {Driver} from "../flow/driver.js" */
/** @import {Beginning, Moment, Result, Step} from "../flow/steps.js" */
/** @typedef {import("../flow/steps.js").Core} Core */
/** @import {Shim} from "../page/shim.js" */
/** @import {Table} from "./table.js" */

/**
 * A response that waits for the core, and the step that followed from it when the core was ready.
 * @typedef {{context: FlowContext, step: Step, result: Result, headers: () => Headers, isAlone: boolean,
 *   next: Step | Promise<Step> | null}} Held
 */

/** @implements {Core} */
export class PendingCore {
  isPending = true;
  isRemote = false;
  compare = undefined;
  /** Whether Python may be starting, and wait for files; false if something must need it first. */
  isStarting = true;
  readiness = new Readiness();
  /** @type {(reason: string) => void} */
  need = () => {};
  /** @type {Promise<string>} resolves when something needs the core, with that thing's name */
  needed = new Promise((resolve) => {
    this.need = resolve;
  });
  /** @type {Moment | null} the last one before another tab changed the session */
  news = null;
  #shim;
  #files;
  /** @type {Moment | null} the first one that was observed */
  #seen = null;
  /** @type {Held[]} in the order of their readiness */
  held = [];
  /** @type {Promise<void> | undefined} while the core has not received all of them (hand_over.js) */
  replayed = undefined;
  /** @type {Driver} to be set: that of this lifetime, which ends with close() */
  driver = /** @type {any} */ (null);

  /**
   * @param {Shim} shim
   * @param {BootFiles} files that Python may wait for
   * @param {Table | null} table
   */
  constructor(shim, files, table) {
    this.#shim = shim;
    this.#files = files;
    this.table = table;
  }

  /** @param {Beginning} request @param {FlowContext} context */
  exchange(request, context) {
    // Python may be waiting for it: it is sent without the session.
    if (this.isStarting && this.#files.mayLoad(request.url)) return BARE;
    return this.#later("request", context, () => {
      // The core decides which requests are ours, better than these domains.
      return this.#shim.covers(request.url) ? this.driver.exchange(request, context) : BARE;
    });
  }

  /** @param {string} name @param {string} args @param {FlowContext} context */
  call(name, args, context) {
    return this.#later(name, context, () => this.driver.call(name, args, context));
  }

  /** @param {Step} step @param {Result} result @param {FlowContext} context */
  resume(step, result, context) {
    const headers = this.driver.heads.last;
    return this.#hold({ context, step, result, headers, isAlone: false, next: null });
  }

  /** @param {FlowContext} context without its caller; the core still gets its response */
  cancel(context) {
    const held = this.held.find((each) => each.context === context);
    if (held) this.#leave(held);
  }

  /** If the page wants events, it needs the core as soon as another tab has something to report. */
  observe(/** @type {Moment} */ moment) {
    this.#seen ??= moment;
    if (!this.table?.isSame(this.#seen.cookies, moment.cookies)) {
      this.news = this.#seen;
      this.need("tab");
    }
    return null;
  }

  async perform() {}
  notify() {}

  facts() {
    return "{}";
  }

  /**
   * @param {string} reason
   * @param {FlowContext} context
   * @param {() => Step | Promise<Step>} ask the core that is ready then
   * @returns {Promise<Step>}
   */
  async #later(reason, context, ask) {
    this.need(reason);
    await this.readiness.wait();
    await this.replayed;
    context.signal?.throwIfAborted();
    if (this.driver.isClosed) throw closed();
    // The driver applies an answer at once: nothing may happen between the two.
    return withoutOutput(await ask());
  }

  /** @param {Held} held */
  async #hold(held) {
    this.need("response");
    this.held.push(held);
    try {
      await this.readiness.wait();
      await this.replayed;
    } catch {
      this.#leave(held); // there was no core in time: the caller gets the response
    }
    const { isAlone, next } = held;
    return isAlone || !next ? DELIVER : next;
  }

  /** @param {Held} held without its caller */
  #leave(held) {
    held.isAlone = true;
    held.context.detach();
  }
}
