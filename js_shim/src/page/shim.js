import { checkStart } from "../boot/schedule.js";
import { settings, startPython } from "../boot/start.js";
import { targetOf } from "../core/plan.js";
import { PythonCore } from "../core/python.js";
import { notABrowser, notInitialised, otherInterpreter, otherVersion } from "../errors.js";
import { FlowContext, written } from "../flow/context.js";
import { Driver } from "../flow/driver.js";
import { PROTOCOL } from "../flow/steps.js";
import { Host } from "../host/host.js";
import { WindowHandler } from "../host/window_handler.js";
import { IN_BROWSER } from "../platform.js";
import { Bridge } from "./bridge.js";
import { callSession, handleEvents } from "./calls.js";
import { Cores } from "./cores.js";
import { Given } from "./given.js";
import { Interception } from "./interception.js";
import { guardPage } from "./other_sdk_guard.js";

/**
 * @typedef {import("../core/python.js").Port} Port
 * @typedef {import("../flow/driver.js").Plan} Plan
 * @typedef {import("../flow/steps.js").Core} Core
 *
 * A page's workers, with which it shares its session while it has one.
 * @typedef {object} Workers
 * @property {() => void} open
 * @property {() => void} close
 * @property {() => void} want one of them is to decide for the page; throws where the page has what it cannot use
 * @property {(port: MessagePort) => () => void} serve takes the port of one; gives what is to be called when
 *   that is gone
 */

export class Shim {
  version = __VERSION__;
  /** @type {Driver | null} from init() to close() */
  driver = null;
  /** Which core it has. */
  cores = new Cores(this);
  /** @type {import("../core/plan.js").Target | null} which requests are ours, as soon as anybody has said so */
  target = null;
  window = this.newWindow();
  /** @type {object | null} from init() to close(); what was put on the page in another lifetime does nothing */
  lifetime = null;
  given = new Given(this);
  interception = new Interception(this);
  /** What Python asks of us. */
  bridge = new Bridge(this);
  /** @type {Workers | null} to be set: those that this page owns */
  workers = null;
  /** @type {import("../boot/start.js").OwnPython | null} the SDK's own interpreter, which outlives close() */
  python = null;
  /** @type {import("../api/types.js").SessionClaimValidator[]} which hold on every page, from other code than the page's own */
  validatorsOfOthers = [];

  /** @type {Port | null} Python's side, which close() has closed by Python */
  #port = null;
  #unguard = () => {};
  /** @type {unknown} why the last init() did nothing */
  #refusal = undefined;
  /** @type {Set<string>} */
  #warnings = new Set();

  // ---- its lifetime --------------------------------------------------------------------------------

  /**
   * Start for JavaScript: catch requests now, and have Python started when the boot settings say.
   *
   * @param {Record<string, any>} given
   */
  init(given) {
    const options = this.#checked(given);
    const { driver } = this;
    if (this.given.options || driver) {
      return this.given.again(options, driver?.core.isPending ? undefined : driver?.core);
    }
    this.open(options);
    this.target = targetOf(options);
    const pending = this.cores.expect();
    if (options.onHandleEvent) this.cores.watch();
    startPython(this, pending);
  }

