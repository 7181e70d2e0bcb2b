// The page's one session SDK, from init() to close(): one driver, whose core is pending until Python is up.

import { bootFiles } from "../boot/boot.js";
import { BootFiles } from "../boot/boot_files.js";
import { checkStart, startsAtOnce } from "../boot/schedule.js";
import { settings, startPython } from "../boot/start.js";
import { PendingCore } from "../core/pending.js";
import { hostsOf } from "../core/plan.js";
import { PythonCore } from "../core/python.js";
import { Table } from "../core/table.js";
import {
  closed,
  coreError,
  notABrowser,
  notInitialised,
  otherInterpreter,
  otherVersion,
  unknownStatus,
} from "../errors.js";
import { FlowContext, written } from "../flow/context.js";
import { Driver } from "../flow/driver.js";
import { EarlyJar } from "../host/early_jar.js";
import { Host } from "../host/host.js";
import { MirroredJar } from "../host/mirrored_jar.js";
import { WindowHandler } from "../host/window_handler.js";
import { IN_BROWSER, IN_WORKER } from "../platform.js";
import { Sharing } from "../worker/sharing.js";
import { PROTOCOL } from "../worker/wire.js";
import { WorkerCores } from "../worker/worker_cores.js";
import { Bridge } from "./bridge.js";
import { Given } from "./given.js";
import { Interception } from "./interception.js";
import { guardPage } from "./other_sdk_guard.js";
import { Tabs } from "./tabs.js";

/**
 * @typedef {import("../core/python.js").Port} Port
 * @typedef {import("../flow/driver.js").Plan} Plan
 * @typedef {import("../flow/steps.js").Core} Core
 */

export class Shim {
  version = __VERSION__;
  /** @type {Driver | null} from init() to close() */
  driver = null;
  /** @type {PendingCore | null} while there is no core */
  pending = null;
  /** @type {BootFiles | null} from init() to close() */
  files = null;
  /** @type {import("../core/plan.js").Target | null} which requests are ours, as soon as anybody has said so */
  target = null;
  window = this.newWindow();
  /** @type {object | null} from init() to close(); what was put on the page in another life does nothing */
  life = null;
  given = new Given(this);
  interception = new Interception(this);
  /** What Python asks of us. */
  bridge = new Bridge(this);
  cores = new WorkerCores(this);
  /** What this page shares with its workers. */
  sharing = new Sharing(this);
  /** @type {import("../boot/start.js").OwnPython | null} the SDK's own interpreter, which outlives close() */
  python = null;
  /** @type {import("../api/types.js").SessionClaimValidator[]} which hold on every page, from other code than the page's own */
  validatorsOfOthers = [];

  /** @type {Port | null} Python's side, which close() has closed by Python */
  #port = null;
  /** @type {Tabs | null} */
  #tabs = null;
  /** @type {Table | null} what is known before there is a core; null where only that can tell */
  table = null;
  #unguard = () => {};
  /** @type {unknown} why the last init() did nothing */
  #refusal = undefined;
  /** @type {Set<string>} */
  #warnings = new Set();

