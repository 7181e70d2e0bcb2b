// The session in the origin's IndexedDB (option tokenStore): for workers that have no page to ask, and
// whoever shares the session with them. What is kept there is what would be cookies.

import { after, LaggingJar } from "./jar.js";

/** @typedef {import("./jar.js").Jar} Jar */

const DATABASE = "supertokens-pyodide";
const STORE = "session";
const KEY = "cookies";

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @implements {Jar} */
export class DatabaseJar extends LaggingJar {
  /** @type {Promise<IDBDatabase> | null} */
  #opened = null;
  #isBlocked = false;

  get place() {
    return this.#isBlocked ? "memory" : "indexedDB";
  }

  get() {
    return this.#within("readonly", async (store) => (await resultOf(store.get(KEY))) ?? "");
  }

  /** @param {string[]} writes kept all at once, so that nobody sees a part of them */
  async put(writes) {
    await this.#within("readwrite", async (store) => {
      const kept = writes.reduce(after, (await resultOf(store.get(KEY))) ?? "");
      await resultOf(store.put(kept, KEY));
      return kept;
    });
  }

  close() {
    this.#opened?.then((database) => database.close()).catch(() => {});
    this.#opened = null;
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => Promise<string>} act
   * @returns {Promise<string>} what it gives, once that is kept; where that fails, what memory has
   */
  async #within(mode, act) {
    if (this.#isBlocked) return this.read();
    try {
      this.#opened ??= this.#open();
      const transaction = (await this.#opened).transaction(STORE, mode);
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      const [kept] = await Promise.all([act(transaction.objectStore(STORE)), done]);
      return kept;
    } catch (error) {
      this.#isBlocked = true;
      console.warn(
        "supertokens: IndexedDB does not keep the session, which ends with this page or worker. Usually storage is blocked here, or full.",
        error,
      );
      return this.read();
    }
  }

  async #open() {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = await resultOf(request);
    // Whoever clears the site's data must not wait for us; it is opened again when it is needed.
    database.onversionchange = () => this.close();
    database.onclose = () => this.close();
    return database;
  }
}
