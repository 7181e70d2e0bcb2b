// The session's cookies in a page's own cookieHandler.

import { handlerFailed } from "../errors.js";
import { asked, askedNow, report, stringFrom } from "./handlers.js";
import { GONE, nameOf, pairsOf } from "./jar.js";
import { MirroredJar } from "./mirrored_jar.js";

/** @typedef {import("./jar.js").Jar} Jar */

const [HANDLER, GET, SET] = ["cookieHandler", "cookieHandler.getCookie", "cookieHandler.setCookie"];

/** A page's own cookieHandler, with functions that may be async. @implements {Jar} */
export class HandlerJar extends MirroredJar {
  place = HANDLER;
  #wasChecked = false;
  /** @type {Map<string, string[]>} by a cookie's name: the last writes that contained it */
  #latest = new Map();

  /**
   * @param {(original: object) => {getCookie(): any, setCookie(write: string): any}} cookieHandler
   * @param {Jar} original
   */
  constructor(cookieHandler, original) {
    super();
    this.original = original;
    this.handler = askedNow(HANDLER, () =>
      cookieHandler({
        getCookie: async () => {
          await original.sync();
          return original.read();
        },
        setCookie: (/** @type {string} */ write) => {
          original.write([write]);
          return original.flushed();
        },
      }),
    );
    const { getCookie, setCookie } = /** @type {any} */ (this.handler ?? {});
    if (typeof getCookie !== "function" || typeof setCookie !== "function") {
      throw handlerFailed(HANDLER, "has no getCookie and setCookie");
    }
  }

  async get() {
    try {
      return await this.#ask();
    } catch (error) {
      // An unread store must not count as empty: that would end an existing session.
      if (!this.isKnown) throw error;
      report(error);
      return this.read();
    }
  }

  /** @param {string[]} writes @param {Promise<void>} earlier */
  async put(writes, earlier) {
    await earlier;
    let failed = false;
    for (const write of writes) this.#latest.set(nameOf(write), writes);
    const reported = (/** @type {unknown} */ error) => {
      failed = true;
      report(error);
    };
    await asked(SET, async () => {
      for (const write of writes) {
        if (this.#latest.get(nameOf(write)) !== writes) continue; // a later write has replaced it
        try {
          await this.handler.setCookie(write);
        } catch (error) {
          reported(handlerFailed(SET, "failed", error));
        }
      }
    }).catch(reported);
    if (!failed && !this.#wasChecked) await this.#check(writes);
    return undefined;
  }

  close() {
    this.original.close();
  }

  /** @returns {Promise<string>} the handler's cookies */
  async #ask() {
    return stringFrom(GET, (await asked(GET, () => this.handler.getCookie())) ?? "");
  }

  /** Check once that written cookies can be read. @param {string[]} writes */
  async #check(writes) {
    const written = writes.filter((write) => !GONE.test(write)).map(nameOf);
    if (written.length === 0) return;
    this.#wasChecked = true;
    const names = await this.#ask().then((cookies) => pairsOf(cookies).map(nameOf), report);
    if (!names || written.some((name) => names.includes(name))) return;
    console.warn(
      "supertokens: the page's cookieHandler keeps nothing: getCookie does not return what setCookie was given, so no user stays signed in. setCookie gets a text as for document.cookie; getCookie must return all cookies as document.cookie does: name=value; name=value.",
    );
  }
}
