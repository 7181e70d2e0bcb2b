// The page's or worker's services for Python (supertokens_pyodide/_browser).

import { hostsOf, isOurs } from "../core/plan.js";
import { notInitialised } from "../errors.js";
import { FlowContext } from "../flow/context.js";
import { IN_WORKER } from "../platform.js";
import { facts } from "./facts.js";

/** @import {WindowHandlerInterface} from "../api/types.js" */
/** @import {Port, PythonCore} from "../core/python.js" */
/** @import {WorkerShim} from "../worker/worker_shim.js" */
/** @import {Shim} from "./shim.js" */

export class Bridge {
  #shim;

  /** @param {Shim} shim */
  constructor(shim) {
    this.#shim = shim;
  }

  get version() {
    return this.#shim.version;
  }

  /** The options that JavaScript gave to init(), as JSON; for Python that calls init() after it. */
  givenOptions() {
    return this.#shim.given.json;
  }

  /** @param {Port} port */
  connect(port) {
    this.#shim.connect(port);
  }

  /**
   * Ask the page that owns this worker for the services that a worker lacks.
   *
   * @param {Parameters<WorkerShim["join"]>} args
   */
  join(...args) {
    /** @type {WorkerShim} */ (this.#shim).join(...args);
  }

  ready() {
    return this.#shim.ready();
  }

  disconnect() {
    this.#shim.disconnect();
  }

  /** The driver, if its core is Python in this realm. */
  get #driver() {
    const { driver } = this.#shim;
    if (!driver || driver.core.isPending) throw notInitialised();
    return driver;
  }

  /**
   * Drive a flow that Python began.
   *
   * @param {string} step
   * @returns {Promise<void>}
   */
  async drive(step) {
    const driver = this.#driver;
    const context = new FlowContext();
    context.core = driver.core;
    await driver.run(driver.apply(JSON.parse(step), context), context);
  }

  /**
   * The page's cookies, for flows that Python begins.
   *
   * @returns {string | undefined} undefined if Python has them already
   */
  cookies() {
    const { core, host } = this.#driver;
    return /** @type {PythonCore} */ (core).unlessKnown(host.cookies());
  }

  /** Whether cookies() answers from a mirror, which Python must bring up to date first. */
  get isMirrored() {
    return this.#shim.isMirrored;
  }

  /** @returns {Promise<void>} */
  sync() {
    return this.#driver.host.jar.sync();
  }

  /** Whether a request carries the session. @param {string} url */
  covers(url) {
    return this.#shim.covers(url);
  }

  /**
   * Whether a URL is ours by these domains, without the page's override: Python has no matcher of its own.
   *
   * @param {string} url
   * @param {string} apiDomain
   * @param {string | undefined} domain
   */
  isOurs(url, apiDomain, domain) {
    return isOurs({ ...hostsOf(apiDomain, domain), skip: this.#shim.target?.skip }, url);
  }

  /** The page's hooks, for the calls of Python's recipes. */
  get hooks() {
    return this.#shim.hooks;
  }

  /**
   * The page's address and storage, for Python's recipes.
   *
   * @returns {WindowHandlerInterface | undefined} undefined in a worker without one
   */
  get page() {
    const { window } = this.#shim;
    return this.isPage || window.handler ? window.inUse : undefined;
  }

  /** Whether this is a page, and not a worker. */
  get isPage() {
    return !IN_WORKER;
  }

  /** @returns {Headers} of the last response */
  lastHeaders() {
    return this.#shim.driver?.heads.last() ?? new Headers();
  }

  /**
   * The response that one of Python's errors is about.
   *
   * @param {string} call
   * @param {number} status
   */
  responseOf(call, status) {
    return this.#shim.driver?.effects?.responseOf({ call, status });
  }

  /** The page's own clock, if it has given one. */
  dateProvider() {
    return this.#shim.given.dateProvider();
  }

  /**
   * The page's override for the clock skew, if it has given one.
   *
   * @returns {((payload: string) => number) | undefined} takes JSON, returns milliseconds
   */
  clockSkew() {
    const { given } = this.#shim;
    if (!given.clockSkew) return undefined;
    return (payload) =>
      given.clockSkew?.({
        accessTokenPayload: JSON.parse(payload),
        responseHeaders: this.lastHeaders(),
      });
  }

  /**
   * The page for which options are checked.
   *
   * @param {Record<string, any>} [functions] options that Python is going to give
   */
  windowFor(functions) {
    const { given, window } = this.#shim;
    return given.options ? window : this.#shim.newWindow(functions?.windowHandler);
  }

  /** The facts about this page or worker, as JSON. @returns {Promise<string>} */
  async facts() {
    return JSON.stringify(await facts(this.#shim, this.#driver));
  }

  /** Take the functions that a repeated init() of Python has replaced. */
  renew() {
    this.#shim.given.override();
  }

  /**
   * @param {string} key
   * @returns {string | null} the entry in localStorage; also before connect()
   */
  readStorage(key) {
    return this.#shim.stored(key);
  }
}
