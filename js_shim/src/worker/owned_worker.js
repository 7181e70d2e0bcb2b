// The page's workers, from their start to their end.

import { patch } from "../page/patch.js";
import { resolveUrl } from "../platform.js";
import { GREETING } from "./wire.js";

/** @import {Shim} from "../page/shim.js" */

// A worker that ends by itself sends nothing; its page forgets it after garbage collection.
const ended = new FinalizationRegistry((/** @type {() => void} */ end) => end());

/**
 * Show a worker that is about to be started that this page has the shim.
 *
 * @param {Shim} shim
 * @param {string} address the worker's
 * @returns {() => void} to be called when it has ended; it does not keep the worker from garbage collection
 */
function announced(shim, address) {
  shim.preload(true); // if that fails, Python in the worker reports it
  const sign = shim.loaded.then((part) => part.announce(address));
  return () => void sign.then((hide) => hide());
}

/**
 * Replace `Worker`, to detect the workers that are started from now on, and to take the port that one of ours
 * sends.
 *
 * @param {Shim} shim
 */
export function watchWorkers(shim) {
  if (!globalThis.Worker) return;
  class OwnedWorker extends globalThis.Worker {
    /** @type {(() => void)[]} */
    #gone = [];

    /** @param {[string | URL, WorkerOptions?]} args */
    constructor(...args) {
      // Check and load the same address. (A TrustedScriptURL must not be converted.)
      const isTrusted = /** @type {any} */ (globalThis).trustedTypes?.isScriptURL(args[0]);
      if (args.length > 0 && !isTrusted) args[0] = `${args[0]}`;
      super(...args);
      const address = resolveUrl(`${args[0]}`);
      // A worker from data: has an opaque origin, with which nothing can be shared.
      if (!address || address.protocol === "data:") return;
      const end = announced(shim, address.href);
      this.#gone.push(end);
      ended.register(this, end);
      // The first listener: the page's own must not get our message.
      super.addEventListener("message", (event) => {
        const [port] = event.ports;
        if (!port || event.data !== GREETING) return;
        event.stopImmediatePropagation();
        this.#gone.push(shim.serve(port));
      });
    }

    terminate() {
      super.terminate();
      for (const gone of this.#gone.splice(0)) gone(); // without Web Locks nothing else reports it
    }
  }
  Object.defineProperty(OwnedWorker, "name", { value: "Worker" });
  patch(globalThis, "Worker", OwnedWorker);
}
