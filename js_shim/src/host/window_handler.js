// The parts of the page that a windowHandler may replace: its address and its storage.

import { handlerFailed } from "../errors.js";
import { baseUrl } from "../platform.js";
import { askedNow, report, stringFrom } from "./handlers.js";

/** @import {WindowHandlerInterface} from "../api/types.js" */
/** @import {Store} from "./jar.js" */

/** @returns {Storage | null} null if the browser blocks it */
function localStore() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/**
 * A Storage in supertokens-website's form.
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

// One function for all pages, so that a handler that returns it is recognised.
const getOrigin = () => location.origin;

/** The page itself, in the form of a windowHandler. @returns {WindowHandlerInterface} */
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
 * The page for the SDK. The address is needed for each request: if a windowHandler fails there, the error is
 * logged once, and the page's own address is used. Other failures throw HandlerFailed.
 */
export class WindowHandler {
  #isReported = false;
  #original = original();

  /** @param {((original: any) => any) | undefined} windowHandler */
  constructor(windowHandler) {
    // Python's handlers change the object itself.
    this.handler = windowHandler && askedNow(HANDLER, () => windowHandler(this.#original));
    if (windowHandler && !this.handler?.location) {
      throw handlerFailed(HANDLER, "returned no object with a location");
    }
  }

  /** The page's windowHandler, or the page itself. @returns {WindowHandlerInterface} */
  get inUse() {
    return this.handler ?? this.#original;
  }

  /** @returns {string} the base of relative URLs */
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

  /** @returns {boolean} whether it was loaded by https */
  get secure() {
    return (this.handler ? this.#givenHref() : baseUrl()).startsWith("https:");
  }

  /** @returns {Store | null} null if the browser blocks it */
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

  /** The page's address; a handler may have its own origin, as in supertokens-website. @returns {string} */
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

  /** The page's path in its origin; undefined if the handler has none, which supertokens-website never uses. */
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
