// The page's one shim: its state from init() over the boot to the connected core, and back.

import { bootFiles, bootPython, expectsPagePython } from "./boot.js";
import { Carrier, Driver } from "./drive.js";
import {
  alreadyInitialised,
  bootFailed,
  closed,
  coreError,
  notInitialised,
  otherInterpreter,
  otherSdkOnPage,
  SuperTokensError,
} from "./errors.js";
import { sessionFetch } from "./fetch.js";
import { Gate } from "./gate.js";
import { Host, readStorage } from "./host.js";
import { patch } from "./patch.js";
import { sessionXHR } from "./xhr.js";

// The wire's version, as in supertokens_pyodide/_core/messages.py.
const PROTOCOL = 1;

// How long requests wait for Python that the page itself runs: a slow network's first download.
const PAGE_PYTHON_PATIENCE = 120_000;

/**
 * @typedef {import("./drive.js").Core} Core
 * @typedef {import("./target.js").Plan} Plan
 * @typedef {{core: Core, driver: Driver, host: Host, plan: Plan}} Connection
 *
 * An interpreter's side, as its Python hands it over.
 * @typedef {Core & {plan: string, closed: () => void}} Interpreter
 */

export class Shim {
  version = __VERSION__;
  /** @type {Connection | null} the core, once it is up */
  connection = null;
  /** @type {Gate | null} from init() on */
  gate = null;

  /** @type {Record<string, any> | null} */
  #options = null;
  /** @type {Interpreter | null} */
  #interpreter = null;
  /** @type {(() => void)[]} */
  #undo = [];
  #nativeFetch = globalThis.fetch;

