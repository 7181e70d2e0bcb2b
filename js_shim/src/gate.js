// Holds requests to the API until the core is up, and lets everything that the boot itself needs pass.

import { bootFailed } from "./errors.js";
import { hostsOf, resolveUrl } from "./target.js";

// What Python runtimes load. Held back, the core that would let it pass could never start.
const RUNTIME_FILE = /\.(?:py|whl|zip|tar|gz|wasm|m?js|toml|css)$|\/pyodide-lock\.json$/;

export class Gate {
  /** @type {import("./early.js").Early | null} answers what it can while the gate is closed */
  early = null;
  /** @type {() => void} */
  #open = () => {};
  /** @type {(reason: unknown) => void} */
  #fail = () => {};

  /**
   * @param {Record<string, any>} options as given to init()
   * @param {(url: string, target: URL) => boolean} covers whether a request may be the API's
   * @param {() => string[]} bootFiles URLs, or the beginnings of URLs, that the boot loads
   * @param {string} [indexURL] where the Python that is being started comes from
   */
  constructor(options, covers, bootFiles, indexURL) {
    /** @type {Promise<void>} */
    this.opened = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#fail = reject;
    });
    this.opened.catch(() => {}); // whoever is held, and ready(), get to know it
    const { apiDomain = "", sessionTokenBackendDomain: domain } = options;
    // Which requests are ours, until the core says so itself.
    this.plan = {
      skip: __TABLE__.skip,
      apiDomain: String(apiDomain),
      ...hostsOf(String(apiDomain), domain && String(domain)),
    };
    this.covers = covers;
    this.bootFiles = bootFiles;
    this.runtime = indexURL ? (resolveUrl(indexURL)?.href ?? "") : "";
  }

  /** Let everything pass from now on. */
  open() {
    this.#open();
  }

  /** @param {unknown} reason what whoever is held gets */
  fail(reason) {
    this.#fail(reason);
  }

  /**
   * Whether a request is one for the core.
   *
   * @param {string} url
   * @param {URL | null} [target] the same, resolved
   */
  holds(url, target = resolveUrl(url)) {
    if (!target || !this.covers(url, target)) return false;
    if (RUNTIME_FILE.test(target.pathname)) return false;
    return !this.bootFiles().some((file) => target.href.startsWith(resolveUrl(file)?.href ?? file));
  }

  /**
   * Whether this is a file of the Python that is being started.
   *
   * @param {string} url
   */
  loads(url) {
    return this.runtime !== "" && (resolveUrl(url)?.href.startsWith(this.runtime) ?? false);
  }

  /**
   * Whether this is a file of the Python that was started, which its loader may load later too.
   *
   * @param {URL} target
   */
  installs({ href, pathname }) {
    if (this.runtime === "" || !href.startsWith(this.runtime)) return false;
    return RUNTIME_FILE.test(pathname) && !href.includes("/", this.runtime.length);
  }

  /**
   * Notice a file that does not come: Pyodide itself would wait for some of them for ever.
   *
   * @param {string} url
   * @param {Promise<Response>} reply
   */
  watch(url, reply) {
    const missing = (/** @type {string} */ why, /** @type {unknown} */ cause) =>
      this.fail(
        bootFailed(`Python could not be started: ${url} ${why}.`, cause, "Check indexURL."),
      );
    reply.then(
      ({ ok, status }) => ok || missing(`was answered with ${status}`, undefined),
      (error) => missing("could not be loaded", error),
    );
    return reply;
  }

  /**
   * Wait for the core; rejects with the boot's failure, or as soon as the caller aborts.
   *
   * @param {AbortSignal | null} signal
   * @returns {Promise<void>}
   */
  pass(signal) {
    if (!signal) return this.opened;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort);
      this.opened.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }
}