  /** @param {Record<string, any>} given */
  #checked(given) {
    try {
      this.#refusal = undefined;
      if (!IN_BROWSER) throw notABrowser();
      checkStart(settings());
      return this.given.checked(given);
    } catch (error) {
      this.#refusal = error; // callers that come later learn of it too
      throw error;
    }
  }

  /**
   * Put the patches in place.
   *
   * @param {Record<string, any> | null} options null where JavaScript has given none
   * @param {Record<string, any>} [functions] options that Python gave
   */
  open(options, functions = {}) {
    const window = this.newWindow(options?.windowHandler ?? functions.windowHandler);
    this.#unguard = guardPage();
    this.lifetime = {};
    this.window = window;
    this.given.open(options, functions);
    this.interception.open();
    this.workers?.open();
  }

  /**
   * Connect Python's core.
   *
   * @param {Port} port
   */
  connect(port) {
    if (this.driver && !this.driver.core.isPending) throw otherInterpreter();
    const plan = JSON.parse(port.plan);
    if (plan.protocol !== PROTOCOL) throw otherVersion(this.version, "the Python package");
    if (this.given.options) this.given.override(port.functions);
    else if (!this.lifetime) this.open(null, port.functions);
    try {
      const died = (/** @type {Error} */ death) => {
        this.#port = null; // it cannot close anything any more
        this.cores.mourn(death);
      };
      this.cores.use((host) => new PythonCore(port, host, plan, died), plan);
    } catch (error) {
      if (!this.cores.pending) this.disconnect();
      throw error;
    }
    this.#port = port;
  }

  /** Undo everything that init() did; whatever waits ends with Closed. */
  close() {
    // Python's side is closed by Python, which then comes back to disconnect().
    if (this.#port) this.#port.closed();
    else this.disconnect();
  }

  /** Take everything off the page. */
  disconnect() {
    this.workers?.close();
    this.lifetime = this.#port = null;
    this.cores.close();
    this.interception.close();
    this.#unguard();
    this.given.close();
    this.window = this.newWindow();
  }

  // ---- what is asked of it -------------------------------------------------------------------------

  /**
   * Call a function of the session.
   *
   * @param {string} name as in Python
   * @param {Record<string, any>} [args] JSON values by the names that Python knows
   * @param {any} [userContext]
   * @param {import("../flow/context.js").Functions} [functions] what it may call in turn
   * @returns {Promise<any>}
   */
  async call(name, args, userContext, functions) {
    if (!this.driver) throw this.#refusal ?? notInitialised();
    const context = new FlowContext(null, null, userContext);
    context.functions = functions;
    return callSession(this.driver, name, args ?? {}, context);
  }

  /** Resolves once the session can be asked; rejects when it never can. */
  async ready() {
    if (!this.driver) throw this.#refusal ?? notInitialised();
    const { pending } = this.cores;
    pending?.need("ready");
    await pending?.arrival.wait();
  }

  /**
   * Whether a request carries the session.
   *
   * @param {string} url as its caller gave it
   * @param {URL | null} [target] the same, resolved: where it goes
   */
  covers(url, target) {
    return this.interception.covers(url, target);
  }

  /** Have the core look what other tabs have done. */
  look() {
    this.cores.tabs?.look();
  }

  /** The cookies have been written. */
  cookiesChanged() {
    this.cores.tabs?.notify();
  }

  /** @param {object[]} events */
  emit(events) {
    handleEvents(this.given.options?.onHandleEvent, events);
    this.driver?.core.notify(
      written(events) ?? JSON.stringify(events.map((event) => ({ ...event, userContext: {} }))),
    );
  }

  get hooks() {
    return this.given.hooks;
  }

  /** Whether the cookies are read from a mirror. */
  get isMirrored() {
    return this.driver?.host.jar.isMirrored ?? false;
  }

  /** @param {string} warning for the console, once a page */
  warnOnce(warning) {
    if (!this.#warnings.has(warning)) console.warn(`supertokens: ${warning}`);
    this.#warnings.add(warning);
  }

  // ---- what a worker has in other ways -------------------------------------------------------------

  /**
   * @param {MessagePort} port of a worker that this page owns
   * @returns {(() => void) | void} to be called when that is gone
   */
  serve(port) {
    return this.workers?.serve(port);
  }

  /** @param {((original: any) => any) | undefined} [windowHandler] */
  newWindow(windowHandler) {
    return new WindowHandler(windowHandler);
  }

  /** @returns {Host} with the page's functions of now */
  newHost() {
    const { given, interception, window } = this;
    return new Host(interception.nativeFetch.bind(globalThis), window, given.functions());
  }

  /** What localStorage keeps under a key. */
  stored = (/** @type {string} */ key) => this.window.store?.getItem(key) ?? null;
}
