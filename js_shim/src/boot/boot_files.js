// The files that Python needs to start. If requests for them waited for Python, it could never start.

import { resolveUrl } from "../platform.js";

// The files that Python runtimes load.
const RUNTIME_FILE = /\.(?:py|whl|zip|tar|gz|wasm|m?js|toml|css)$|\/pyodide-lock\.json$/;
// Installers of packages never request the API.
const INSTALLED = /\.(?:whl|wasm)$|\/pyodide-lock\.json$|\/python_stdlib\.zip$/;
// The files that Pyodide itself loads from its directory.
const PYODIDES_OWN =
  /^(?:pyodide\.asm\.(?:m?js|wasm)|python_stdlib\.zip|pyodide-lock\.json|.*\.whl)$/;

export class BootFiles {
  #known;
  #directory;

  /**
   * @param {() => string[]} [known] URLs, or the beginnings of URLs, that the boot loads
   * @param {string} [indexURL] the directory of the Python that is starting
   * @param {(error: Error) => void} [missing] called if one of them cannot be loaded
   */
  constructor(known = () => [], indexURL = "", missing = () => {}) {
    this.#known = known;
    this.#directory = indexURL ? (resolveUrl(`${indexURL.replace(/\/$/, "")}/`)?.href ?? "") : "";
    this.missing = missing;
  }

  /**
   * Whether this is a file of the boot, which has nothing to do with the session.
   *
   * @param {URL} target
   */
  have(target) {
    if (INSTALLED.test(target.pathname)) return true;
    return this.#known().some((file) => target.href.startsWith(resolveUrl(file)?.href ?? file));
  }

  /**
   * Whether a request must not wait for Python, because Python may wait for it.
   *
   * @param {string} url
   */
  mayLoad(url) {
    return RUNTIME_FILE.test(resolveUrl(url)?.pathname ?? "");
  }

  /**
   * Whether this is a file of the started Python, which its loader may also load later.
   *
   * @param {URL} target
   */
  install({ href }) {
    if (this.#directory === "" || !href.startsWith(this.#directory)) return false;
    const name = href.slice(this.#directory.length).replace(/[?#].*$/s, "");
    return !name.includes("/") && PYODIDES_OWN.test(name);
  }
}
