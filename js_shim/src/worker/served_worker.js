// One worker, as its page serves it: with the session's cookies, storage key and locks, and with the page's
// hooks.

import { alreadyInitialised, closed, otherVersion, workerGone } from "../errors.js";
import { PROTOCOL } from "../flow/steps.js";
import { hookServices } from "./hook_proxy.js";
import { fieldsOf, Link, malformed } from "./link.js";
import { isSharedKey, isSharedLock, isSharedWrite, sharedCookies } from "./shared_names.js";
import { LIVENESS } from "./wire.js";

/** @import {Host} from "../host/host.js" */
/** @import {Sharing} from "./sharing.js" */
/** @import {PageServices, Welcome, WorkerLink} from "./wire.js" */

/**
 * @typedef {Omit<PageServices, "join" | "ready" | "leave">} SharingServices
 */

export class ServedWorker {
  #sharing;
  #shim;
  /** @type {WorkerLink} */
  #link;
  #forget;
  /** @type {Host | null} of the page's lifetime: from init() to close() */
  #host = null;
  #hasJoined = false;
  #isGone = false;
  /** @type {string | undefined} the page's options when the worker joined */
  #options;

  /**
   * @param {Sharing} sharing
   * @param {MessagePort} port
   * @param {() => void} forget called when the worker is gone
   */
  constructor(sharing, port, forget) {
    this.#sharing = sharing;
    this.#shim = sharing.shim;
    this.#forget = forget;
    this.#link = new Link(port, this.#services());
  }

  /** Continue after an init(). */
  resume() {
    // The options of init() are valid after it has returned.
    queueMicrotask(() => this.#reportCookies());
  }

  /** Release everything that is held for the worker: it gets nothing until the next init(). */
  suspend() {
    this.#host?.close();
    this.#host = null;
    if (this.#hasJoined) this.#link.report("closed");
  }

  /** End everything: the worker is gone. */
  leave() {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#host?.close();
    this.#host = null;
    globalThis.cookieStore?.removeEventListener("change", this.#reportCookies);
    this.#link.end(workerGone());
    this.#sharing.cores.remove(this.#link);
    this.#forget();
  }

  /** @returns {PageServices} */
  #services() {
    const { cores } = this.#sharing;
    return {
      join: (about) => this.#join(about),
      ready: () => {
        if (this.#hasJoined && !this.#isGone) cores.add(this.#link);
      },
      leave: () => this.leave(),
      ...this.#guarded({
        cookies: () => this.#cookies(),
        write: (writes) => this.#write(writes),
        store: (key, text) => {
          if (!isSharedKey(key) || typeof text !== "string") throw malformed();
          this.#hostNow().writeStorage({ [key]: text });
        },
        lock: (id, name, timeout) => this.#lock(id, name, timeout),
        unlock: (id) => this.#hostNow().unlock(flowFrom(id)),
        ...hookServices(() => this.#shim.hooks),
        refused: (error) => cores.refuse(error),
        events: (events) => {
          if (!Array.isArray(events)) throw malformed();
          if (cores.decides(this.#link)) this.#shim.emit(events);
        },
      }),
    };
  }

  /**
   * Services while the page shares its session.
   *
   * @param {SharingServices} services
   * @returns {SharingServices}
   */
  #guarded(services) {
    const entries = Object.entries(services).map(([name, service]) => [
      name,
      (/** @type {[unknown, unknown, unknown]} */ ...args) => {
        this.#requireSharing();
        return service(...args);
      },
    ]);
    return Object.fromEntries(entries);
  }

  /** @param {unknown} about @returns {Promise<Welcome>} */
  async #join(about) {
    const { protocol, version, livenessLock, keys } = fieldsOf(about);
    if (protocol !== PROTOCOL) throw otherVersion(this.#shim.version, `the worker's (${version})`);
    if (!Array.isArray(keys) || this.#hasJoined) throw malformed();
    if (livenessLock) this.#watch(livenessLock);
    const sharing = this.#sharing;
    if (!sharing.isOn) {
      this.#link.report("waiting");
      await sharing.opened(() => this.#isGone);
      if (this.#isGone) throw closed();
    }
    this.#hasJoined = true;
    sharing.cores.expect();
    this.#options = this.#shim.given.json;
    // A worker asks before each step that can wait; this report is for steps that cannot.
    globalThis.cookieStore?.addEventListener("change", this.#reportCookies);
    // If they cannot be read, the worker gets the error when it asks before its first step.
    const cookies = await this.#cookies().catch(() => null);
    const { jar, window } = this.#hostNow();
    return {
      cookies,
      place: jar.place,
      page: { hostname: window.hostname, secure: window.secure },
      stored: keys.filter(isSharedKey).map((key) => [key, window.store?.getItem(key) ?? null]),
      options: this.#options,
    };
  }

  /** @param {unknown} lock that the worker holds as long as it lives */
  #watch(lock) {
    if (typeof lock !== "string" || !lock.startsWith(LIVENESS)) throw malformed();
    navigator.locks?.request(lock, () => this.leave()).catch(() => {});
  }

  /** Throws if the page currently shares nothing with this worker. */
  #requireSharing() {
    if (!this.#hasJoined) throw malformed();
    if (this.#isGone || !this.#sharing.isOn) throw closed();
    const options = this.#shim.given.json;
    if (options === this.#options || !options || !this.#options) return;
    if (!this.#shim.given.isSame(this.#options)) throw alreadyInitialised();
  }

  /** @returns {Host} with the page's current functions */
  #hostNow() {
    this.#host ??= this.#shim.newHost();
    return this.#host;
  }

  async #cookies() {
    const { jar } = this.#hostNow();
    await jar.sync();
    this.#requireSharing(); // it may have been closed meanwhile
    return sharedCookies(jar.read());
  }

  #reportCookies = async () => {
    try {
      this.#requireSharing();
      this.#link.report("cookies", await this.#cookies());
    } catch {
      // Not shared now: the worker gets the error when it asks.
    }
  };

  /** @param {unknown} writes */
  #write(writes) {
    if (!Array.isArray(writes) || !writes.every(isSharedWrite)) throw malformed();
    this.#hostNow().jar.write(writes);
    return this.#cookies();
  }

  /**
   * @param {unknown} id the worker's flow
   * @param {unknown} name
   * @param {unknown} timeout
   */
  async #lock(id, name, timeout) {
    const flow = flowFrom(id);
    if (!isSharedLock(name) || typeof timeout !== "number" || !(timeout >= 0)) throw malformed();
    const host = this.#hostNow();
    host.unlock(flow); // otherwise its lock could not be released
    const taken = await host.lock(flow, name, timeout);
    if (this.#host === host) return taken;
    host.unlock(flow); // closed meanwhile
    return false;
  }
}

/** @param {unknown} id sent by a worker @returns {number} */
function flowFrom(id) {
  if (typeof id !== "number" || !Number.isSafeInteger(id)) throw malformed();
  return id;
}
