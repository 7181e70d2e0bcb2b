// The worker's side: a shim whose cookies, storage and locks are those of the page that owns the worker.

import { BootFiles } from "../boot/boot_files.js";
import { START_TIMEOUT } from "../boot/start.js";
import { bootFailed, closed, SuperTokensError, unsupported } from "../errors.js";
import { Host } from "../host/host.js";
import { after } from "../host/jar.js";
import { WindowHandler } from "../host/window_handler.js";
import { Shim, targetOf } from "../page/shim.js";
import { resolveUrl } from "../target.js";
import { coreServices } from "./core_services.js";
import { lentHooks } from "./lent_hooks.js";
import { announcement } from "./presence.js";
import { GREETING, LIVENESS, Link, PROTOCOL } from "./wire.js";

/**
 * @typedef {import("../host/jar.js").Jar} Jar
 * @typedef {import("../host/jar.js").Store} Store
 */

// How long a caller waits for a sign that the page has the shim. It needs no answer of the page, which may be
// busy; only one that is busy from the moment in which it starts its worker shows none. A page that has shown
// it may take as long to answer as Python on a page may take to start.
const SIGN_TIMEOUT = 3_000;

export class WorkerShim extends Shim {
  /** @type {Link | null} */
  #link = null;
  /** @type {LinkJar | null} */
  #jar = null;
  #leave = () => {};
  #isAdopted = false;

