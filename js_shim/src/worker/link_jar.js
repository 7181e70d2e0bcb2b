// The page's cookies, in its worker.

import { MirroredJar } from "../host/mirrored_jar.js";
import { malformed } from "./link.js";

/** @typedef {import("../host/jar.js").Jar} Jar */
/** @import {PageLink} from "./wire.js" */

/** @implements {Jar} */
export class LinkJar extends MirroredJar {
  #link;

  /**
   * @param {PageLink} link
   * @param {string | null} cookies null if the page cannot read them
   * @param {string} place
   */
  constructor(link, cookies, place) {
    super();
    this.#link = link;
    this.place = place;
    if (cookies !== null) this.update(cookies);
  }

  async get() {
    return checkedText(await this.#link.ask("cookies"));
  }

  /** @param {string[]} writes sent at once: the port keeps their order, and the page may close */
  async put(writes) {
    try {
      return checkedText(await this.#link.ask("write", writes));
    } catch {
      return undefined; // closed: writes that the page received before are stored
    }
  }
}

/** @param {unknown} cookies from the page @returns {string} */
function checkedText(cookies) {
  if (typeof cookies !== "string") throw malformed();
  return cookies;
}
