// The browser services for the drivers of cores. Before there is a core, a driver only reads.

/** @import {Jar} from "./jar.js" */
/** @import {WindowHandler} from "./window_handler.js" */

/**
 * The cookies for a driver that does not know the session's store yet.
 *
 * @param {() => string} read
 * @returns {Jar}
 */
export const earlyJar = (read) => ({
  ...{ read, isMirrored: false, isKnown: true, place: "cookies" },
  ...{ write() {}, close() {}, async flushed() {}, async sync() {} },
});

export class EarlyHost {
  /**
   * @param {WindowHandler} window
   * @param {Jar} jar
   */
  constructor(window, jar) {
    this.window = window;
    this.jar = jar;
  }

  /** @returns {string} */
  cookies() {
    return this.jar.read();
  }

  /** @returns {number} milliseconds since the epoch */
  now() {
    return Date.now();
  }

  /** @param {Record<string, string>} _entries */
  writeStorage(_entries) {}

  /** @param {number} _flow release the lock that this flow holds, if any */
  unlock(_flow) {}

  close() {}
}
