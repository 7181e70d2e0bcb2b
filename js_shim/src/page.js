// What of the page a windowHandler may replace: its address and its storage.

import { baseUrl } from "./target.js";

/** @typedef {import("./jar.js").Store} Store */

/** @returns {Storage | null} null where the browser blocks it */
function localStore() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** supertokens-website's form of a Storage. @param {() => Storage} storage */
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

/** The page itself, in the form of a windowHandler. */
const original = () => ({
  history: {
    replaceState: (/** @type {[any, string, string?]} */ ...args) => history.replaceState(...args),
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
    getOrigin: () => location.origin,
    getHostName: () => location.hostname,
    getHost: () => location.host,
  },
  getDocument: () => document,
  localStorage: storageHandler(() => localStorage),
  sessionStorage: storageHandler(() => sessionStorage),
  getWindowUnsafe: () => window,
});

/** The page as the SDK sees it. */
export class PageHandler {
  /** @param {((original: any) => any) | undefined} windowHandler */
  constructor(windowHandler) {
    this.handler = windowHandler?.(original());
  }

  /** @returns {string} relative URLs are relative to it */
  get href() {
    return this.handler?.location.getHref() ?? baseUrl();
  }

  /** @returns {string} */
  get hostname() {
    return this.handler?.location.getHostName() ?? location.hostname;
  }

  /** @returns {boolean} whether it came by https */
  get secure() {
    return this.href.startsWith("https:");
  }

  /** @returns {Store | null} null where the browser blocks it */
  get store() {
    const given = this.handler?.localStorage;
    if (!given) return localStore();
    return {
      getItem: (key) => given.getItemSync(key),
      setItem: (key, text) => given.setItemSync(key, text),
      removeItem: (key) => given.removeItemSync(key),
    };
  }
}
