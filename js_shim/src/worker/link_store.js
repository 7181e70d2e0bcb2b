// The page's localStorage in its worker: the keys that the core needs.

/** @import {PageLink} from "./wire.js" */

export class LinkStore {
  #link;
  #entries;

  /** @param {PageLink} link @param {[string, string | null][]} entries */
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
    this.#link.report("store", key, text);
  }

  /** @param {string} key */
  removeItem(key) {
    this.#entries.delete(key);
  }
}
