// The page's one shim: its state from init() over the boot to the connected core, and back.

import { bootFiles } from "../boot/boot.js";
import { Gate } from "../boot/gate.js";
import { settings, startPython } from "../boot/start.js";
import { earlyFor, sessionHint } from "../core/early.js";
import { mortal } from "../core/mortal.js";
import { WorkerCores } from "../core/remote.js";
import {
  alreadyInitialised,
  closed,
  coreError,
  notABrowser,
  notInitialised,
  otherInterpreter,
  otherVersion,
  throwRefusal,
  unknownStatus,
} from "../errors.js";
import { Driver } from "../flow/driver.js";
import { FlowContext, written } from "../flow/flow.js";
import { askedNow } from "../host/handlers.js";
import { Hooks } from "../host/hooks.js";
import { Host } from "../host/host.js";
import { MirroredJar } from "../host/jar.js";
import { WindowHandler } from "../host/window_handler.js";
import { sessionXHR } from "../intercept/xhr/xhr.js";
import { IN_BROWSER, isOurs, isPackage, resolveUrl } from "../target.js";
import { PROTOCOL } from "../worker/wire.js";
import { Sharing } from "../worker/worker_host.js";
import { facts } from "./facts.js";
import { checked, plain, replacements, sameOptions } from "./options.js";
import { guardPage } from "./other_sdk_guard.js";
import { patch } from "./patch.js";
import { CLOCK_SKEW, originalFunctions, overridden, PATCHING } from "./recipe.js";
import { Tabs } from "./tabs.js";

/**
 * @typedef {import("../flow/flow.js").Core} Core
 * @typedef {import("../target.js").Plan} Plan
 * @typedef {{core: Core, driver: Driver, host: Host, plan: Plan, tabs: Tabs}} Connection
 *
 * An interpreter's side, as its Python hands it over; ``functions`` are options that Python gave.
 * @typedef {Core & {plan: string, functions: Record<string, any>, closed: () => void}} Interpreter
 */

export class Shim {
  version = __VERSION__;
  /** @type {Connection | null} the core, once it is up */
  connection = null;
  /** @type {Gate | null} from init() on */
  gate = null;
  window = this.newWindow();
  /** @type {object | null} from init() to close(); what was put on the page in another life does nothing */
  life = null;
  cores = new WorkerCores(this);
  /** @type {import("../boot/start.js").OwnPython | null} the SDK's own interpreter, which outlives close() */
  python = null;
  /** What this page shares with its workers. */
  sharing = new Sharing(this);
  #original = originalFunctions(this);
  /** What the session's functions do, overrides included. */
  recipe = this.#original;

  /** @type {Record<string, any> | null} */
  #options = null;
  /** @type {Interpreter | null} */
  #interpreter = null;
  /** @type {string | undefined} the cookies that Python was given last */
  #cookies = undefined;
  /** @type {(() => void)[]} */
  #undo = [];
  #nativeFetch = globalThis.fetch;
  #matchesUrls = false;
  /** @type {unknown} why the last init() did nothing */
  #refusal = undefined;
  /** @type {Record<string, unknown>} */
  #patched = {};
  /** @type {Record<string, any>} */
  #pythonFunctions = {};
  /** @type {Set<string>} */
  #warnings = new Set();
  /** @type {any} the page's own clock, from its first use to close() */
  #clock = undefined;
  /** @type {Record<string, {reference: any, option: any}>} handlers that the page had before init() */
  registered = {};
  /** @type {import("../api/types.js").SessionClaimValidator[]} which hold on every page, from other code than the page's own */
  validatorsOfOthers = [];

