// The browser services that the core's drivers need, looked up at call time.

import { takeLock } from "./lock.js";

/**
 * @param {string} key
 * @returns {string | null}
 */
export function readStorage(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // blocked: nothing is stored then
  }
}

export class Host {
  /** @type {Map<number, () => void>} */
  #locks = new Map();

  /** @param {typeof fetch} nativeFetch */
  constructor(nativeFetch) {
    /** The page's fetch as it was before us. */
    this.nativeFetch = nativeFetch;
  }

  /** @returns {string} */
  cookies() {
    return document.cookie;
  }

  /** @returns {number} milliseconds since the epoch */
  now() {
    return Date.now();
  }

  /** @param {string[]} writes */
  writeCookies(writes) {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
    for (const write of writes) document.cookie = write;
  }

  /** @param {Record<string, string>} entries */
  writeStorage(entries) {
    try {
      for (const [key, text] of Object.entries(entries)) localStorage.setItem(key, text);
    } catch {
      // Blocked or full: what we keep there is learnt anew from the next token.
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
    const release = await takeLock(name, timeout);
    if (release) this.keepLock(flow, release);
    return release !== null;
  }

  /**
   * @param {number} flow
   * @param {() => void} release frees what it holds
   */
  keepLock(flow, release) {
    this.#locks.set(flow, release);
  }

  /** @param {number} flow free what this flow holds, if anything */
  unlock(flow) {
    this.#locks.get(flow)?.();
    this.#locks.delete(flow);
  }

  unlockAll() {
    for (const flow of [...this.#locks.keys()]) this.unlock(flow);
  }
}
