// The page's side of its workers: it lends them its cookies, its storage and its locks.

import { otherVersion, workerGone } from "./errors.js";
import { hookServices } from "./lend.js";
import { GREETING, Link, PROTOCOL } from "./link.js";
import { patch } from "./patch.js";

/** @typedef {import("./shim.js").Shim} Shim */

/**
 * Notice the workers that are started from now on, and take the port that one of ours sends.
 *
 * @param {Shim} shim
 */
export function ownWorkers(shim) {
  if (!globalThis.Worker) return;
  class OwnedWorker extends globalThis.Worker {
    /** @type {(() => void) | void} */
    #gone = undefined;

    /** @param {[string | URL, WorkerOptions?]} args */
    constructor(...args) {
      super(...args);
      // The first listener: what is meant for us, the page's own need not understand.
      super.addEventListener("message", (event) => {
        const port = event.ports[0];
        if (!port || event.data !== GREETING) return;
        event.stopImmediatePropagation();
        this.#gone = shim.serve(port);
      });
    }

    terminate() {
      super.terminate();
      this.#gone?.(); // where there are no Web Locks, nothing else tells
    }
  }
  Object.defineProperty(OwnedWorker, "name", { value: "Worker" });
  patch(globalThis, "Worker", OwnedWorker);
}

/**
 * Serve one worker.
 *
 * @param {Shim} shim
 * @param {MessagePort} port
 * @returns {() => void} to be called when the worker is gone
 */
export function serve(shim, port) {
  const host = shim.hostForWorker();
  const { jar, page } = host;
  let alive = true;
  const cookies = async () => {
    await jar.fresh();
    return jar.read();
  };
  const tellCookies = async () => {
    const known = await cookies().catch(() => undefined);
    if (known !== undefined) link.tell("cookies", known);
  };
  const gone = () => {
    alive = false;
    host.close();
    globalThis.cookieStore?.removeEventListener("change", tellCookies);
    link.end(workerGone());
    shim.cores.remove(link);
  };
  const link = new Link(port, {
    async join({ protocol, version, life, keys }) {
      if (protocol !== PROTOCOL) throw otherVersion(shim.version, `the worker's (${version})`);
      if (life) navigator.locks.request(life, gone);
      // A worker asks before each step that may wait; this is for those that may not.
      globalThis.cookieStore?.addEventListener("change", tellCookies);
      return {
        // Before each step the worker asks again, and gets to know why they cannot be read.
        cookies: await cookies().catch(() => null),
        place: jar.place,
        page: { hostname: page.hostname, secure: page.secure },
        stored: keys.map((/** @type {string} */ key) => [key, page.store?.getItem(key)]),
        options: shim.givenOptions(),
      };
    },
    cookies,
    write(writes) {
      jar.write(writes);
      return cookies();
    },
    store: (key, text) => host.writeStorage({ [key]: text }),
    async lock(id, name, timeout) {
      const taken = await host.lock(id, name, timeout);
      if (!alive) host.unlock(id);
      return taken;
    },
    unlock: (id) => host.unlock(id),
    ...hookServices(() => shim.hooks),
    up: () => shim.cores.add(link),
    refused: (error) => shim.cores.refuse(error),
    events: (events) => shim.cores.decides(link) && shim.emit(events),
  });
  return gone;
}