  /**
   * Start for JavaScript: catch requests now, and have Python up as soon as possible.
   *
   * @param {Record<string, any>} given
   */
  init(given) {
    const options = this.#checked({ ...this.#registeredOptions(), ...given });
    if (this.#options || this.connection) return this.#initAgain(options);
    this.open(options);
    startPython(this, this.#hold());
  }

  /** The options that the page has registered as handlers. */
  #registeredOptions() {
    const entries = Object.entries(this.registered).map(([name, { option }]) => [name, option]);
    return Object.fromEntries(entries.filter(([, option]) => option));
  }

  /** @param {Record<string, any>} given */
  #checked(given) {
    try {
      this.#refusal = undefined;
      if (!IN_BROWSER) throw notABrowser();
      return checked(given, __TABLE__, (warning) => this.warnOnce(warning));
    } catch (error) {
      this.#refusal = error; // callers that come later learn of it too
      throw error;
    }
  }

  /** @param {Record<string, any>} options */
  #initAgain(options) {
    const core = this.connection?.core;
    const same = this.#options && sameOptions(this.#options, options, __TABLE__);
    const functions = replacements(options, this.#given());
    if (!same && !core?.compare) throw alreadyInitialised();
    const isNewHook = functions.postAPIHook && !this.#given().postAPIHook;
    if (isNewHook && core && !core.compare) throw alreadyInitialised("postAPIHook");
    const override = this.#newOverride(functions.override);
    // It also learns that there is a hook.
    if (!same || isNewHook) throwRefusal(core?.compare?.(JSON.stringify(plain(options))));
    for (const name of Object.keys(functions)) {
      if (name !== "override") delete this.#pythonFunctions[name];
    }
    this.#options = this.#options ? { ...this.#options, ...functions } : options;
    if (override) this.#override(this.#pythonFunctions);
  }

  /**
   * @param {Record<string, any> | undefined} given option `override` of a repeated init()
   * @returns {boolean} whether it is another than before; throws where it cannot take effect any more
   */
  #newOverride(given) {
    if (!given || given.functions === this.#options?.override?.functions) return false;
    const recipe = this.#recipeOf(given.functions, this.#pythonFunctions);
    const differs = (/** @type {string} */ name) => recipe[name] !== this.#original[name];
    for (const name of PATCHING) {
      if (differs(name) || this.overrides(name)) throw alreadyInitialised(`override of ${name}`);
    }
    if (this.connection && differs(CLOCK_SKEW) !== this.overrides(CLOCK_SKEW)) {
      throw alreadyInitialised(`override of ${CLOCK_SKEW}`);
    }
    return true;
  }