  // ---- its life ------------------------------------------------------------------------------------

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
    const pending = this.#await();
    if (!startsAtOnce(settings()) && this.table && options.onHandleEvent) {
      this.#watch();
      this.look().catch(() => {}); // this frame may not see cookies
    }
    startPython(this, pending);
  }

  /** Notice what other tabs do. */
  #watch() {
    this.#tabs?.close();
    this.#tabs = new Tabs(() => this.look());
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
    this.life = {};
    this.window = window;
    this.given.open(options, functions);
    this.interception.open();
    this.sharing.open();
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
    else if (!this.life) this.open(null, port.functions);
    try {
      this.useCore((host) => new PythonCore(port, host, plan, this.#mourn), plan);
    } catch (error) {
      if (!this.pending) this.disconnect();
      throw error;
    }
    this.#port = port;
  }

  /**
   * Let a core decide for this page or worker.
   *
   * @param {(host: Host) => Core} make
   * @param {any} plan as the core gives it
   */
  useCore(make, plan) {
    const host = this.newHost();
    const core = make(host);
    this.target = plan;
    if (this.driver) this.driver.use(core, host, plan);
    else this.driver = new Driver(this, core, host, plan);
    this.#watch();
    if (host.jar instanceof MirroredJar) host.jar.changed = () => this.look();
    const { pending } = this;
    this.pending = null;
    if (pending?.news) {
      core.observe(pending.news);
      queueMicrotask(() => this.look()); // Python may be in the middle of its init()
    } else {
      this.look(); // what is there now is no news
    }
    pending?.handOver();
  }

  /** The core has died with its interpreter: whoever waits for it learns of that. */
  #mourn = (/** @type {Error} */ death) => {
    this.#port = null; // it cannot close anything any more
    this.driver?.fail(death);
    this.driver?.host.close();
    this.#tabs?.close();
  };

  /** @returns {PendingCore | null} which stands in for the core that was used and has gone */
  loseCore() {
    this.#tabs?.close();
    return this.pending ?? (this.life ? this.#await() : null);
  }

  /**
   * Have requests wait for a core from now on.
   *
   * @returns {PendingCore}
   */
  #await() {
    const { indexURL } = settings();
    const options = this.given.options ?? {};
    const table = new Table(__TABLE__, options);
    this.table = table.applies ? table : null;
    return this.wait(
      new BootFiles(
        () => bootFiles(settings()),
        indexURL,
        (error) => this.fail(error),
      ),
    );
  }

  /**
   * @param {BootFiles} files
   * @returns {PendingCore} in the driver until there is a core
   */
  wait(files) {
    const pending = new PendingCore(this, files);
    const host = new Host(
      this.interception.nativeFetch,
      this.window,
      {},
      new EarlyJar(this.window),
    );
    const plan = {
      timeout: 0,
      requestHeaders: [],
      replyHeaders: [],
      statuses: [],
      ...this.table?.plan,
    };
    if (this.driver) this.driver.use(pending, host, plan);
    else this.driver = new Driver(this, pending, host, plan);
    this.files = files;
    this.pending = pending;
    pending.arrival.wait().catch((error) => this.pending === pending && console.error(error));
    return pending;
  }

  /** @param {unknown} reason why there will be no core */
  fail(reason) {
    this.pending?.arrival.fail(reason);
  }

  /** Undo everything that init() did; whatever waits ends with Closed. */
  close() {
    // Python's side is closed by Python, which then comes back to disconnect().
    if (this.#port) this.#port.closed();
    else this.disconnect();
  }

  /** Take everything off the page. */
  disconnect() {
    this.sharing.close();
    this.cores.unwant();
    const { driver, pending } = this;
    this.driver = this.pending = this.files = this.target = this.life = this.#port = null;
    pending?.arrival.fail(closed());
    driver?.close();
    this.#tabs?.close();
    this.table = null;
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
    const { driver } = this;
    if (!driver) throw this.#refusal ?? notInitialised();
    const context = new FlowContext(null, null, userContext);
    context.functions = functions;
    const given = JSON.stringify(args ?? {});
    let verdict;
    try {
      verdict = await driver.run(driver.call(name, given === "{}" ? "" : given, context), context);
    } catch (error) {
      if (name === "get_session_status") return unknownStatus(error);
      throw error;
    }
    if (verdict.verdict === "fail") {
      const { error } = verdict;
      throw coreError(error, context.failure, driver.effects.responseOf(error, context));
    }
    return verdict.verdict === "value" ? verdict.value : undefined;
  }

  /** Resolves once the session can be asked; rejects when it never can. */
  async ready() {
    if (!this.driver) throw this.#refusal ?? notInitialised();
    this.pending?.need("ready");
    await this.pending?.arrival.wait();
  }

  /** Whether a session is likely; undefined where it takes a wait to tell. */
  sessionHint() {
    const isUp = this.driver && !this.driver.core.isPending;
    const jar = isUp ? this.driver?.host.jar : new EarlyJar(this.window);
    const { cookieHandler, tokenStore } = this.given.options ?? {};
    const isElsewhere = IN_WORKER || cookieHandler || tokenStore === "indexedDB";
    if (!jar || (isUp ? jar.isMirrored : isElsewhere)) return undefined;
    try {
      return new Table(__TABLE__).isLikely(jar.read());
    } catch {
      return undefined; // this frame may not see cookies
    }
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
  async look() {
    const { driver } = this;
    if (!driver) return;
    const { core, host } = driver;
    try {
      if (host.jar.isMirrored) await host.jar.sync();
    } catch {
      return; // closed meanwhile, like what comes next
    }
    if (this.driver !== driver || driver.core !== core) return;
    const step = core.observe();
    if (step) driver.apply(step, contextIn(core));
  }

  /** The cookies have been written. */
  cookiesChanged() {
    const { driver } = this;
    if (driver) this.#tabs?.tell(driver.host.jar);
  }

  /** @param {object[]} events */
  emit(events) {
    const { onHandleEvent } = this.given.options ?? {};
    for (const event of onHandleEvent ? events : []) {
      // Called in this turn; whether it throws or returns a promise that rejects, it is told here.
      new Promise((done) => done(onHandleEvent(event))).catch((error) =>
        console.error("supertokens: onHandleEvent failed", error),
      );
    }
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
    return this.sharing.serve(port);
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

/**
 * Which requests are ours, by the options, until the core says so itself.
 *
 * @param {Record<string, any>} options
 */
export function targetOf({ apiDomain = "", sessionTokenBackendDomain: domain }) {
  const hosts = hostsOf(String(apiDomain), domain && String(domain));
  return { skip: __TABLE__.skip, apiDomain: String(apiDomain), ...hosts };
}

/** @param {Core} core */
function contextIn(core) {
  const context = new FlowContext();
  context.core = core;
  return context;
}
