// The browser services that the core's drivers need, looked up at call time.

import { handlerFailed } from "../errors.js";
import { BrowserJar } from "./browser_jar.js";
import { DatabaseJar } from "./database_jar.js";
import { HandlerJar } from "./handler_jar.js";
import { asked, report } from "./handlers.js";
import { takeLock, takeLockNow } from "./lock.js";
import { wholeText } from "./responses.js";
import { within } from "./timeout.js";

/**
 * @typedef {import("./window_handler.js").WindowHandler} WindowHandler
 * @typedef {import("./jar.js").Jar} Jar
 * @typedef {{acquireLock(name: string, timeout?: number): any, releaseLock(name: string): any}} PageLock
 *
 * @typedef {object} HostFunctions what a page may put in place of the browser's own
 * @property {"cookies" | "indexedDB"} [tokenStore]
 * @property {ConstructorParameters<typeof HandlerJar>[0]} [cookieHandler]
 * @property {() => PageLock | Promise<PageLock>} [lockFactory]
 */

/**
 * @param {HostFunctions} functions
 * @param {WindowHandler} window
 * @returns {Jar}
 */
const jarOf = ({ tokenStore }, window) =>
  tokenStore === "indexedDB" ? new DatabaseJar() : new BrowserJar(window.store);

// How much longer than the time that it is given, in milliseconds, a page's own lock may take to answer.
const LOCK_MARGIN = 1000;

export class Host {
  /** @type {Map<number, () => void>} */
  #locks = new Map();

  /**
   * @param {typeof fetch} nativeFetch
   * @param {WindowHandler} window
   * @param {HostFunctions} functions
   * @param {Jar} [jar] the browser's cookies unless given, or what tokenStore names
   */
  constructor(nativeFetch, window, functions, jar = jarOf(functions, window)) {
    /** The page's fetch as it was before us. */
    this.nativeFetch = nativeFetch.bind(globalThis);
    this.window = window;
    this.lockFactory = functions.lockFactory;
    /** @type {Jar} */
    this.jar = functions.cookieHandler ? new HandlerJar(functions.cookieHandler, jar) : jar;
  }

  /** @returns {string} */
  cookies() {
    return this.jar.read();
  }

  /** @returns {number} milliseconds since the epoch */
  now() {
    return Date.now();
  }

  /**
   * Get something public.
   *
   * @param {import("../flow/steps.js").Get} step
   * @returns {Promise<string>} JSON of its status, its text and how long it may be kept
   */
  async get({ url, timeout, fresh }) {
    try {
      const signal = AbortSignal.timeout(timeout);
      const cache = fresh ? "no-cache" : "default";
      const sent = this.nativeFetch(url, { credentials: "omit", cache, signal });
      // A page's own fetch may not know the signal.
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
      // Full: what we keep there comes again with the next token.
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

  /**
   * @param {string} name
   * @param {number} timeout
   */
  takeLock(name, timeout) {
    return takeLock(this.window.store, name, timeout);
  }

  /**
   * Take a lock if it is free this instant, and what it guards can be read in the same.
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

  /** @param {number} flow free what this flow holds, if anything */
  unlock(flow) {
    const release = this.#locks.get(flow);
    if (!release) return;
    this.#locks.delete(flow);
    // The next holder of the lock must find what was written under it.
    if (this.jar.isMirrored) this.jar.flushed().then(release);
    else release();
  }

  /**
   * @param {string} name
   * @param {number} timeout
   * @returns {Promise<(() => void) | null | undefined>} undefined where the page has no lock that works
   */
  async #takePageLock(name, timeout) {
    const { lockFactory } = this;
    if (!lockFactory) return undefined;
    let isLate = false;
    try {
      const lock = await asked("lockFactory", lockFactory);
      if (!lock) throw handlerFailed("lockFactory", "gave no lock");
      const release = () =>
        void asked("lockFactory.releaseLock", () => lock.releaseLock(name)).catch(report);
      const acquire = async () => {
        const taken = await lock.acquireLock(name, timeout);
        if (taken && isLate) release(); // its caller does not wait any more
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