  /** Take over what a repeated init() of Python has replaced. */
  renew() {
    this.#override(this.#pythonFunctions);
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
      throw otherVersion(this.version, "the Python package");
    }
    if (this.#options) this.#override(interpreter.functions);
    else this.open(null, interpreter.functions);
    try {
      this.useCore(mortal(interpreter, this.#mourn), plan);
    } catch (error) {
      if (!this.gate) this.disconnect();
      throw error;
    }
    this.#interpreter = interpreter;
  }

  /**
   * Let a core decide for this page or worker.
   *
   * @param {Core} core
   * @param {Plan} plan
   */
  useCore(core, plan) {
    const functions = this.#functions();
    const host = this.newHost(this.#nativeFetch.bind(globalThis), functions);
    const tabs = new Tabs(() => this.look());
    const driver = new Driver(
      core,
      host,
      this.hooks,
      plan,
      (events) => this.emit(events),
      () => tabs.tell(host.jar),
      (url) => this.covers(url),
    );
    this.connection = { core, driver, host, plan, tabs };
    if (host.jar instanceof MirroredJar) host.jar.changed = () => this.look();
    this.look(); // what is there now is no news
    this.gate?.early?.meet(this.connection);
    this.gate?.open();
    return this.connection;
  }

  /** The core has died with its interpreter: whoever waits for it learns of that. */
  #mourn = (/** @type {Error} */ death) => {
    this.#interpreter = null; // it cannot close anything any more
    this.connection?.driver.fail(death);
    this.connection?.host.close();
    this.connection?.tabs.close();
  };

  /** @returns {Gate} which holds requests again, since the core that was used has gone */
  loseCore() {
    this.connection?.host.close();
    this.connection?.tabs.close();
    const wasUp = this.connection !== null;
    this.connection = null;
    return wasUp || !this.gate ? this.#hold() : this.gate;
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
    await this.#connected().driver.run(step, new FlowContext());
  }

  /**
   * The page's cookies, for flows that Python begins.
   *
   * @returns {string | undefined} nothing where they are as they were: strings take long to cross
   */
  cookies() {
    const cookies = this.#connected().host.cookies();
    if (cookies === this.#cookies) return undefined;
    this.#cookies = cookies;
    return cookies;
  }

  /** Whether cookies() answers from a mirror, for Python to bring up to date first. */
  get isMirrored() {
    return this.#connected().host.jar.isMirrored;
  }

  /** @returns {Promise<void>} */
  sync() {
    return this.#connected().host.jar.sync();
  }

  /**
   * What the core has said of itself, or until then what init() was told.
   *
   * @returns {import("../target.js").Target | undefined}
   */
  get plan() {
    return this.connection?.plan ?? this.gate?.plan;
  }

  /**
   * Whether a request carries the session.
   *
   * @param {string} url as its caller gave it
   * @param {URL | null} [target] the same, resolved: where it goes
   * @returns {boolean}
   */
  covers(url, target = resolveUrl(url)) {
    if (!target || !this.#covers(url, target)) return false;
    return !isPackage(target) && !this.gate?.installs(target);
  }

  /**
   * @param {string} url
   * @param {URL} target
   * @returns {boolean}
   */
  #covers(url, target) {
    const { plan } = this;
    if (!plan) return false;
    if (this.#matchesUrls) {
      try {
        const { apiDomain, domain } = plan;
        return this.recipe.shouldDoInterceptionBasedOnUrl?.(url, apiDomain, domain ?? undefined);
      } catch (error) {
        console.error("supertokens: shouldDoInterceptionBasedOnUrl failed", error);
      }
    }
    return isOurs(plan, url, target);
  }

  /**
   * Whether the page has put its own function in place of the session's.
   *
   * @param {string} name as in supertokens-website
   */
  overrides(name) {
    return this.recipe[name] !== this.#original[name];
  }

  /** Whether the page has its XMLHttpRequest left alone. */
  get leavesXHR() {
    return this.#undo.length > 0 && !("XMLHttpRequest" in this.#patched);
  }

  /** Let the page's XMLHttpRequest carry the session. */
  interceptXHR() {
    const native = globalThis.XMLHttpRequest;
    this.#patch("XMLHttpRequest", sessionXHR(this, native));
  }

  /**
   * The page that options are for.
   *
   * @param {Record<string, any>} [functions] options that Python is going to give
   */
  windowFor(functions) {
    return this.#options ? this.window : this.newWindow(functions?.windowHandler);
  }

  /** @returns {Headers} of the reply that came last */
  lastHeaders() {
    return this.connection?.driver.lastHeaders() ?? new Headers();
  }

  /**
   * The response that an error of Python's reusableUntil for.
   *
   * @param {string} call
   * @param {number} status
   */
  responseOf(call, status) {
    const data = { name: "", code: "", message: "", hint: "", call, status };
    return this.connection?.driver.responseOf(data);
  }

  /** The functions around calls to the backend, from both languages. */
  get hooks() {
    return new Hooks(() => this.#given());
  }

  /** The page's own clock, where it has given one. */
  dateProvider() {
    const { dateProvider } = this.#functions();
    this.#clock ??= dateProvider && askedNow("dateProvider", dateProvider);
    return this.#clock;
  }

  /** The page's own locks, where it has given some. */
  get lockFactory() {
    return this.#functions().lockFactory;
  }

  /** Whether the session's cookies are not the browser's. */
  get keepsElsewhere() {
    const { cookieHandler, tokenStore } = this.#functions();
    return Boolean(cookieHandler ?? tokenStore);
  }

  /**
   * The page's own way to learn the clock's skew, where it has given one.
   *
   * @returns {((payload: string) => number) | undefined} takes JSON, gives milliseconds
   */
  clockSkew() {
    if (!this.overrides(CLOCK_SKEW)) return undefined;
    return (payload) =>
      this.recipe[CLOCK_SKEW]?.({
        accessTokenPayload: JSON.parse(payload),
        responseHeaders: this.lastHeaders(),
      });
  }

  /** Which of our patches are still what the page calls. @returns {Record<string, boolean>} */
  patched() {
    const entries = Object.entries(this.#patched);
    return Object.fromEntries(
      entries.map(([name, ours]) => [name, /** @type {any} */ (globalThis)[name] === ours]),
    );
  }

  /** What there is to know here, as JSON. @returns {Promise<string>} */
  async facts() {
    return JSON.stringify(await facts(this, this.#connected()));
  }

  /** Have the core look what other tabs have done. */
  async look() {
    const { connection } = this;
    if (!connection) return;
    const { core, driver, host } = connection;
    try {
      if (host.jar.isMirrored) await host.jar.sync();
    } catch {
      return; // closed meanwhile, like what comes next
    }
    if (this.connection !== connection) return;
    const step = core.observe(host.cookies(), host.now());
    if (step) driver.apply(step, new FlowContext());
  }

  /**
   * Call a function of the session.
   *
   * @param {string} name as in Python
   * @param {Record<string, any>} [args] JSON values by the names that Python knows
   * @param {any} [userContext]
   * @param {import("../flow/flow.js").Functions} [functions] what it may call in turn
   * @returns {Promise<any>}
   */
  async call(name, args, userContext, functions) {
    await this.ready();
    const { driver, host } = this.#connected();
    const context = new FlowContext(null, null, userContext);
    context.functions = functions;
    try {
      if (host.jar.isMirrored) await host.jar.sync();
    } catch (error) {
      if (name === "get_session_status") return unknownStatus(error);
      throw error;
    }
    const given = JSON.stringify(args ?? {});
    const step = driver.recall.call(name, given === "{}" ? "" : given);
    const verdict = await driver.run(step, context);
    const { error } = verdict;
    if (error) throw coreError(error, context.failure, driver.responseOf(error, context));
    return verdict.value;
  }

  /** Whether a session is likely; undefined where it takes a wait to tell. */
  sessionHint() {
    return sessionHint(this, this.#options);
  }

  /** Resolves once the session can be asked; rejects when it never can. */
  async ready() {
    if (this.connection) return;
    if (!this.gate) throw this.#refusal ?? notInitialised();
    await this.gate.opened;
  }

  /** @param {string} warning for the console, once a page */
  warnOnce(warning) {
    if (!this.#warnings.has(warning)) console.warn(`supertokens: ${warning}`);
    this.#warnings.add(warning);
  }

  /**
   * Whether a URL is ours by these domains, whatever a page's override says: Python, which has no matcher of
   * its own, asks it.
   *
   * @param {string} url
   * @param {string} apiDomain
   * @param {string | undefined} domain
   */
  isOurs(url, apiDomain, domain) {
    return this.#original.shouldDoInterceptionBasedOnUrl?.(url, apiDomain, domain);
  }

  /** Undo everything that init() did; whatever waits ends with Closed. */
  close() {
    // Python's side is closed by Python, which then comes back to disconnect().
    if (this.#interpreter) this.#interpreter.closed();
    else this.disconnect();
  }

  /** Take everything off the page. */
  disconnect() {
    this.sharing.close();
    this.cores.unwant();
    this.gate?.fail(closed());
    this.connection?.driver.close();
    this.connection?.host.close();
    this.connection?.tabs.close();
    this.connection = null;
    this.gate = null;
    this.life = null;
    this.#options = null;
    this.#interpreter = null;
    this.#cookies = undefined;
    this.#clock = undefined;
    for (const undo of this.#undo.splice(0).reverse()) undo();
    this.window = this.newWindow();
    this.recipe = this.#original;
    this.#matchesUrls = false;
    this.#pythonFunctions = {};
  }

  /**
   * @param {string} key
   * @returns {string | null} what localStorage keeps there; also before connect()
   */
  readStorage(key) {
    return this.window.store?.getItem(key) ?? null;
  }

  /**
   * @param {MessagePort} port of a worker that this page owns
   * @returns {(() => void) | void} to be called when that is gone
   */
  serve(port) {
    return this.sharing.serve(port);
  }

  /** @returns {Host} what this page shares with a worker */
  hostForWorker() {
    return this.newHost(this.#nativeFetch, this.#functions());
  }

  /** @param {((original: any) => any) | undefined} [windowHandler] */
  newWindow(windowHandler) {
    return new WindowHandler(windowHandler);
  }

  /**
   * @param {typeof fetch} nativeFetch
   * @param {Record<string, any>} functions
   */
  newHost(nativeFetch, functions) {
    return new Host(nativeFetch, this.window, functions);
  }

  /**
   * Put the patches in place.
   *
   * @param {Record<string, any> | null} options null where JavaScript has given none
   * @param {Record<string, any>} [functions] options that Python gave
   */
  open(options, functions = {}) {
    const window = this.newWindow(options?.windowHandler ?? functions.windowHandler);
    this.#undo.push(guardPage());
    this.life = {};
    this.#patched = {};
    this.window = window;
    this.#options = options;
    this.#override(functions);
    this.#nativeFetch = globalThis.fetch;
    const { recipe } = this;
    const context = { userContext: {} };
    const fetch = recipe.addFetchInterceptorsAndReturnModifiedFetch?.({
      originalFetch: this.#nativeFetch,
      ...context,
    });
    this.#patch("fetch", fetch);
    recipe.addXMLHttpRequestInterceptor?.(context);
    this.sharing.open();
  }

  /**
   * @param {"fetch" | "XMLHttpRequest"} name
   * @param {any} replacement
   */
  #patch(name, replacement) {
    this.#patched[name] = replacement;
    this.#undo.push(patch(globalThis, name, replacement));
  }

  /** @param {Record<string, any>} functions options that Python gave */
  #override(functions) {
    this.#pythonFunctions = functions;
    this.recipe = this.#recipeOf(this.#options?.override?.functions, functions);
    this.#matchesUrls = this.overrides("shouldDoInterceptionBasedOnUrl");
  }

  /**
   * @param {import("./recipe.js").OverrideFunctions | undefined} own JavaScript's
   * @param {Record<string, any>} functions options that Python gave
   */
  #recipeOf(own, functions) {
    return overridden(this.#original, [own, functions.override?.functions]);
  }

  /** The options in force, from both languages. @returns {Record<string, any>} */
  #given() {
    return { ...this.#options, ...this.#pythonFunctions };
  }

  /** The same for what keeps them: a later init() may replace the lock factory. */
  #functions() {
    const given = this.#given();
    const lockFactory = given.lockFactory && (() => this.#given().lockFactory());
    return lockFactory ? { ...given, lockFactory } : given;
  }

  /** @returns {Gate} which holds requests from now on */
  #hold() {
    const { indexURL } = settings();
    const covers = (/** @type {string} */ url, /** @type {URL} */ target) =>
      this.covers(url, target);
    const gate = new Gate(this.#options ?? {}, covers, () => bootFiles(settings()), indexURL);
    gate.opened.catch((error) => console.error(error));
    gate.early = earlyFor(this, gate, this.#options ?? {});
    this.gate = gate;
    return gate;
  }

  #connected() {
    if (!this.connection) throw notInitialised();
    return this.connection;
  }

  /** @param {object[]} events */
  emit(events) {
    const { onHandleEvent } = this.#options ?? {};
    for (const event of onHandleEvent ? events : []) {
      // Called in this turn; whether it throws or returns a promise that rejects, it is told here.
      new Promise((done) => done(onHandleEvent(event))).catch((error) =>
        console.error("supertokens: onHandleEvent failed", error),
      );
    }
    this.connection?.core.notify(
      written(events) ?? JSON.stringify(events.map((event) => ({ ...event, userContext: {} }))),
    );
  }
}
