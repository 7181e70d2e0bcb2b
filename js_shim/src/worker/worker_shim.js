// The worker's side: a shim whose cookies, storage and locks are those of the page that owns the worker.

import { BootFiles } from "../boot/boot_files.js";
import { START_TIMEOUT } from "../boot/schedule.js";
import { targetOf } from "../core/plan.js";
import { limitWait } from "../core/wait_limit.js";
import { bootFailed, closed, SuperTokensError, unsupported } from "../errors.js";
import { PROTOCOL } from "../flow/steps.js";
import { Shim } from "../page/shim.js";
import { coreServices } from "./core_services.js";
import { proxiedHooks } from "./hook_proxy.js";
import { fieldsOf, Link, malformed } from "./link.js";
import { LinkHost } from "./link_host.js";
import { LinkJar } from "./link_jar.js";
import { LinkStore } from "./link_store.js";
import { announcement } from "./presence.js";
import { GREETING, LIVENESS } from "./wire.js";
import { WorkerWindow } from "./worker_window.js";

/** @import {Port} from "../core/python.js" */
/** @import {Readiness} from "../core/readiness.js" */
/** @import {PageLink, Welcome} from "./wire.js" */

// How long a caller waits for the sign that the page has the shim. A busy page shows it too, unless it is
// busy from the moment when it starts its worker. After the sign, the page may take as long to answer as
// Python on a page may take to start.
const SIGN_TIMEOUT = 3_000;

export class WorkerShim extends Shim {
  /** @type {PageLink | null} */
  #link = null;
  /** @type {LinkJar | null} */
  #jar = null;
  /** Releases the liveness lock. */
  #release = () => {};
  /** Whether its core decides for the page. */
  #decides = false;

  /**
   * Start for Python in this worker: intercept requests now, and hold them until the page has answered.
   *
   * @param {Record<string, any> | undefined} options that define which requests are ours, if Python has been
   *   given any
   * @param {Record<string, any>} functions options that Python gave
   * @param {string[]} keys of localStorage that the core needs
   * @param {(options: string | undefined) => string} start connects the core; takes the options of the page,
   *   and returns an error as JSON, or an empty text
   */
  join(options, functions, keys, start) {
    if (location.origin === "null") throw opaqueOrigin();
    this.open(
      proxiedHooks(() => this.#link),
      functions,
    );
    if (options) this.target = targetOf(options);
    else this.interception.isOpenToAll = true;
    const { readiness } = this.cores.wait(new BootFiles());
    // Without Web Locks the sign is a message, for which a busy page takes longer.
    limitWait(readiness, navigator.locks ? SIGN_TIMEOUT : START_TIMEOUT, noPage);
    this.#joinPage(readiness, keys, start).catch((error) => {
      this.interception.isOpenToAll = false;
      readiness.fail(error);
    });
  }

  /**
   * Connect an interpreter's core: after the page has answered, or without a page.
   *
   * @param {Port} port
   */
  connect(port) {
    if (!this.driver && !navigator.locks) throw noLocks();
    super.connect(port);
  }

  /** @returns {never} */
  init() {
    throw unsupported(
      "In a worker the session is started by Python.",
      "Call supertokens_pyodide.init() there.",
    );
  }

  /** Whether cookies() answers from a mirror: until the page has answered there is not even one. */
  get isMirrored() {
    return true;
  }

  /** @param {MessagePort} port of a worker that this worker owns: its page serves both */
  serve(port) {
    let isGone = false;
    announcement(() => isGone).then(() => {
      if (isGone) port.close();
      else globalThis.postMessage?.(GREETING, { transfer: [port] });
    });
    return () => {
      isGone = true;
    };
  }

  /** @param {((original: any) => any) | undefined} [windowHandler] */
  newWindow(windowHandler) {
    return new WorkerWindow(windowHandler);
  }

  newHost() {
    const [link, jar] = [this.#link, this.#jar];
    if (!link || !jar) return super.newHost();
    const { given, interception, window } = this;
    return new LinkHost(interception.nativeFetch, window, given.functions(), jar, link);
  }

  disconnect() {
    super.disconnect();
    this.#link?.report("leave");
    this.#link?.end(closed());
    this.#link = this.#jar = null;
    this.#decides = false;
    this.#release();
  }

  /**
   * @param {Readiness} readiness
   * @param {string[]} keys
   * @param {(options: string | undefined) => string} start
   */
  async #joinPage(readiness, keys, start) {
    const isClosed = () => this.cores.pending?.readiness !== readiness;
    const livenessLock = await this.#holdLivenessLock();
    await announcement(isClosed);
    if (isClosed()) return;
    limitWait(readiness, START_TIMEOUT, noAnswer);
    const { port1, port2 } = new MessageChannel();
    const update = (/** @type {string} */ text) => this.#jar?.update(text);
    const core = coreServices(this, update);
    /** @type {PageLink} */
    const link = new Link(port1, {
      ...core,
      cookies: (text) => {
        if (typeof text !== "string") throw malformed();
        update(text);
        this.look();
      },
      decide: (options) => {
        this.#decides = true;
        return core.decide(options);
      },
      waiting: () => limitWait(readiness, START_TIMEOUT, notShared),
      closed: () => {
        this.#decides = false;
        this.#jar?.forget();
        core.closed();
      },
    });
    this.#link = link;
    globalThis.postMessage?.(GREETING, { transfer: [port2] });
    const about = { protocol: PROTOCOL, version: this.version, livenessLock, keys };
    const { cookies, place, page, stored, options } = checkedWelcome(await link.ask("join", about));
    if (isClosed()) return;
    this.#jar = new LinkJar(link, cookies, place);
    /** @type {WorkerWindow} */ (this.window).connect(page, new LinkStore(link, stored));
    const refusal = start(options);
    if (refusal) {
      const error = JSON.parse(refusal);
      link.report("refused", error);
      throw new SuperTokensError(error);
    }
    link.report("ready");
  }

  /** @param {object[]} events */
  emit(events) {
    super.emit(events);
    if (this.#decides) this.#link?.report("events", events);
  }

  /** @returns {Promise<string>} the lock's name; empty without Web Locks */
  async #holdLivenessLock() {
    if (!navigator.locks) return "";
    const name = `${LIVENESS}${crypto.randomUUID()}`;
    const end = new Promise((resolve) => {
      this.#release = () => resolve(undefined);
    });
    await new Promise((held) => {
      navigator.locks.request(name, () => {
        held(undefined);
        return end;
      });
    });
    return name;
  }
}

