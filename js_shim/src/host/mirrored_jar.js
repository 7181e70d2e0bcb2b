// Cookies in a store whose reading takes time: a mirror answers synchronously.

import { after } from "./jar.js";

/** A subclass is a Jar: it adds `place`, and reads and writes cookies with get() and put(). */
export class MirroredJar {
  isMirrored = true;
  isKnown = false;
  /** To be set: called if the store may have been changed by others. */
  changed = () => {};
  #mirror = "";
  #outstanding = 0;
  #writing = Promise.resolve();

  read() {
    return this.#mirror;
  }

  /** @param {string[]} writes */
  write(writes) {
    this.#mirror = writes.reduce(after, this.#mirror);
    this.#outstanding += 1;
    this.#writing = this.put(writes, this.#writing).then((kept) => {
      this.#outstanding -= 1;
      if (kept !== undefined) this.update(kept);
    });
  }

  flushed() {
    return this.#writing;
  }

  async sync() {
    let writing;
    do {
      writing = this.#writing;
      await writing;
      const cookies = await this.get();
      this.isKnown = true;
      if (writing === this.#writing) this.update(cookies);
    } while (writing !== this.#writing);
  }

  /** @param {string} cookies from the store; ignored if they were read before the latest write */
  update(cookies) {
    this.isKnown = true;
    if (this.#outstanding === 0) this.#mirror = cookies;
  }

  /** Empty the mirror, even if writes are outstanding. */
  forget() {
    this.#mirror = "";
  }

  /** @returns {Promise<string>} the store's cookies; rejects if they cannot be read */
  async get() {
    return this.#mirror;
  }

  /**
   * @param {string[]} _writes
   * @param {Promise<void>} _earlier resolves when all earlier writes are stored
   * @returns {Promise<string | undefined>} resolves when they are stored, with the store's cookies if these
   * are known; never rejects
   */
  async put(_writes, _earlier) {
    return undefined;
  }

  close() {}
}
