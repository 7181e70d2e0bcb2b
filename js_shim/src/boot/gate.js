// Holds requests to the API until the core is up, and lets everything that the boot itself needs pass.

import { hostsOf } from "../core/plan.js";
import { bootFailed } from "../errors.js";
import { resolveUrl } from "../platform.js";

// What Python runtimes load. Held back, the core that would let it pass could never start.
const RUNTIME_FILE = /\.(?:py|whl|zip|tar|gz|wasm|m?js|toml|css)$|\/pyodide-lock\.json$/;
// What installs packages is never the API's.
const INSTALLED = /\.(?:whl|wasm)$|\/pyodide-lock\.json$|\/python_stdlib\.zip$/;
// What Pyodide itself loads from its directory.
const PYODIDES_OWN =
  /^(?:pyodide\.asm\.(?:m?js|wasm)|python_stdlib\.zip|pyodide-lock\.json|.*\.whl)$/;

// A timer that comes later than this had a busy or sleeping thread before it, which may have kept the core's
// answer waiting too: it gets a moment more.
const LATE = 100;
const MOMENT = 1_000;

const isWheel = (/** @type {URL} */ { pathname }) => pathname.endsWith(".whl");

/** @typedef {{since: number, timer?: ReturnType<typeof setTimeout>, reject: (reason: unknown) => void}} Waiter */

export class Gate {
  /** @type {import("../core/early.js").Early | null} answers what it can while the gate is closed */
  early = null;
  /** @type {() => void} */
  #open = () => {};
  /** @type {(reason: unknown) => void} */
  #fail = () => {};
  /** @type {{ms: number, error: () => unknown} | null} */
  #limit = null;
  /** @type {Set<Waiter>} */
  #waiting = new Set();
  /** @type {Promise<void>} */
  #settled;

  /**
   * @param {Record<string, any>} options as given to init()
   * @param {(url: string, target: URL) => boolean} covers whether a request may be the API's
   * @param {() => string[]} bootFiles URLs, or the beginnings of URLs, that the boot loads
   * @param {string} [indexURL] where the Python that is being started comes from
   */
  constructor(options, covers, bootFiles, indexURL) {
    this.#settled = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.#fail = reject;
    });
    this.#settled.catch(() => {}); // whoever is held, and ready(), get to know it
    const { apiDomain = "", sessionTokenBackendDomain: domain } = options;
    // Which requests are ours, until the core says so itself.
    this.plan = {
      skip: __TABLE__.skip,
      apiDomain: String(apiDomain),
      ...hostsOf(String(apiDomain), domain && String(domain)),
    };
    this.covers = covers;
    this.bootFiles = bootFiles;
    this.runtime = indexURL ? (resolveUrl(`${indexURL.replace(/\/$/, "")}/`)?.href ?? "") : "";
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
    if (INSTALLED.test(target.pathname)) return false;
    return !this.bootFiles().some((file) => target.href.startsWith(resolveUrl(file)?.href ?? file));
  }

  /**
   * Whether a request must not wait for Python, since Python may be waiting for it: it goes out without the
   * session unless the table knows what it carries.
   *
   * @param {string} url
   */
  mayLoad(url) {
    return RUNTIME_FILE.test(resolveUrl(url)?.pathname ?? "");
  }

  /**
   * Whether this is a file without which the Python that is being started waits for ever.
   *
   * @param {string} url
   */
  loads(url) {
    const target = resolveUrl(url);
    return target !== null && this.installs(target) && !isWheel(target); // Pyodide reports a wheel's failure
  }

  /** @param {URL} target @returns {string | null} a file's name in Pyodide's directory */
  #nameOf({ href }) {
    if (this.runtime === "" || !href.startsWith(this.runtime)) return null;
    const name = href.slice(this.runtime.length).replace(/[?#].*$/s, "");
    return name.includes("/") ? null : name;
  }

  /**
   * Whether this is a file of the Python that was started, which its loader may load later too.
   *
   * @param {URL} target
   */
  installs(target) {
    return PYODIDES_OWN.test(this.#nameOf(target) ?? "");
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
   * Limit how long each caller waits, from its own beginning: a core that comes later still opens the gate.
   *
   * @param {number} ms
   * @param {() => unknown} error what a caller gets whose time is over
   */
  limit(ms, error) {
    this.#limit = { ms, error };
    for (const waiter of this.#waiting) this.#arm(waiter);
  }

  /** Resolves once the core is there, for a caller that begins to wait now. @returns {Promise<void>} */
  get opened() {
    return this.pass(null);
  }

  /**
   * Wait for the core; rejects with the boot's failure, when this caller's time is over, or as soon as the
   * caller aborts.
   *
   * @param {AbortSignal | null} signal
   * @returns {Promise<void>}
   */
  async pass(signal) {
    if (signal?.aborted) throw signal.reason;
    /** @type {Waiter} */
    const waiter = { since: performance.now(), reject: () => {} };
    const ended = new Promise((_, reject) => {
      waiter.reject = reject;
    });
    const abort = () => waiter.reject(signal?.reason);
    signal?.addEventListener("abort", abort);
    this.#waiting.add(waiter);
    this.#arm(waiter);
    try {
      await Promise.race([this.#settled, ended]);
    } finally {
      this.#waiting.delete(waiter);
      clearTimeout(waiter.timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * @param {Waiter} waiter
   * @param {number} [more] milliseconds in place of what the limit leaves
   */
  #arm(waiter, more) {
    const limit = this.#limit;
    if (!limit) return;
    const now = performance.now();
    const end = more === undefined ? waiter.since + limit.ms : now + more;
    clearTimeout(waiter.timer);
    waiter.timer = setTimeout(
      () => {
        const isLate = performance.now() - Math.max(now, end) > LATE;
        if (isLate && more === undefined) this.#arm(waiter, MOMENT);
        else waiter.reject(limit.error());
      },
      Math.max(end - now, 0),
    );
  }
}
