// The page's address and storage in its worker: first the worker's own, then the page's.

import { WindowHandler } from "../host/window_handler.js";
import { resolveUrl } from "../platform.js";

/** @import {Store} from "../host/jar.js" */

export class WorkerWindow extends WindowHandler {
  // A worker from a blob has an address without a host.
  #hostname = resolveUrl(location.origin)?.hostname ?? "";
  #secure = location.origin.startsWith("https:");
  /** @type {Store | null} */
  #store = null;

  /**
   * Take over the page's data about itself: it may have a windowHandler.
   *
   * @param {{hostname: string, secure: boolean}} page
   * @param {Store} store
   */
  connect({ hostname, secure }, store) {
    this.#hostname = hostname;
    this.#secure = secure;
    this.#store = store;
  }

  get hostname() {
    return this.handler ? super.hostname : this.#hostname;
  }

  get secure() {
    return this.handler ? super.secure : this.#secure;
  }

  get store() {
    return this.handler ? super.store : this.#store;
  }
}
