// The page's services in its worker: the host of the worker's core takes its locks there.

import { Host } from "../host/host.js";

/** @import {HostFunctions} from "../host/host.js" */
/** @import {WindowHandler} from "../host/window_handler.js" */
/** @import {LinkJar} from "./link_jar.js" */
/** @import {PageLink} from "./wire.js" */

export class LinkHost extends Host {
  #link;
  #locks = 0;

  /**
   * @param {typeof fetch} nativeFetch
   * @param {WindowHandler} window
   * @param {HostFunctions} functions
   * @param {LinkJar} jar
   * @param {PageLink} link
   */
  constructor(nativeFetch, window, functions, jar, link) {
    super(nativeFetch, window, functions, jar);
    this.#link = link;
  }

  /** @param {string} name @param {number} timeout */
  async takeLock(name, timeout) {
    this.#locks += 1;
    const id = this.#locks;
    const taken = await this.#link.ask("lock", id, name, timeout);
    return taken === true ? () => this.#link.report("unlock", id) : null;
  }
}
