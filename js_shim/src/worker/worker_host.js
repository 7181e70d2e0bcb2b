// The page's side of its workers: it shares the session's cookies, storage key and locks with them, from
// init() to close(), or where the page says that Python runs in its workers.

import { relativeWheels } from "../boot/boot.js";
import { settings } from "../boot/start.js";
import { alreadyInitialised, closed, otherVersion, workerGone } from "../errors.js";
import { sameOptions } from "../page/options.js";
import { patch } from "../page/patch.js";
import { IN_WORKER } from "../target.js";
import { hookServices } from "./lent_hooks.js";
import { addressOf, announce } from "./presence.js";
import { isSharedKey, isSharedLock, isSharedWrite, sharedCookies } from "./shared.js";
import { GREETING, LIVENESS, Link, malformed, PROTOCOL } from "./wire.js";

/**
 * @typedef {import("../page/shim.js").Shim} Shim
 * @typedef {import("./wire.js").Service} Service
 */

// How often a page that shares nothing yet looks whether it says so by now, and how many looks it takes
// before the console says what is missing.
const LOOK = 250;
const LOOKS = 12;

// PyScript's scripts that run in workers.
const PYTHON_IN_WORKERS =
  'script[type="py"][worker], py-script[worker], script[type="py-editor"], py-editor';

/** Whether the page says that Python in its workers is its own. */
const saysSo = () =>
  settings().interpreter === "worker" || document.querySelector(PYTHON_IN_WORKERS) !== null;

// A worker that ends by itself tells nobody; its page forgets it at some time.
const ended = new FinalizationRegistry((/** @type {() => void} */ end) => end());

let hasLooked = false;

/** PyScript's own error does not say why a wheel with a relative address cannot be loaded. */
function reportRelativeWheels() {
  if (hasLooked || IN_WORKER) return;
  hasLooked = true;
  const [wheel] = relativeWheels();
  if (!wheel) return;
  console.error(
    `supertokens: Python in a worker cannot load ${wheel}: PyScript's workers have no address that it could be relative to. Write the whole address in the config: ${new URL(wheel, document.baseURI).href}`,
  );
}

/**
 * Notice the workers that are started from now on, and take the port that one of ours sends.
 *
 * @param {Shim} shim
 */
