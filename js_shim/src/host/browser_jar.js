// The browser's own cookies, and a place for cookies that the browser does not keep.

import { joined, KEPT } from "./cookies.js";
import { after, GONE, nameOf, pairOf, pairsOf, without } from "./jar.js";

/** @import {Store} from "./jar.js" */
/** @typedef {import("./jar.js").Jar} Jar */

const SECURE = /;\s*secure/i;

/**
 * Whether the browser's cookies show that a write was carried out.
 *
 * @param {string} write
 * @param {string} cookies
 */
function isDone(write, cookies) {
  const known = pairsOf(cookies).filter((pair) => nameOf(pair) === nameOf(write));
  if (GONE.test(write)) return known.length === 0;
  return known.at(-1) === pairOf(write); // if two have one name, the last one counts
}

/** The removal of a cookie that a write may have set. @param {string} write */
const undone = (write) => `${write.replace(pairOf(write), `${nameOf(write)}=`)};max-age=0`;

/**
 * If two cookies have one name (the other may be of a parent domain), browsers list the newer one last. A
 * cookie that is overwritten keeps its time of creation.
 *
 * @param {string} write
 * @param {string} cookies after the write
 */
function tookLastPlace(write, cookies) {
  if (GONE.test(write) || !pairsOf(cookies).includes(pairOf(write))) return false;
  // biome-ignore-start lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
  document.cookie = undone(write);
  document.cookie = write;
  // biome-ignore-end lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
  return isDone(write, document.cookie);
}

/** In a frame of another site, browsers keep only partitioned cookies. @param {string} write */
function tookPartitioned(write) {
  if (!SECURE.test(write)) return false; // browsers refuse it, and Firefox logs that as an error
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
  document.cookie = `${write};partitioned`;
  return isDone(write, document.cookie);
}

/**
 * The browser's own cookies. If the browser does not keep one, because it is too large or cookies are
 * blocked, it is kept in localStorage, or in memory if that is blocked, too.
 *
 * @implements {Jar}
 */
export class BrowserJar {
  isMirrored = false;
  isKnown = true;
  /** @type {Set<string>} */
  #warnings = new Set();

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
      if (isDone(write, cookie) || tookLastPlace(write, cookie) || tookPartitioned(write)) {
        if (kept) kept = without(kept, name);
      } else if (GONE.test(write)) {
        if (kept) kept = without(kept, name);
        this.#warn(
          `this page cannot remove the cookie ${name}: it has another domain or path (a parent domain, for instance). All pages of one site must have the same sessionTokenFrontendDomain. Remove a cookie of an old setting in the browser, or by a server of that domain.`,
        );
      } else {
        // An older value would be taken for this one.
        document.cookie = undone(write);
        kept = after(kept, write);
        this.#warn(
          `the browser did not keep the cookie ${name} (${pairOf(write).length} bytes); the session is kept outside of cookies, where other subdomains do not see it. Usually cookies are blocked here, or the access token's payload is too large for one (4096 bytes).`,
        );
      }
    }
    // biome-ignore-end lint/suspicious/noDocumentCookie: the Cookie Store API is asynchronous
    if (kept !== this.kept) this.#keep(kept);
  }

  async flushed() {}
  async sync() {}

  /** @param {StorageEvent} event another tab has stored a cookie */
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
      // Full: it is kept in memory.
    }
  }

  /** @param {string} warning for the console; each is shown once */
  #warn(warning) {
    const kind = warning.slice(0, 8);
    if (!this.#warnings.has(kind)) console.warn(`supertokens: ${warning}`);
    this.#warnings.add(kind);
  }
}
