import { loadedPart } from "../boot/part.js";
import { checkStart, startsAtOnce } from "../boot/schedule.js";
import { settings } from "../boot/settings.js";
import { startPython } from "../boot/start.js";
import { targetOf } from "../core/plan.js";
import { notABrowser, notInitialised } from "../errors.js";
import { FlowContext } from "../flow/context.js";
import { WindowHandler } from "../host/window_handler.js";
import { IN_BROWSER } from "../platform.js";
import { callSession } from "./calls.js";
import { Cores } from "./cores.js";
import { Given } from "./given.js";
import { Interception } from "./interception.js";
import { guardPage } from "./other_sdk_guard.js";

/** @import {SessionClaimValidator} from "../api/types.js" */
/** @import {OwnPython} from "../boot/own_python.js" */
/** @import {Target} from "../core/plan.js" */
/** @import {Port} from "../core/python.js" */
/** @import {Functions} from "../flow/context.js" */
/** @import {Driver} from "../flow/driver.js" */
/** @import {Host} from "../host/host.js" */
/** @import {Sharing} from "../worker/sharing.js" */
/** @import {Bridge} from "./bridge.js" */

/** @typedef {typeof import("../python_part.js")} PythonPart */

export class Shim {
  version = __VERSION__;
  /** @type {Driver | null} from init() to close() */
  driver = null;
  /** The page's current core. */
  cores = new Cores(this);
  /** @type {Target | null} which requests are ours, as soon as it is known */
  target = null;
  window = this.newWindow();
  /** @type {object | null} from init() to close(); patches from another lifetime do nothing */
  lifetime = null;
  given = new Given(this);
  interception = new Interception(this);
  /** @type {PythonPart | null} what Python needs of the shim, as soon as it is loaded */
  part = null;
  /** @type {(part: PythonPart) => void} */
  #load = () => {};
  /** @type {Promise<PythonPart>} resolves when it is loaded, whichever attempt or copy of the package has done it */
  loaded = new Promise((resolve) => {
    this.#load = resolve;
  });
  /** @type {Bridge | null} the functions for Python, likewise */
  bridge = null;
  /** @type {Sharing | null} the workers with which the page shares its session, likewise */
  workers = null;
  /** @type {boolean | null} whether it shares it; null until the first init() or close() */
  isSharing = null;
  /** @type {OwnPython | null} the SDK's own interpreter, which outlives close() */
  python = null;
  /** @type {SessionClaimValidator[]} global ones, from code other than the page's */
  validatorsOfOthers = [];

  /** @type {Port | null} Python's side, for Python's part of close() */
  port = null;
  #unguard = () => {};
  /** @type {unknown} why the last init() failed */
  #refusal = undefined;
  /** @type {Set<string>} */
  #warnings = new Set();

  // ---- the part for Python -------------------------------------------------------------------------

  /**
   * The part for Python, which is loaded when it is first needed. (Browsers load one address once. A later
   * caller may know another: the page may make its settings just before init().)
   *
   * @returns {Promise<PythonPart>}
   */
  async withPart() {
    if (this.part) return this.part;
    const own = loadedPart(this.version).then((part) => this.use(part));
    return Promise.race([this.loaded, own]);
  }

  /** Load it now; by default unless Python shall start later. */
  preload(isNeeded = startsAtOnce(this.settings)) {
    if (isNeeded) this.withPart().catch(() => {}); // who needs it gets the error
  }

  /** @param {PythonPart} part which stays, if it is the first @returns {PythonPart} */
  use(part) {
    if (this.part) return this.part;
    this.part = part;
    this.bridge = new part.Bridge(this);
    this.workers = new part.Sharing(this);
    this.#load(part);
    return part;
  }

  // ---- its lifetime --------------------------------------------------------------------------------

  /**
   * Start from JavaScript: intercept requests now, and start Python when the boot settings say so.
   *
   * @param {Record<string, any>} given
   */
  init(given) {
    const options = this.#orRefused(() => this.#checked(given));
    const { driver } = this;
    if (this.given.options || driver) {
      this.given.again(options, driver?.core.isPending ? undefined : driver?.core);
      this.retry();
    } else {
      this.#orRefused(() => this.open(options));
      this.target = targetOf(options);
      startPython(this, this.cores.expect());
    }
    if (options.onHandleEvent) this.cores.watch();
  }

  /** Start Python again, if it is known that otherwise there will be no core. */
  retry() {
    if (this.cores.pending?.readiness.hasFailed) startPython(this, this.cores.expect());
  }

