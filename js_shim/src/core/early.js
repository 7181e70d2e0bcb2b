// Exchanges that begin before the core is up. The core's own table says what they carry; the ordinary reply
// is delivered, and with any other the exchange waits for the core, which takes it over with the cookies
// and the clock of its beginning.

import { closed } from "../errors.js";
import { judgedHead, responseHead } from "../flow/driver.js";
import { FlowContext } from "../flow/flow.js";
import { cookiesNow } from "../host/browser_jar.js";
import { IN_WORKER } from "../platform.js";
import { reported } from "./plan.js";
import { Table } from "./table.js";

/**
 * @typedef {import("../page/shim.js").Shim} Shim
 * @typedef {import("../page/shim.js").Connection} Connection
 * @typedef {import("../boot/gate.js").Gate} Gate
 * @typedef {import("../flow/flow.js").Step} Step
 */

/**
 * What exchanges have in place of a connection: until there is one the driver is this, which has no core
 * but the table.
 */
export class Early {
  isClosed = false;
  lastHeaders = () => new Headers();
  #shim;
  #gate;
  #table;
  /** @type {Connection | null} */
  #connection = null;
  /** @type {FlowContext[]} whose replies wait for the core, in the order in which they came */
  #held = [];
  /** @type {Promise<void> | undefined} while the core cannot be told of them at once */
  #told = undefined;

  /**
   * @param {Shim} shim
   * @param {Gate} gate
   * @param {Table} table
   */
  constructor(shim, gate, table) {
    this.#shim = shim;
    this.#gate = gate;
    this.#table = table;
    this.plan = table.plan;
  }

  /** @returns {import("../flow/driver.js").Driver | Early} */
  get driver() {
    return this.#connection?.driver ?? this;
  }

  get core() {
    return this.#connection?.core;
  }

  get host() {
    return this.#connection?.host;
  }

  /** @param {Connection} connection that is there now; its core sees what has come before it does anything */
  meet(connection) {
    this.#connection = connection;
    const { jar } = connection.host;
    if (!jar.isMirrored) {
      this.#tell(connection.driver);
      return;
    }
    this.#told = jar.sync().then(() => this.#tell(connection.driver));
    this.#told.catch(() => {}); // those who wait get to know it
  }

  /** @param {import("../flow/driver.js").Driver} driver */
  #tell(driver) {
    for (const context of this.#held.splice(0)) {
      const { result, headers, isAlone } = /** @type {import("../flow/flow.js").Held} */ (
        context.held
      );
      driver.lastHeaders = headers;
      const text = driver.resume({}, result, context);
      const { events, ...step } = typeof text === "string" ? JSON.parse(text) : text;
      const { cookies, storage, warnings, unlock, spawned, wake, ...next } = driver.apply(
        step,
        context,
      );
      context.held = { result, headers, next };
      // Whoever has just called init() may be about to register handlers.
      if (events) queueMicrotask(() => driver.emit(events));
      if (isAlone) this.#abandon(context);
    }
  }

  /**
   * Whether the table says what to do with a request.
   *
   * @param {[string, string][]} headers its caller's
   */
  knows(headers) {
    const known = headers.length > 0 ? reported(new Headers(headers), this.plan) : "";
    return this.exchange(known, false, new FlowContext()) !== null;
  }

  // ---- the driver --------------------------------------------------------------------------------

  /**
   * Begin an exchange.
   *
   * @param {string} request its headers that the core wants to see
   * @param {boolean} oneShot
   * @param {FlowContext} context
   * @returns {Step | null} its first step; null where only the core can tell
   */
  exchange(request, oneShot, context) {
    const cookies = cookiesNow(this.#shim.window.store);
    context.beginning = { request, oneShot, cookies, now: Date.now() };
    return this.firstStep(context.beginning);
  }

  /**
   * @param {import("./step_cache.js").Beginning} beginning of an exchange
   * @returns {Step | null} its first step; null where only the core can tell
   */
  firstStep(beginning) {
    const { store } = this.#shim.window;
    return this.#table.firstStep(beginning, (key) => store?.getItem(key) ?? null);
  }

  /**
   * @param {import("../errors.js").ErrorData} error
   * @param {FlowContext} context
   */
  responseOf(error, context) {
    return this.#connection?.driver.responseOf(error, context);
  }

  /** @param {string | Step | null} step */
  apply(step) {
    return /** @type {Step} */ (step);
  }

  /**
   * @param {number} status
   * @param {(name: string) => string | null} header
   * @param {() => Headers} all
   * @param {string} url
   */
  head(status, header, all, url) {
    this.lastHeaders = all;
    const covers = (/** @type {string} */ final) => this.#shim.covers(final);
    return judgedHead(this.plan, covers, status, header, url);
  }

  /**
   * Go on with a reply, or without the core that was waited for: then what came is the caller's.
   *
   * @param {Step} step
   * @param {any} result
   * @param {FlowContext} context
   * @returns {Step}
   */
  resume(step, result, context) {
    if (step.do === "send" && !this.#table.isOrdinary(result)) {
      context.held = { result, headers: this.lastHeaders };
      this.#held.push(context);
      return { do: "ask" };
    }
    if (step.do === "ask") this.#abandon(context);
    return { verdict: "deliver" };
  }

  /**
   * Wait for the core with a reply.
   *
   * @param {Step} _
   * @param {FlowContext} context
   */
  async perform(_, context) {
    try {
      await this.#gate.pass(context.signal);
    } catch (error) {
      if (!context.signal?.aborted) return; // no core will come
      this.#abandon(context);
      throw error;
    }
    await this.#told;
  }

  /**
   * Run an exchange to its verdict.
   *
   * @param {string | Step | null} first
   * @param {FlowContext} context
   * @returns {Promise<Step>}
   */
  async run(first, context) {
    let step = this.apply(first);
    if (step.do === "send") {
      context.reply = await /** @type {(step: Step) => Promise<Response>} */ (context.send)(step);
      step = this.driver.resume(step, responseHead(this.driver, context.reply), context);
    }
    if (this.driver === this && step.do) {
      await this.perform(step, context);
      step = this.driver.resume(step, undefined, context);
    }
    return this.driver === this ? step : this.driver.run(step, context);
  }

  /** @param {FlowContext} context whose caller has gone: what follows from its reply is done all the same */
  #abandon(context) {
    const { held } = context;
    if (!held?.next) {
      if (held) held.isAlone = true;
      return;
    }
    context.send = () => Promise.reject(closed()); // nobody waits for another reply
    context.signal = null;
    this.driver.run(held.next, context).catch(() => {});
  }
}

/**
 * @param {Shim} shim
 * @param {Gate} gate
 * @param {Record<string, any>} options as given to init()
 * @returns {Early | null} null where the core has to be asked in any case
 */
export function earlyFor(shim, gate, options) {
  const table = new Table(__TABLE__, options);
  return table.applies ? new Early(shim, gate, table) : null;
}

/**
 * @param {Shim} shim
 * @param {Record<string, any> | null} options as given to init()
 * @returns {boolean | undefined} whether a session is likely; undefined where only waiting would tell
 */
export function sessionHint({ connection, window }, options) {
  const jar = connection?.host.jar;
  const isElsewhere = options?.cookieHandler || options?.tokenStore === "indexedDB";
  if (jar ? jar.isMirrored : IN_WORKER || isElsewhere) return undefined;
  try {
    return new Table(__TABLE__).isLikely(jar ? jar.read() : cookiesNow(window.store));
  } catch {
    return undefined; // this frame may not see cookies
  }
}