export function watchWorkers(shim) {
  if (!globalThis.Worker) return;
  class OwnedWorker extends globalThis.Worker {
    /** @type {(() => void)[]} */
    #gone = [];

    /** @param {[string | URL, WorkerOptions?]} args */
    constructor(...args) {
      // The address that is judged is the one that is loaded. (A TrustedScriptURL must stay one.)
      const isTrusted = /** @type {any} */ (globalThis).trustedTypes?.isScriptURL(args[0]);
      if (args.length > 0 && !isTrusted) args[0] = `${args[0]}`;
      super(...args);
      reportRelativeWheels();
      const address = addressOf(`${args[0]}`);
      if (address === null) return;
      const end = announce(address);
      this.#gone.push(end);
      ended.register(this, end);
      // The first listener: what is meant for us, the page's own need not understand.
      super.addEventListener("message", (event) => {
        const [port] = event.ports;
        if (!port || event.data !== GREETING) return;
        event.stopImmediatePropagation();
        const gone = shim.serve(port);
        if (gone) this.#gone.push(gone);
      });
    }

    terminate() {
      super.terminate();
      for (const gone of this.#gone.splice(0)) gone(); // without Web Locks there is no other sign
    }
  }
  Object.defineProperty(OwnedWorker, "name", { value: "Worker" });
  patch(globalThis, "Worker", OwnedWorker);
}

/** Whether a page shares its session with its workers, and those with which it does. */
export class Sharing {
  /** @type {Set<ServedWorker>} */
  #workers = new Set();
  /** @type {boolean | null} null until the first init() or close() */
  #isOpen = null;
  /** @type {Set<() => void>} end the pauses of those that wait for an init() */
  #pauses = new Set();

  /** @param {Shim} shim */
  constructor(shim) {
    this.shim = shim;
  }

  get isOn() {
    return this.#isOpen ?? saysSo();
  }

  /** Share from now on: init() was called. */
  open() {
    this.#isOpen = true;
    for (const end of [...this.#pauses]) end();
    for (const worker of this.#workers) worker.resume();
  }

  /** Share nothing from now on, and take back what workers hold. */
  close() {
    this.#isOpen = false;
    for (const worker of this.#workers) worker.suspend();
  }

  /**
   * Wait until the page shares its session.
   *
   * @param {() => boolean} isOver whether nobody waits any more
   */
  async opened(isOver) {
    for (let looks = 0; !this.isOn && !isOver(); looks += 1) {
      if (looks === LOOKS) this.shim.warnOnce(NOT_SHARED);
      await new Promise((resolve) => {
        const end = () => {
          this.#pauses.delete(end);
          resolve(undefined);
        };
        this.#pauses.add(end);
        setTimeout(end, LOOK);
      });
    }
  }

  /**
   * Serve one worker.
   *
   * @param {MessagePort} port
   * @returns {() => void} to be called when the worker is gone
   */
  serve(port) {
    const worker = new ServedWorker(this.shim, port, () => this.#workers.delete(worker));
    this.#workers.add(worker);
    return () => worker.leave();
  }
}

const NOT_SHARED =
  "Python in a worker of this page asks for the session, but the page does not share it. Call supertokens.init() on the page, or, if only the worker's Python uses the session, set globalThis.supertokensPyodide = { interpreter: 'worker' }.";

/** One worker, as its page serves it. */
class ServedWorker {
  #shim;
  #link;
  #forget;
  /** @type {import("../host/host.js").Host | null} of the page's present life: from one init() to its close() */
  #host = null;
  #hasJoined = false;
  #isGone = false;
  /** @type {string | undefined} the page's options when the worker joined */
  #options;

  /**
   * @param {Shim} shim
   * @param {MessagePort} port
   * @param {() => void} forget called when the worker is gone
   */
  constructor(shim, port, forget) {
    this.#shim = shim;
    this.#forget = forget;
    this.#link = new Link(port, this.#services());
  }

  /** Go on after an init(). */
  resume() {
    // What init() is given counts once it has returned.
    queueMicrotask(() => this.#reportCookies());
  }

  /** End whatever is going on for the worker, until the next init(). */
  suspend() {
    this.#host?.close();
    this.#host = null;
    if (this.#hasJoined) this.#link.tell("closed");
  }

  /** End everything: the worker is gone. */
  leave() {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#host?.close();
    this.#host = null;
    globalThis.cookieStore?.removeEventListener("change", this.#reportCookies);
    this.#link.end(workerGone());
    this.#shim.cores.remove(this.#link);
    this.#forget();
  }

  /** @returns {Record<string, Service>} */
  #services() {
    const { cores } = this.#shim;
    /** @type {Record<string, Service>} what is served while the session is shared */
    const shared = {
      cookies: () => this.#cookies(),
      write: (writes) => this.#write(writes),
      store: (key, text) => {
        if (!isSharedKey(key) || typeof text !== "string") throw malformed();
        this.#here().writeStorage({ [key]: text });
      },
      lock: (id, name, timeout) => this.#lock(id, name, timeout),
      unlock: (id) => this.#here().unlock(id),
      ...hookServices(() => this.#shim.hooks),
      refused: (error) => cores.refuse(error),
      events: (events) => {
        if (!Array.isArray(events)) throw malformed();
        if (cores.decides(this.#link)) this.#shim.emit(events);
      },
    };
    /** @type {Record<string, Service>} */
    const guarded = {};
    for (const [name, service] of Object.entries(shared)) {
      guarded[name] = (...args) => {
        this.#require();
        return service(...args);
      };
    }
    return {
      ...guarded,
      join: (about) => this.#join(about),
      up: () => {
        if (this.#hasJoined && !this.#isGone) cores.add(this.#link);
      },
      leave: () => this.leave(),
    };
  }

  /** @param {any} about */
  async #join({ protocol, version, life, keys }) {
    if (protocol !== PROTOCOL) throw otherVersion(this.#shim.version, `the worker's (${version})`);
    if (!Array.isArray(keys) || this.#hasJoined) throw malformed();
    if (life) this.#watch(life);
    const { sharing } = this.#shim;
    if (!sharing.isOn) {
      this.#link.tell("waiting");
      await sharing.opened(() => this.#isGone);
      if (this.#isGone) throw closed();
    }
    this.#hasJoined = true;
    this.#options = this.#shim.given.json;
    // A worker asks before each step that may wait; this is for those that may not.
    globalThis.cookieStore?.addEventListener("change", this.#reportCookies);
    // Before each step the worker asks again, and learns why they cannot be read.
    const cookies = await this.#cookies().catch(() => null);
    const { jar, window } = this.#here();
    return {
      cookies,
      place: jar.place,
      page: { hostname: window.hostname, secure: window.secure },
      stored: keys.filter(isSharedKey).map((key) => [key, window.store?.getItem(key)]),
      options: this.#options,
    };
  }

  /** @param {any} life the lock that the worker holds while it lives */
  #watch(life) {
    if (typeof life !== "string" || !life.startsWith(LIVENESS)) throw malformed();
    navigator.locks?.request(life, () => this.leave()).catch(() => {});
  }

  /** Throws where the page shares nothing with this worker now. */
  #require() {
    if (!this.#hasJoined) throw malformed();
    if (this.#isGone || !this.#shim.sharing.isOn) throw closed();
    const options = this.#shim.given.json;
    if (options === this.#options || !options || !this.#options) return;
    if (!sameOptions(JSON.parse(options), JSON.parse(this.#options), __TABLE__))
      throw alreadyInitialised();
  }

  /** @returns {import("../host/host.js").Host} with the page's functions of now */
  #here() {
    this.#host ??= this.#shim.newHost();
    return this.#host;
  }

  async #cookies() {
    const { jar } = this.#here();
    await jar.sync();
    this.#require(); // it may have been closed meanwhile
    return sharedCookies(jar.read());
  }

  #reportCookies = async () => {
    try {
      this.#require();
      this.#link.tell("cookies", await this.#cookies());
    } catch {
      // Not shared now; the worker is told when it asks.
    }
  };

  /** @param {any} writes */
  #write(writes) {
    if (!Array.isArray(writes) || !writes.every(isSharedWrite)) throw malformed();
    this.#here().jar.write(writes);
    return this.#cookies();
  }

  /**
   * @param {any} id the worker's flow
   * @param {any} name
   * @param {any} timeout
   */
  async #lock(id, name, timeout) {
    if (!Number.isSafeInteger(id) || !isSharedLock(name) || !(timeout >= 0)) throw malformed();
    const host = this.#here();
    host.unlock(id); // or nobody could free what it held
    const taken = await host.lock(id, name, timeout);
    if (this.#host === host) return taken;
    host.unlock(id); // closed meanwhile
    return false;
  }
}