  /** @param {Record<string, any>} given */
  #checked(given) {
    if (!IN_BROWSER) throw notABrowser();
    checkStart(this.settings);
    return this.given.checked(given);
  }

  /**
   * @template T
   * @param {() => T} act a part of init(), which may throw
   * @returns {T}
   */
  #orRefused(act) {
    try {
      this.#refusal = undefined;
      return act();
    } catch (error) {
      this.#refusal = error; // later callers get it too
      throw error;
    }
  }

  /**
   * Apply the patches.
   *
   * @param {Record<string, any> | null} options null if JavaScript has given none
   * @param {Record<string, any>} [functions] options that Python gave
   */
  open(options, functions = {}) {
    const window = this.newWindow(options?.windowHandler ?? functions.windowHandler);
    this.#unguard = guardPage();
    this.lifetime = {};
    this.window = window;
    try {
      this.given.open(options, functions);
      this.interception.open();
    } catch (error) {
      this.#restore(); // a function of the page's has failed
      throw error;
    }
    this.isSharing = true;
    this.workers?.open();
  }

  /** Connect Python's core. @param {Port} port */
  connect(port) {
    this.part?.connect(this, port);
  }

  /** Undo everything that init() did; calls that wait end with Closed. */
  close() {
    const port = this.port;
    try {
      port?.closed(); // Python closes its side, and then calls disconnect()
    } catch (error) {
      console.error("supertokens: Python could not close the session", error);
    }
    if (this.port === port) this.disconnect(); // there is no Python, or it has died
  }

  /** Remove everything from the page. */
  disconnect() {
    this.isSharing = false;
    this.workers?.close();
    this.port = null;
    this.cores.close();
    this.#restore();
  }

  /** Restore the page to its state before open(). */
  #restore() {
    this.lifetime = null;
    this.interception.close();
    this.#unguard();
    this.given.close();
    this.window = this.newWindow();
  }

  // ---- calls and questions -------------------------------------------------------------------------

  /**
   * Call a function of the session.
   *
   * @param {string} name as in Python
   * @param {Record<string, any>} [args] JSON values by Python's names
   * @param {any} [userContext]
   * @param {Functions} [functions] that the core may call in turn
   * @returns {Promise<any>}
   */
  async call(name, args, userContext, functions) {
    if (!this.driver) throw this.#refusal ?? notInitialised();
    const context = new FlowContext(null, null, userContext);
    context.functions = functions;
    return callSession(this.driver, name, args ?? {}, context);
  }

  /** Resolves when the session can be used; rejects if it never can. */
  async ready() {
    if (!this.driver) throw this.#refusal ?? notInitialised();
    const { pending } = this.cores;
    pending?.need("ready");
    await pending?.readiness.wait();
  }

  /**
   * Whether a request carries the session.
   *
   * @param {string} url as its caller gave it
   * @param {URL | null} [target] the same, resolved
   */
  covers(url, target) {
    return this.interception.covers(url, target);
  }

  /** Let the core check what other tabs have done. */
  look() {
    this.cores.tabs?.look();
  }

  /** The cookies have been written. */
  cookiesChanged() {
    this.cores.tabs?.notify();
  }

  /** @param {object[]} events */
  emit(events) {
    this.part?.fire(this, events);
  }

  /** The current functions around calls to the backend, for a core: a later init() may replace them. */
  get hooks() {
    const { given, part } = this;
    if (!part) throw notInitialised();
    return new part.Hooks(given.all());
  }

  get settings() {
    return settings();
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

  // ---- what differs in a worker --------------------------------------------------------------------

  /**
   * @param {MessagePort} port of a worker that this page owns
   * @returns {() => void} to be called when the worker is gone
   */
  serve(port) {
    const served = this.loaded.then(() => this.workers?.serve(port));
    return () => void served.then((leave) => leave?.());
  }

  /** @param {((original: any) => any) | undefined} [windowHandler] */
  newWindow(windowHandler) {
    return new WindowHandler(windowHandler);
  }

  /** @returns {Host} with the page's current functions */
  newHost() {
    const { given, interception, part, window } = this;
    if (!part) throw notInitialised();
    return new part.Host(interception.nativeFetch, window, given.functions());
  }

  /** The localStorage entry of a key. */
  stored = (/** @type {string} */ key) => this.window.store?.getItem(key) ?? null;
}
