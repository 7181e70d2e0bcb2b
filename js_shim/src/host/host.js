// The browser services for the core's drivers, looked up when they are used.

import { handlerFailed } from "../errors.js";
import { BrowserJar } from "./browser_jar.js";
import { DatabaseJar } from "./database_jar.js";
import { EarlyHost } from "./early_host.js";
import { HandlerJar } from "./handler_jar.js";
import { asked, report } from "./handlers.js";
import { takeLock, takeLockNow } from "./lock.js";
import { wholeText } from "./responses.js";
import { within } from "./timeout.js";

/** @import {Get} from "../flow/steps.js" */
/** @import {Jar} from "./jar.js" */
/** @import {WindowHandler} from "./window_handler.js" */

/**
 * @typedef {{acquireLock(name: string, timeout?: number): any, releaseLock(name: string): any}} PageLock
 *
 * @typedef {object} HostFunctions functions that a page may give in place of the browser's own
 * @property {"cookies" | "indexedDB"} [tokenStore]
 * @property {ConstructorParameters<typeof HandlerJar>[0]} [cookieHandler]
 * @property {() => PageLock | Promise<PageLock>} [lockFactory]
 */

/** @param {HostFunctions} functions @param {WindowHandler} window @returns {Jar} */
const jarOf = ({ tokenStore }, window) =>
  tokenStore === "indexedDB" ? new DatabaseJar() : new BrowserJar(window.store);

// How many milliseconds after the given timeout a page's own lock may answer.
const LOCK_MARGIN = 1000;

export class Host extends EarlyHost {
  /** @type {Map<number, () => void>} */
  #locks = new Map();

  /**
   * @param {typeof fetch} nativeFetch
   * @param {WindowHandler} window
   * @param {HostFunctions} functions
   * @param {Jar} [jar] by default the browser's cookies; otherwise the store in tokenStore
   */
  constructor(nativeFetch, window, functions, jar = jarOf(functions, window)) {
    const { cookieHandler } = functions;
    super(window, cookieHandler ? new HandlerJar(cookieHandler, jar) : jar);
    /** The page's fetch before init(). */
    this.nativeFetch = nativeFetch.bind(globalThis);
    this.lockFactory = functions.lockFactory;
  }

  /**
   * GET a public document.
   *
   * @param {Get} step
   * @returns {Promise<string>} JSON of its status, its text and its Cache-Control
   */
  async get({ url, timeout, fresh }) {
    try {
      const signal = AbortSignal.timeout(timeout);
      const cache = fresh ? "no-cache" : "default";
      const sent = this.nativeFetch(url, { credentials: "omit", cache, signal });
      // A page's own fetch may ignore the signal.
      const response = await within(sent, signal);
      const text = await wholeText(response, timeout);
      if (text === null) return JSON.stringify({ status: 0 });
      const { status, headers } = response;
      return JSON.stringify({ status, text, cache_control: headers.get("cache-control") ?? "" });
    } catch {
      return JSON.stringify({ status: 0 });
    }
  }

  /** @param {Record<string, string>} entries */
  writeStorage(entries) {
    try {
      for (const [key, text] of Object.entries(entries)) this.window.store?.setItem(key, text);
    } catch {
      // Full: the next token brings these values again.
    }
  }

  /**
   * Take a lock for a flow.
   *
   * @param {number} flow
   * @param {string} name
   * @param {number} timeout milliseconds
   * @returns {Promise<boolean>}
   */
  async lock(flow, name, timeout) {
    let release = await this.#takePageLock(name, timeout);
    if (release === undefined) release = await this.takeLock(name, timeout);
    if (release) this.#locks.set(flow, release);
    return release !== null;
  }

  /** @param {string} name @param {number} timeout */
  takeLock(name, timeout) {
    return takeLock(this.window.store, name, timeout);
  }

  /**
   * Take a lock if it is free now, and if the cookies can be read synchronously.
   *
   * @param {number} flow
   * @param {string} name
   * @returns {boolean}
   */
  lockNow(flow, name) {
    const takesTime = this.lockFactory || this.jar.isMirrored;
    const release = takesTime ? null : takeLockNow(this.window.store, name);
    if (release) this.#locks.set(flow, release);
    return release !== null;
  }

  /** @param {number} flow release the lock that this flow holds, if any */
  unlock(flow) {
    const release = this.#locks.get(flow);
    if (!release) return;
    this.#locks.delete(flow);
    // The next holder of the lock must find everything that was written before.
    if (this.jar.isMirrored) this.jar.flushed().then(release);
    else release();
  }

  /**
   * @param {string} name
   * @param {number} timeout
   * @returns {Promise<(() => void) | null | undefined>} undefined if the page has no working lock
   */
  async #takePageLock(name, timeout) {
    const { lockFactory } = this;
    if (!lockFactory) return undefined;
    let isLate = false;
    try {
      const lock = await asked("lockFactory", lockFactory);
      if (!lock) throw handlerFailed("lockFactory", "returned no lock");
      const release = () =>
        void asked("lockFactory.releaseLock", () => lock.releaseLock(name)).catch(report);
      const acquire = async () => {
        const taken = await lock.acquireLock(name, timeout);
        if (taken && isLate) release(); // its caller no longer waits
        return taken;
      };
      const taken = await asked("lockFactory.acquireLock", acquire, timeout + LOCK_MARGIN);
      return taken ? release : null;
    } catch (error) {
      isLate = true;
      report(error);
      return undefined;
    }
  }

  close() {
    for (const flow of [...this.#locks.keys()]) this.unlock(flow);
    this.jar.close();
  }
}