  /**
   * Start for Python in this worker: catch requests now, and hold them until the page has answered.
   *
   * @param {Record<string, any> | undefined} options those that tell which requests are ours, where
   *   Python has been given any
   * @param {Record<string, any>} functions options that Python gave
   * @param {string[]} keys what the core wants to know from localStorage
   * @param {(options: string | undefined) => string} start connects the core; takes the options that
   *   the page was given, and returns an error as JSON, or nothing
   */
  join(options, functions, keys, start) {
    if (location.origin === "null") throw opaqueOrigin();
    this.open(
      lentHooks(() => this.#link),
      functions,
    );
    if (options) this.target = targetOf(options);
    else this.interception.isOpenToAll = true;
    const { arrival } = this.wait(new BootFiles());
    // Without Web Locks the sign is an answer, for which a busy page takes its time.
    arrival.limit(navigator.locks ? SIGN_TIMEOUT : START_TIMEOUT, noPage);
    this.#meet(arrival, keys, start).catch((error) => {
      this.interception.isOpenToAll = false;
      arrival.fail(error);
    });
  }

  /**
   * Connect an interpreter's core: once the page has answered, or without a page.
   *
   * @param {import("../core/python.js").Port} port
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
    const native = interception.nativeFetch.bind(globalThis);
    return new WorkerHost(native, window, given.functions(), jar, link);
  }

  disconnect() {
    super.disconnect();
    this.#link?.tell("leave");
    this.#link?.end(closed());
    this.#link = this.#jar = null;
    this.#isAdopted = false;
    this.#leave();
  }

  /**
   * @param {import("../core/arrival.js").Arrival} arrival
   * @param {string[]} keys
   * @param {(options: string | undefined) => string} start
   */
  async #meet(arrival, keys, start) {
    const isClosed = () => this.pending?.arrival !== arrival;
    const life = await this.#live();
    await announcement(isClosed);
    if (isClosed()) return;
    arrival.limit(START_TIMEOUT, noAnswer);
    const { port1, port2 } = new MessageChannel();
    const update = (/** @type {string} */ text) => this.#jar?.update(text);
    const { adopt, closed: pageClosed, ...services } = coreServices(this, update);
    const link = new Link(port1, {
      cookies: (text) => {
        update(text);
        this.look();
      },
      adopt: (options) => {
        this.#isAdopted = true;
        return adopt?.(options);
      },
      waiting: () => arrival.limit(START_TIMEOUT, notShared),
      closed: () => {
        this.#isAdopted = false;
        this.#jar?.forget();
        pageClosed?.();
      },
      ...services,
    });
    this.#link = link;
    globalThis.postMessage?.(GREETING, { transfer: [port2] });
    const about = { protocol: PROTOCOL, version: this.version, life, keys };
    const { cookies, place, page, stored, options } = await link.ask("join", about);
    if (isClosed()) return;
    this.#jar = new LinkJar(link, cookies, place);
    /** @type {WorkerWindow} */ (this.window).meet(page, new LinkStore(link, stored));
    const refusal = start(options);
    if (refusal) {
      const error = JSON.parse(refusal);
      link.tell("refused", error);
      throw new SuperTokensError(error);
    }
    link.tell("up");
  }

  /** @param {object[]} events */
  emit(events) {
    super.emit(events);
    if (this.#isAdopted) this.#link?.tell("events", events);
  }

  /** @returns {Promise<string>} the lock that this worker holds while it lives, where there are locks */
  async #live() {
    if (!navigator.locks) return "";
    const name = `${LIVENESS}${crypto.randomUUID()}`;
    const end = new Promise((resolve) => {
      this.#leave = () => resolve(undefined);
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

/** What a worker knows of its page by itself. One made of a blob has an address without a host. */
class WorkerWindow extends WindowHandler {
  #hostname = resolveUrl(location.origin)?.hostname ?? "";
  #secure = location.origin.startsWith("https:");
  /** @type {Store | null} */
  #store = null;

  /**
   * Hear what the page says of itself: it may have a windowHandler.
   *
   * @param {{hostname: string, secure: boolean}} page
   * @param {Store} store
   */
  meet({ hostname, secure }, store) {
    this.#hostname = hostname;
    this.#secure = secure;
    this.#store = store;
  }

  get hostname() {
    return this.handler ? super.hostname : this.#hostname;
  }

  get secure() {
    return this.handler ? super.secure : this.#secure;
  }

  get store() {
    return this.handler ? super.store : this.#store;
  }
}

/**
 * The page's cookies: asked for before each step, and mirrored for whoever cannot wait.
 *
 * @implements {Jar}
 */
class LinkJar {
  isMirrored = true;
  isKnown = false;
  #link;
  #cookies = "";
  #unanswered = 0;
  #writing = Promise.resolve();

  /**
   * @param {Link} link
   * @param {string | null} cookies null where the page cannot read them
   * @param {string} place
   */
  constructor(link, cookies, place) {
    this.#link = link;
    this.place = place;
    if (cookies !== null) this.update(cookies);
  }

  read() {
    return this.#cookies;
  }

  /** @param {string[]} writes */
  write(writes) {
    this.#cookies = writes.reduce(after, this.#cookies);
    this.#unanswered += 1;
    this.#writing = this.#link.ask("write", writes).then(
      (cookies) => {
        this.#unanswered -= 1;
        this.update(cookies);
      },
      () => {
        this.#unanswered -= 1; // closed: what was reported before then is written
      },
    );
  }

  flushed() {
    return this.#writing;
  }

  async sync() {
    this.update(await this.#link.ask("cookies"));
  }

  /** @param {string} cookies the page's; what it said before it knew of a write is out of date */
  update(cookies) {
    this.isKnown = true;
    if (this.#unanswered === 0) this.#cookies = cookies;
  }

  /** Know nothing any more: the page has ended its session SDK. */
  forget() {
    this.#cookies = "";
  }

  close() {}
}

/** The page's localStorage, as far as the core wanted to know it. */
class LinkStore {
  #link;
  #entries;

  /**
   * @param {Link} link
   * @param {[string, string | null][]} entries
   */
  constructor(link, entries) {
    this.#link = link;
    this.#entries = new Map(entries);
  }

  /** @param {string} key */
  getItem(key) {
    return this.#entries.get(key) ?? null;
  }

  /** @param {string} key @param {string} text */
  setItem(key, text) {
    this.#entries.set(key, text);
    this.#link.tell("store", key, text);
  }

  /** @param {string} key */
  removeItem(key) {
    this.#entries.delete(key);
  }
}

class WorkerHost extends Host {
  #link;
  #locks = 0;

  /**
   * @param {typeof fetch} nativeFetch
   * @param {WindowHandler} window
   * @param {Record<string, any>} functions
   * @param {LinkJar} jar
   * @param {Link} link
   */
  constructor(nativeFetch, window, functions, jar, link) {
    super(nativeFetch, window, functions, jar);
    this.#link = link;
  }

  /**
   * @param {string} name
   * @param {number} timeout
   */
  async takeLock(name, timeout) {
    this.#locks += 1;
    const id = this.#locks;
    const taken = await this.#link.ask("lock", id, name, timeout);
    return taken ? () => this.#link.tell("unlock", id) : null;
  }
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
    "The page is busy: call again later, and give its main thread pauses.",
  );

const notShared = () =>
  unsupported(
    "The page that owns this worker does not share its session yet.",
    'Call supertokens.init() on the page, or, if only Python in the worker uses the session, add data-interpreter="worker" to the shim\'s script tag.',
  );

const opaqueOrigin = () =>
  unsupported(
    "This worker has an opaque origin, as workers made of data: URLs have, and no page shares its session with it.",
    "Start the worker from a file of the page's origin, or from a blob: URL.",
  );

const noLocks = () =>
  unsupported(
    "Workers that share a session refresh it one at a time by Web Locks, and there are none.",
    "Serve the page over https; plain http will do on localhost only.",
  );
