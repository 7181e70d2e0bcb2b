// supertokens-website as it is published, on a page that is scripted through the seams it offers
// itself: handlers of cookies, window and locks, and the global fetch. Of Node only the clock is
// scripted beside that.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const PACKAGE = "supertokens-website";

export const { name: NAME, version: VERSION } = require(`${PACKAGE}/package.json`);

export const API = "https://api.example.com";
export const NOW = 1_700_000_000_000;
/** How long, in milliseconds, each trip to the network takes. */
export const TRIP = 100;

/** Silence what the package prints. */
for (const print of ["error", "warn", "log"]) console[print] = () => {};

/**
 * A front token as a backend makes it.
 *
 * @param {string} uid
 * @param {number} ate the access token's expiry
 * @param {object} up its payload
 */
export function frontToken(uid, ate, up) {
  return Buffer.from(JSON.stringify({ uid, ate, up })).toString("base64");
}

/**
 * The package on a new page: a fresh copy, since what it knows it keeps in its modules.
 *
 * `page` is the page's address, `cookies` and `storage` what the browser has, `answers` what the
 * backend says to a path: responses, of which the last is repeated for ever. A response is its status, or
 * `{status, headers, text}`, or null where none comes. `inLock` are the cookies that another tab has
 * left when the lock is taken.
 */
export class Page {
  constructor({
    page = "https://app.example.com",
    cookies = {},
    storage = {},
    now = NOW,
    ...more
  }) {
    this.location = new URL(page);
    this.cookies = new Map(Object.entries(cookies));
    this.storage = new Map(Object.entries(storage));
    this.now = now;
    this.answers = structuredClone(more.answers ?? {});
    this.inLock = more.inLock;
    this.requests = [];
    this.writes = [];
    this.events = [];

    for (const file of Object.keys(require.cache)) {
      if (file.includes(`/${PACKAGE}/`)) delete require.cache[file];
    }
    Date.now = () => this.now;
    delete globalThis.__supertokensOriginalFetch;
    globalThis.fetch = (url, init) => this.#transmit(url, init);
    this.session = this.module("index").default;
  }

  /** One of the package's modules. */
  module(name) {
    return require(`${PACKAGE}/lib/build/${name}`);
  }

  init(options = {}) {
    this.session.init({
      apiDomain: API,
      ...options,
      onHandleEvent: (event) => this.events.push(event),
      override: {
        functions: (original) => ({ ...original, addXMLHttpRequestInterceptor: () => {} }),
      },
      cookieHandler: () => ({
        getCookie: async () => [...this.cookies].map((pair) => pair.join("=")).join("; "),
        setCookie: async (text) => this.#setCookie(text),
      }),
      windowHandler: (original) => ({
        ...original,
        location: {
          ...original.location,
          getHostName: () => this.location.hostname,
          getOrigin: () => this.location.origin,
        },
        getWindowUnsafe: () => undefined,
        localStorage: {
          getItemSync: (key) => this.storage.get(key) ?? null,
          setItemSync: (key, text) => this.storage.set(key, text),
        },
      }),
      lockFactory: async () => ({
        acquireLock: async () => {
          if (this.inLock) this.cookies = new Map(Object.entries(this.inLock));
          return true;
        },
        releaseLock: async () => {},
      }),
    });
    return this;
  }

  #setCookie(text) {
    this.writes.push(text);
    const [pair, ...attributes] = text.split(";");
    const [name, value] = [pair.split("=", 1)[0], pair.slice(pair.indexOf("=") + 1)];
    const expires = attributes.find((attribute) => attribute.startsWith("expires="));
    if (new Date(expires.slice("expires=".length)).getTime() > this.now)
      this.cookies.set(name, value);
    else this.cookies.delete(name);
  }

  async #transmit(url, init = {}) {
    const { pathname } = new URL(url, this.location);
    const headers = Object.fromEntries(new Headers(init.headers));
    this.requests.push({ path: pathname, headers, credentials: init.credentials ?? null });
    this.now += TRIP;
    const answers = this.answers[pathname] ?? [200];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === null) throw new TypeError("no response");
    const response = typeof answer === "number" ? { status: answer } : answer;
    const { status, headers: shown = {}, text = pathname } = response; // shows which response it is
    return new Response(text, { status, headers: shown });
  }
}

/**
 * What comes of one request to the API, `fetch: path` with `headers`, or of one call of the session,
 * `call: name`.
 *
 * @returns what the caller got, and what could be seen of it
 */
export async function play({ options, fetch: path, headers, call, ...more }) {
  const page = new Page(more);
  let result;
  try {
    page.init(options);
    if (call) result = (await page.session[call]()) ?? null;
    else {
      const response = await fetch(`${API}${path}`, { headers });
      result = { status: response.status, text: await response.text() };
    }
  } catch {
    result = "error";
  }
  const { requests, writes, events } = page;
  return { result, requests, writes, events, storage: Object.fromEntries(page.storage) };
}