  /**
   * Start for JavaScript: catch requests now, and have Python up as soon as possible.
   *
   * @param {Record<string, any>} options
   */
  init(options) {
    if (this.#options) {
      if (sameOptions(this.#options, options)) return;
      throw alreadyInitialised();
    }
    if (this.connection) {
      this.#refuse(this.connection.core.compare(JSON.stringify(plain(options))));
      this.#options = options;
      return;
    }
    this.#open(options);
    const settings = /** @type {any} */ (globalThis).supertokensPyodide ?? {};
    this.gate = new Gate(options, () => bootFiles(settings), settings.indexURL);
    this.gate.opened.catch((error) => console.error(error));
    this.#boot(this.gate, settings);
  }

  /**
   * Connect an interpreter's core; called from Python.
   *
   * @param {Interpreter} interpreter
   */
  connect(interpreter) {
    if (this.connection) throw otherInterpreter();
    const plan = JSON.parse(interpreter.plan);
    if (plan.protocol !== PROTOCOL) {
      throw bootFailed(
        `The page's shim (${this.version}) and the Python package are of different versions.`,
        undefined,
        "Load the same version of both.",
      );
    }
    if (!this.#options) this.#open({});
    this.#interpreter = interpreter;
    const host = new Host(this.#nativeFetch.bind(globalThis));
    const driver = new Driver(interpreter, host, plan.replyHeaders, (events) => this.#emit(events));
    this.connection = { core: interpreter, driver, host, plan };
    this.gate?.open();
  }

  /** The options that JavaScript gave to init(), as JSON; for Python that calls init() after it. */
  givenOptions() {
    return this.#options ? JSON.stringify(plain(this.#options)) : undefined;
  }

  /**
   * Drive a flow that Python began.
   *
   * @param {string} step
   * @returns {Promise<void>}
   */
  async drive(step) {
    await this.#connected().driver.run(step, new Carrier());
  }

  /** @returns {string} the page's cookies, for flows that Python begins */
  cookies() {
    return this.#connected().host.cookies();
  }

  /**
   * Call a function of the session.
   *
   * @param {string} name as in Python
   * @param {Record<string, any>} [args] JSON values by the names that Python knows
   * @returns {Promise<any>}
   */
  async call(name, args) {
    await this.ready();
    const { core, driver, host } = this.#connected();
    const carrier = new Carrier();
    const given = args ? JSON.stringify(args) : "";
    const verdict = await driver.run(core.call(name, given, host.cookies(), host.now()), carrier);
    if (verdict.error) throw coreError(verdict.error, carrier.failure);
    return verdict.value;
  }

  /** Resolves once the session can be asked; rejects when it never can. */
  async ready() {
    if (this.connection) return;
    if (!this.gate) throw notInitialised();
    await this.gate.opened;
  }

  /** Undo everything that init() did; whatever waits ends with Closed. */
  close() {
    // Python's side is closed by Python, which then comes back to disconnect().
    if (this.#interpreter) this.#interpreter.closed();
    else this.disconnect();
  }

  /** Take everything off the page. */
  disconnect() {
    this.gate?.fail(closed());
    this.connection?.driver.close();
    this.connection?.host.unlockAll();
    this.connection = null;
    this.gate = null;
    this.#options = null;
    this.#interpreter = null;
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /**
   * @param {string} key
   * @returns {string | null} what localStorage keeps there; also before connect()
   */
  readStorage(key) {
    return readStorage(key);
  }

  /** @param {Record<string, any>} options */
  #open(options) {
    if ("__supertokensOriginalFetch" in globalThis) throw otherSdkOnPage();
    this.#options = options;
    this.#nativeFetch = globalThis.fetch;
    this.#undo.push(
      patch(globalThis, "fetch", sessionFetch(this, this.#nativeFetch)),
      patch(globalThis, "XMLHttpRequest", sessionXHR(this, globalThis.XMLHttpRequest)),
    );
  }

  /**
   * @param {Gate} gate
   * @param {import("./boot.js").BootSettings} settings
   */
  async #boot(gate, settings) {
    // Python that the page runs may call init(), and close() may come, at any time.
    const stillNeeded = () => this.gate === gate && !this.connection;
    try {
      if (await expectsPagePython(settings)) {
        setTimeout(() => stillNeeded() && gate.fail(pagePythonMissing()), PAGE_PYTHON_PATIENCE);
        return;
      }
      if (!stillNeeded()) return;
      const pyodide = await bootPython(settings);
      if (!stillNeeded()) return;
      const start = pyodide.pyimport("supertokens_pyodide._browser.entry.start");
      const refusal = start(this, this.givenOptions());
      start.destroy();
      this.#refuse(refusal);
    } catch (error) {
      gate.fail(asBootFailure(error));
    }
  }

  /** @param {string} refusal an error as JSON, or nothing */
  #refuse(refusal) {
    if (refusal) throw new SuperTokensError(JSON.parse(refusal));
  }

  #connected() {
    if (!this.connection) throw notInitialised();
    return this.connection;
  }

  /** @param {object[]} events */
  #emit(events) {
    const { onHandleEvent } = this.#options ?? {};
    for (const event of onHandleEvent ? events : []) {
      // Called in this turn; whether it throws or returns a promise that rejects, it is told here.
      new Promise((done) => done(onHandleEvent(event))).catch((error) =>
        console.error("supertokens: onHandleEvent failed", error),
      );
    }
    this.connection?.core.notify(JSON.stringify(events));
  }
}

/**
 * Options as data for Python. Events are handed out on this side; any other function is named only,
 * so that the core can say what it does not support.
 *
 * @param {Record<string, any>} options
 */
function plain({ onHandleEvent: _, ...options }) {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      typeof value === "function" ? true : value,
    ]),
  );
}

/**
 * @param {Record<string, any>} one
 * @param {Record<string, any>} other
 */
function sameOptions(one, other) {
  const entries = (/** @type {Record<string, any>} */ options) =>
    JSON.stringify(Object.entries(plain(options)).sort());
  return entries(one) === entries(other);
}

const pagePythonMissing = () =>
  bootFailed(
    "Python on this page has not called supertokens_pyodide.init().",
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
