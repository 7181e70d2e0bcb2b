// The browser's cookies for a driver that does not know the session's store yet: it can only read them.

import { cookiesNow } from "./browser_jar.js";

/**
 * @typedef {import("./jar.js").Jar} Jar
 *
 * @implements {Jar}
 */
export class EarlyJar {
  isMirrored = false;
  isKnown = true;
  place = "cookies";
  #window;

  /** @param {{store: import("./jar.js").Store | null}} window */
  constructor(window) {
    this.#window = window;
  }

  read() {
    return cookiesNow(this.#window.store);
  }

  write() {}
  async flushed() {}
  async sync() {}
  close() {}
}
