// The page's services in its worker: the host of the worker's core takes its locks there.

import { Host } from "../host/host.js";

/** @typedef {import("./wire.js").PageLink} PageLink */

export class LinkHost extends Host {
  #link;
  #locks = 0;

  /**
   * @param {typeof fetch} nativeFetch
   * @param {import("../host/window_handler.js").WindowHandler} window
   * @param {import("../host/host.js").HostFunctions} functions
   * @param {import("./link_jar.js").LinkJar} jar
   * @param {PageLink} link
   */
  constructor(nativeFetch, window, functions, jar, link) {
    super(nativeFetch, window, functions, jar);
    this.#link = link;
  }

  /**
   * @param {string} name
   * @param {number} timeout
   */
  async takeLock(name, timeout) {
    this.#locks += 1;
    const id = this.#locks;
    const taken = await this.#link.ask("lock", id, name, timeout);
    return taken === true ? () => this.#link.report("unlock", id) : null;
  }
}
