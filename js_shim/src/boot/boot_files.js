// The files without which Python cannot start. Held back, the core that would let them pass could never come.

import { bootFailed } from "../errors.js";
import { resolveUrl } from "../platform.js";

// What Python runtimes load.
const RUNTIME_FILE = /\.(?:py|whl|zip|tar|gz|wasm|m?js|toml|css)$|\/pyodide-lock\.json$/;
// What installs packages is never the API's.
const INSTALLED = /\.(?:whl|wasm)$|\/pyodide-lock\.json$|\/python_stdlib\.zip$/;
// What Pyodide itself loads from its directory.
const PYODIDES_OWN =
  /^(?:pyodide\.asm\.(?:m?js|wasm)|python_stdlib\.zip|pyodide-lock\.json|.*\.whl)$/;

const isWheel = (/** @type {URL} */ { pathname }) => pathname.endsWith(".whl");

export class BootFiles {
  #known;
  #directory;
  #missing;

  /**
   * @param {() => string[]} [known] URLs, or the beginnings of URLs, that the boot loads
   * @param {string} [indexURL] where the Python that is being started comes from
   * @param {(error: Error) => void} [missing] called when one does not come
   */
  constructor(known = () => [], indexURL = "", missing = () => {}) {
    this.#known = known;
    this.#directory = indexURL ? (resolveUrl(`${indexURL.replace(/\/$/, "")}/`)?.href ?? "") : "";
    this.#missing = missing;
  }

  /**
   * Whether this is a file of the boot, which the session has nothing to do with.
   *
   * @param {URL} target
   */
  have(target) {
    if (INSTALLED.test(target.pathname)) return true;
    return this.#known().some((file) => target.href.startsWith(resolveUrl(file)?.href ?? file));
  }

  /**
   * Whether a request must not wait for Python, since Python may be waiting for it.
   *
   * @param {string} url
   */
  mayLoad(url) {
    return RUNTIME_FILE.test(resolveUrl(url)?.pathname ?? "");
  }

  /**
   * Whether this is a file of the Python that was started, which its loader may load later too.
   *
   * @param {URL} target
   */
  install({ href }) {
    if (this.#directory === "" || !href.startsWith(this.#directory)) return false;
    const name = href.slice(this.#directory.length).replace(/[?#].*$/s, "");
    return !name.includes("/") && PYODIDES_OWN.test(name);
  }

  /**
   * Notice a file that does not come: Pyodide itself would wait for some of them for ever.
   *
   * @param {string} url
   * @param {Promise<Response>} response
   */
  watch(url, response) {
    const target = resolveUrl(url);
    // Pyodide reports a wheel's failure.
    if (!target || !this.install(target) || isWheel(target)) return response;
    const missing = (/** @type {string} */ why, /** @type {unknown} */ cause) =>
      this.#missing(
        bootFailed(`Python could not be started: ${url} ${why}.`, cause, "Check indexURL."),
      );
    response.then(
      ({ ok, status }) => ok || missing(`was answered with ${status}`, undefined),
      (error) => missing("could not be loaded", error),
    );
    return response;
  }
}
