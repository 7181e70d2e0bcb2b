// The page's workers, from their start to their end.

import { relativeWheels } from "../boot/boot.js";
import { patch } from "../page/patch.js";
import { IN_WORKER } from "../platform.js";
import { addressOf, announce } from "./presence.js";
import { GREETING } from "./wire.js";

/** @import {Shim} from "../page/shim.js" */

// A worker that ends by itself sends nothing; its page forgets it after garbage collection.
const ended = new FinalizationRegistry((/** @type {() => void} */ end) => end());

let hasLooked = false;

/** PyScript's own error does not explain why a wheel with a relative address cannot be loaded. */
function reportRelativeWheels() {
  if (hasLooked || IN_WORKER) return;
  hasLooked = true;
  const [wheel] = relativeWheels();
  if (!wheel) return;
  console.error(
    `supertokens: Python in a worker cannot load ${wheel}: PyScript's workers have no address of their own, so relative addresses do not work there. Write the whole address in the config: ${new URL(wheel, document.baseURI).href}`,
  );
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
      reportRelativeWheels();
      const address = addressOf(`${args[0]}`);
      if (address === null) return;
      const end = announce(address);
      this.#gone.push(end);
      ended.register(this, end);
      // The first listener: the page's own must not get our message.
      super.addEventListener("message", (event) => {
        const [port] = event.ports;
        if (!port || event.data !== GREETING) return;
        event.stopImmediatePropagation();
        const gone = shim.serve(port);
        if (gone) this.#gone.push(gone);
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