/**
 * @param {unknown} welcome as it came from the page
 * @returns {Welcome}
 */
function checkedWelcome(welcome) {
  const { cookies, place, page, stored, options } = fieldsOf(welcome);
  const { hostname, secure } = fieldsOf(page);
  const isKnown =
    (cookies === null || typeof cookies === "string") &&
    (options === undefined || typeof options === "string") &&
    typeof place === "string" &&
    typeof hostname === "string" &&
    typeof secure === "boolean" &&
    Array.isArray(stored);
  if (!isKnown) throw malformed();
  return { cookies, place, page: { hostname, secure }, stored, options };
}

const noPage = () =>
  unsupported(
    "The page that owns this worker has not answered yet, and a worker has no cookies of its own.",
    'Load the shim on the page before it starts workers: <script src="…/supertokens.iife.js" data-interpreter="worker"></script> in its head. If you cannot change the page (a notebook, say), keep the session in the worker: init(token_transfer_method="header", token_store="indexedDB"), see docs/install/notebook.md.',
  );

const noAnswer = () =>
  bootFailed(
    "The page that owns this worker has not answered yet.",
    undefined,
    "The page is busy: call again later, and let its main thread pause regularly.",
  );

const notShared = () =>
  unsupported(
    "The page that owns this worker does not share its session yet.",
    'Call supertokens.init() on the page, or, if only Python in the worker uses the session, add data-interpreter="worker" to the shim\'s script tag.',
  );

const opaqueOrigin = () =>
  unsupported(
    "This worker has an opaque origin, as workers from data: URLs have, and pages cannot share sessions with it.",
    "Start the worker from a file of the page's origin, or from a blob: URL.",
  );

const noLocks = () =>
  unsupported(
    "Workers that share a session refresh it one at a time with Web Locks, which are missing here.",
    "Serve the page over https; plain http works on localhost only.",
  );
