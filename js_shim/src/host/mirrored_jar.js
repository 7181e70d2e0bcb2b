// Cookies that are kept where reading takes time: a mirror of them answers at once.

import { after } from "./jar.js";

/** A subclass is a Jar: it adds `place`, and says how cookies are read and written: get() and put(). */
export class MirroredJar {
  isMirrored = true;
  isKnown = false;
  /** To be set: called when what is kept may have changed behind our back. */
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

  /** @param {string} cookies what is kept; of no use if it was read before the latest write */
  update(cookies) {
    this.isKnown = true;
    if (this.#outstanding === 0) this.#mirror = cookies;
  }

  /** Empty the mirror, even if writes are outstanding. */
  forget() {
    this.#mirror = "";
  }

  /** @returns {Promise<string>} what is kept; rejects when it cannot be known */
  async get() {
    return this.#mirror;
  }

  /**
   * @param {string[]} _writes
   * @param {Promise<void>} _earlier resolves when all earlier writes are kept
   * @returns {Promise<string | undefined>} resolves when they are kept, with all that is kept if that is
   *   known; never rejects
   */
  async put(_writes, _earlier) {
    return undefined;
  }

  close() {}
}
