// The session in the origin's IndexedDB (option tokenStore): for workers without a page that answers, and for
// pages that share the session with them. The database keeps the cookie string.

import { storageUnavailable } from "../errors.js";
import { after } from "./jar.js";
import { MirroredJar } from "./mirrored_jar.js";
import { inTime } from "./timeout.js";

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

/** @param {IDBObjectStore} store @returns {Promise<string>} */
const readOf = async (store) => (await resultOf(store.get(KEY))) ?? "";

// The timeout of one operation of IndexedDB, in milliseconds.
const TIMEOUT_MS = 10_000;
// How long memory is used before the store is tried again, in milliseconds.
const REST = 5000;

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
const answered = (promise) =>
  inTime(promise, TIMEOUT_MS, () => new Error("IndexedDB does not answer"));

/**
 * A failed operation is tried again on a new connection, because browsers close connections for many reasons.
 * If the store cannot be opened at all, or does not keep what is written, memory replaces it. But memory
 * never has a refresh token that the store may have too: if both were used, the second would look like theft.
 *
 * @implements {Jar}
 */
export class DatabaseJar extends MirroredJar {
  /** @type {Promise<IDBDatabase> | null} */
  #opened = null;
  #wasOpen = false;
  /** @type {string | null} the store's content when it was last read */
  #seen = null;
  /** @type {string | null} the content that replaces it */
  #memory = null;
  #rests = 0;
  #warned = false;

  get place() {
    return this.#memory === null ? "indexedDB" : "memory";
  }

  async get() {
    await this.#comeBack();
    if (this.#memory !== null) return this.#memory;
    try {
      this.#seen = await this.#within("readonly", readOf);
      return this.#seen;
    } catch (error) {
      // Other tabs may have used the tokens that we have read.
      if (this.#wasOpen) throw storageUnavailable(error);
      this.#memory = "";
      this.#rest(error);
      return "";
    }
  }

  /**
   * @param {string[]} writes kept in one transaction: another tab sees all of them or none
   * @param {Promise<void>} earlier
   */
  async put(writes, earlier) {
    await earlier;
    if (this.#memory !== null) {
      this.#memory = writes.reduce(after, this.#memory);
      this.#rests = 0;
      await this.#comeBack();
      return undefined;
    }
    try {
      this.#seen = await this.#within("readwrite", async (store) => {
        const kept = writes.reduce(after, await readOf(store));
        await resultOf(store.put(kept, KEY));
        return kept;
      });
    } catch (error) {
      await this.#goOn(this.read(), error);
    }
    return undefined;
  }

  close() {
    this.#opened?.then((database) => database.close()).catch(() => {});
    this.#opened = null;
  }

  /**
   * Continue with the writes that the store does not keep.
   *
   * @param {string} cookies
   * @param {unknown} error
   */
  async #goOn(cookies, error) {
    const known = this.#seen?.split("; ") ?? [];
    // Only other parts have changed (the payload, for instance): then the store's content is still usable.
    const isPart = cookies.split("; ").some((pair) => known.includes(pair));
    if (!isPart) {
      // The refresh token in the store has been used, and must not be used again.
      this.#memory = cookies;
      const erase = async (/** @type {IDBObjectStore} */ store) => {
        await resultOf(store.delete(KEY));
        return "";
      };
      await this.#once("readwrite", erase).then(
        () => {
          this.#seen = "";
        },
        () => {},
      );
    }
    this.#rest(error);
  }

  /** Write memory's content back to the store, if it works again. */
  async #comeBack() {
    const memory = this.#memory;
    if (memory === null || performance.now() < this.#rests) return;
    try {
      await this.#once("readwrite", async (store) => {
        const kept = await readOf(store);
        // What other tabs have written meanwhile is newer.
        if (!memory || (this.#seen !== null && kept !== this.#seen)) return kept;
        await resultOf(store.put(memory, KEY));
        return memory;
      });
      if (this.#memory === memory) this.#memory = null;
    } catch (error) {
      this.#rest(error);
    }
  }

  /** @param {unknown} error */
  #rest(error) {
    this.#rests = performance.now() + REST;
    if (this.#warned) return;
    this.#warned = true;
    console.warn(
      "supertokens: IndexedDB does not keep the session, which therefore ends with this page or worker. Usually storage is blocked here, or full.",
      error,
    );
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => Promise<string>} act may be called twice
   * @returns {Promise<string>} its result, after the transaction is complete
   */
  async #within(mode, act) {
    try {
      return await this.#once(mode, act);
    } catch {
      return this.#once(mode, act);
    }
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => Promise<string>} act
   * @returns {Promise<string>}
   */
  async #once(mode, act) {
    this.#opened ??= this.#open();
    const opened = this.#opened;
    try {
      const database = await answered(opened);
      this.#wasOpen = true;
      const transaction = database.transaction(STORE, mode);
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      });
      done.catch(() => {}); // it may be aborted before the first request
      const [kept] = await answered(Promise.all([act(transaction.objectStore(STORE)), done]));
      return kept;
    } catch (error) {
      if (this.#opened === opened) this.close();
      throw error;
    }
  }

  async #open() {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = await resultOf(request);
    // The browser closes all connections when it clears the site's data. The database is opened again when it
    // is needed, or at once if the session was deleted with it.
    database.onversionchange = database.onclose = () => {
      database.close();
      this.#opened = null;
      this.changed();
    };
    return database;
  }
}
