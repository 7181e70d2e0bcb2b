// The session in the origin's IndexedDB (option tokenStore): for workers that have no page to ask, and for
// pages that share the session with them. The database keeps what would be cookies.

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

// How long, in milliseconds, IndexedDB may take for one thing.
const TIMEOUT_MS = 10_000;
// How long memory is used before the store is tried again.
const REST = 5000;

/** @template T @param {Promise<T>} promise @returns {Promise<T>} */
const answered = (promise) =>
  inTime(promise, TIMEOUT_MS, () => new Error("IndexedDB does not answer"));

/**
 * What fails is tried again on another connection: browsers close one for many reasons. Memory takes the
 * place of the store where that cannot be opened at all, or does not keep what is written. But it never has
 * what the store may have too: of two that use one refresh token, the second is taken for a thief.
 *
 * @implements {Jar}
 */
export class DatabaseJar extends MirroredJar {
  /** @type {Promise<IDBDatabase> | null} */
  #opened = null;
  #wasOpen = false;
  /** @type {string | null} what the store was last seen to have */
  #seen = null;
  /** @type {string | null} what counts in place of it */
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
      // Others may have used what we have seen.
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
   * Go on with what the store does not keep.
   *
   * @param {string} cookies
   * @param {unknown} error
   */
  async #goOn(cookies, error) {
    const known = this.#seen?.split("; ") ?? [];
    // A part of what is there has changed, its payload, say: then what the store has is still good.
    const isPart = cookies.split("; ").some((pair) => known.includes(pair));
    if (!isPart) {
      // The refresh token in the store is used up, and must not be used again.
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

  /** Give what memory has back to the store, if that can be reached again. */
  async #comeBack() {
    const memory = this.#memory;
    if (memory === null || performance.now() < this.#rests) return;
    try {
      await this.#once("readwrite", async (store) => {
        const kept = await readOf(store);
        // What others have written meanwhile is newer.
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
      "supertokens: IndexedDB does not keep the session, which ends with this page or worker unless it does so later. Usually storage is blocked here, or full.",
      error,
    );
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => Promise<string>} act may be called twice
   * @returns {Promise<string>} what it gives, once that is kept
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
      done.catch(() => {}); // it may be aborted before anything is asked of it
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
    // The browser clears the site's data when all connections are closed. The database is opened again when
    // it is needed, at once if the session has gone with it.
    database.onversionchange = database.onclose = () => {
      database.close();
      this.#opened = null;
      this.changed();
    };
    return database;
  }
}
