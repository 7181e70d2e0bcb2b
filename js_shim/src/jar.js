// Where the session's cookies are kept. A jar answers at once; one that lags answers from a mirror,
// which the drivers bring up to date before each step.

/**
 * @typedef {object} Jar
 * @property {() => string} read what document.cookie would be
 * @property {(writes: string[]) => void} write each is ready for document.cookie; seen by read() at once
 * @property {boolean} lags whether read() answers from a mirror
 * @property {() => Promise<void>} settled resolves when everything is written
 * @property {() => Promise<void>} fresh resolves when everything is written, and the mirror up to date
 * @property {string} place where cookies are kept: "cookies", "localStorage", "memory", "indexedDB" or
 *   "cookieHandler"
 * @property {() => void} close
 *
 * @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Store
 */

/** Under this key localStorage keeps, as a cookie string, what the browser would not keep as cookies. */
const KEPT = "supertokens-pyodide-cookies";

const GONE = /;\s*expires=Thu, 01 Jan 1970/i;

/** @param {string} write */
const pairOf = (write) => write.slice(0, write.indexOf(";"));

/** @param {string} pair */
const nameOf = (pair) => pair.slice(0, pair.indexOf("="));

/** @param {string} cookies */
const pairsOf = (cookies) => (cookies ? cookies.split("; ") : []);

/** @param {string} cookies @param {string} name */
const without = (cookies, name) =>
  pairsOf(cookies)
    .filter((pair) => nameOf(pair) !== name)
    .join("; ");

/**
 * A cookie string after a write.
 *
 * @param {string} cookies
 * @param {string} write
 */
export function after(cookies, write) {
  const others = without(cookies, nameOf(write));
  if (GONE.test(write)) return others;
  return others ? `${others}; ${pairOf(write)}` : pairOf(write);
}

/** @param {string} cookies @param {string} kept */
function joined(cookies, kept) {
  if (!kept) return cookies;
  return cookies ? `${cookies}; ${kept}` : kept; // of two with one name the last counts
}

/**
 * The session's cookies of this instant, for whoever has no jar yet.
 *
 * @param {Store | null} store
 * @returns {string}
 */
export const cookiesNow = (store) => joined(document.cookie, store?.getItem(KEPT) ?? "");

/**
 * Whether a browser with these cookies has done what was written.
 *
 * @param {string} write
 * @param {string} cookies
 */
function isDone(write, cookies) {
  const pairs = pairsOf(cookies);
  if (GONE.test(write)) return pairs.every((pair) => nameOf(pair) !== nameOf(write));
  return pairs.includes(pairOf(write));
}

/** In a frame of another site, browsers keep only what is partitioned by that site. @param {string} write */
function tookPartitioned(write) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
  document.cookie = `${write};partitioned`;
  return isDone(write, document.cookie);
}

/**
 * The browser's own cookies. One that it does not keep, because it is too large or cookies are
 * blocked, goes to localStorage, and where that is blocked too, to memory.
 *
 * @implements {Jar}
 */
export class BrowserJar {
  lags = false;
  #warned = false;

  /** @param {Store | null} store */
  constructor(store) {
    this.store = store;
    this.kept = store?.getItem(KEPT) ?? "";
    globalThis.addEventListener("storage", this);
  }

  close() {
    globalThis.removeEventListener("storage", this);
  }

  get place() {
    if (!this.kept) return "cookies";
    return this.store?.getItem(KEPT) === this.kept ? "localStorage" : "memory";
  }

  read() {
    return joined(document.cookie, this.kept);
  }

  /** @param {string[]} writes */
  write(writes) {
    // biome-ignore-start lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
    for (const write of writes) document.cookie = write;
    const { cookie } = document;
    let kept = this.kept;
    for (const [name, write] of new Map(writes.map((each) => [nameOf(each), each]))) {
      if (isDone(write, cookie) || tookPartitioned(write)) {
        if (kept) kept = without(kept, name);
      } else {
        // An older value would be taken for this one.
        document.cookie = `${write.replace(pairOf(write), `${name}=`)};max-age=0`;
        this.#warn(write);
        kept = after(kept, write);
      }
    }
    // biome-ignore-end lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
    if (kept !== this.kept) this.#keep(kept);
  }

  async settled() {}
  async fresh() {}

  /** @param {StorageEvent} event another tab has kept something */
  handleEvent({ key, newValue }) {
    if (key === KEPT) this.kept = newValue ?? "";
  }

  /** @param {string} kept */
  #keep(kept) {
    this.kept = kept;
    try {
      if (kept) this.store?.setItem(KEPT, kept);
      else this.store?.removeItem(KEPT);
    } catch {
      // Full: memory has it.
    }
  }

  /** @param {string} write */
  #warn(write) {
    if (this.#warned) return;
    this.#warned = true;
    const pair = pairOf(write);
    console.warn(
      `supertokens: the browser did not keep the cookie ${nameOf(pair)} (${pair.length} bytes); the session goes on outside of cookies, and other subdomains do not see it. Usually cookies are blocked here, or the access token's payload is too large for one (4096 bytes).`,
    );
  }
}

/** What is kept where it takes time to read: a mirror of it answers at once. */
export class LaggingJar {
  lags = true;
  #mirror = "";
  #writing = Promise.resolve();

  read() {
    return this.#mirror;
  }

  /** @param {string[]} writes */
  write(writes) {
    this.#mirror = writes.reduce(after, this.#mirror);
    const writing = this.#writing;
    this.#writing = (async () => {
      await writing;
      await this.put(writes);
    })();
  }

  settled() {
    return this.#writing;
  }

  async fresh() {
    let writing;
    do {
      writing = this.#writing;
      await writing;
      const cookies = await this.get();
      if (writing === this.#writing) this.#mirror = cookies;
    } while (writing !== this.#writing);
  }

  /** @returns {Promise<string>} what is kept; never rejects */
  async get() {
    return this.#mirror;
  }

  /** @param {string[]} _writes @returns {Promise<void>} once they are kept; never rejects */
  async put(_writes) {}
}

/**
 * A page's own cookieHandler, with functions that may be async.
 *
 * @implements {Jar}
 */
export class HandlerJar extends LaggingJar {
  place = "cookieHandler";

  /**
   * @param {(original: object) => {getCookie(): any, setCookie(write: string): any}} cookieHandler
   * @param {Jar} original
   */
  constructor(cookieHandler, original) {
    super();
    this.original = original;
    this.handler = cookieHandler({
      getCookie: async () => {
        await original.fresh();
        return original.read();
      },
      setCookie: (/** @type {string} */ write) => {
        original.write([write]);
        return original.settled();
      },
    });
  }

  async get() {
    try {
      return (await this.handler.getCookie()) ?? "";
    } catch (error) {
      console.error("supertokens: cookieHandler.getCookie failed", error);
      return this.read();
    }
  }

  /** @param {string[]} writes */
  async put(writes) {
    for (const write of writes) {
      try {
        await this.handler.setCookie(write);
      } catch (error) {
        console.error("supertokens: cookieHandler.setCookie failed", error);
      }
    }
  }

  close() {
    this.original.close();
  }
}
