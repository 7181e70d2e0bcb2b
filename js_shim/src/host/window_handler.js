// What of the page a windowHandler may replace: its address and its storage.

import { handlerFailed } from "../errors.js";
import { baseUrl } from "../platform.js";
import { askedNow, report, stringFrom } from "./handlers.js";

/** @typedef {import("./jar.js").Store} Store */

/** @returns {Storage | null} null where the browser blocks it */
function localStore() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/**
 * supertokens-website's form of a Storage.
 *
 * @param {() => Storage} storage
 * @returns {any} a StorageHandler
 */
const storageHandler = (storage) => {
  /** @type {Record<string, Function>} */
  const handler = {};
  for (const name of /** @type {const} */ (["key", "getItem", "clear", "removeItem", "setItem"])) {
    const call = (/** @type {[any, any]} */ ...args) =>
      /** @type {Function} */ (storage()[name]).apply(storage(), args);
    handler[`${name}Sync`] = call;
    handler[name] = async (/** @type {[any, any]} */ ...args) => call(...args);
  }
  return handler;
};

// One function for all pages, so that it is known again in a handler.
const getOrigin = () => location.origin;

/**
 * The page itself, in the form of a windowHandler.
 *
 * @returns {import("../api/types.js").WindowHandlerInterface}
 */
export const original = () => ({
  history: {
    replaceState: (/** @type {[any, string, (string | null)?]} */ ...args) =>
      history.replaceState(...args),
    getState: () => history.state,
  },
  location: {
    getHref: () => location.href,
    setHref: (/** @type {string} */ href) => {
      location.href = href;
    },
    getSearch: () => location.search,
    getHash: () => location.hash,
    getPathName: () => location.pathname,
    assign: (/** @type {string | URL} */ url) => location.assign(url),
    getOrigin,
    getHostName: () => location.hostname,
    getHost: () => location.host,
  },
  getDocument: () => document,
  localStorage: storageHandler(() => localStorage),
  sessionStorage: storageHandler(() => sessionStorage),
  getWindowUnsafe: () => window,
});

const HANDLER = "windowHandler";

/**
 * The page as the SDK sees it. Where its address is asked for often, for each request, a windowHandler that
 * fails is reported once, and the page's own address is used; the rest throws HandlerFailed.
 */
export class WindowHandler {
  #isReported = false;
  #original = original();

  /** @param {((original: any) => any) | undefined} windowHandler */
  constructor(windowHandler) {
    // Python's handlers change the object itself.
    this.handler = windowHandler && askedNow(HANDLER, () => windowHandler(this.#original));
    if (windowHandler && !this.handler?.location) {
      throw handlerFailed(HANDLER, "gave no object with a location");
    }
  }

  /** What the page's windowHandler gave, or else the page itself. @returns {import("../api/types.js").WindowHandlerInterface} */
  get inUse() {
    return this.handler ?? this.#original;
  }

  /** @returns {string} relative URLs are relative to it */
  get href() {
    if (!this.handler) return baseUrl();
    try {
      return this.#givenHref();
    } catch (error) {
      if (!this.#isReported) report(error);
      this.#isReported = true;
      return baseUrl();
    }
  }

  /** @returns {string} */
  get hostname() {
    return this.handler ? this.#locationGives("getHostName") : location.hostname;
  }

  /** @returns {boolean} whether it came by https */
  get secure() {
    return (this.handler ? this.#givenHref() : baseUrl()).startsWith("https:");
  }

  /** @returns {Store | null} null where the browser blocks it */
  get store() {
    const given = this.handler?.localStorage;
    if (!given) return localStore();
    const ask = (/** @type {string} */ name, /** @type {string[]} */ ...args) =>
      askedNow(`${HANDLER}.localStorage.${name}`, () => given[name](...args));
    return {
      getItem: (key) => {
        const kept = ask("getItemSync", key);
        return kept === null || kept === undefined
          ? null
          : stringFrom(`${HANDLER}.localStorage.getItemSync`, kept);
      },
      setItem: (key, text) => ask("setItemSync", key, text),
      removeItem: (key) => ask("removeItemSync", key),
    };
  }

  /** The page's address; an origin of the handler's own counts, as in supertokens-website. @returns {string} */
  #givenHref() {
    const own = this.handler.location.getOrigin;
    if (!own || own === getOrigin) return this.#locationGives("getHref");
    const origin = this.#locationGives("getOrigin");
    return askedNow(`${HANDLER}.location.getOrigin`, () => {
      const address = new URL(origin);
      const path = this.#path();
      if (path) Object.assign(address, path);
      return address.href;
    });
  }

  /** Where in its origin the page is; nothing if the handler does not know, which supertokens-website never asks. */
  #path() {
    try {
      const { pathname, search } = new URL(this.#locationGives("getHref"));
      return { pathname, search };
    } catch {
      return undefined;
    }
  }

  /** @param {"getHref" | "getHostName" | "getOrigin"} name @returns {string} */
  #locationGives(name) {
    const full = `${HANDLER}.location.${name}`;
    return stringFrom(
      full,
      askedNow(full, () => this.handler.location[name]()),
    );
  }
}
