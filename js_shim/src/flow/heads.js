// A response as the core reads it: the bare status, or JSON when it has headers of the plan.

import { resolveUrl } from "../platform.js";

/** What the core gets in place of a foreign response's status. */
const FOREIGN = 0;

/**
 * Whether the core has nothing to do with a response.
 *
 * @param {Pick<import("../core/plan.js").Plan, "statuses">} plan
 * @param {unknown} head as the core gets it
 */
export const isOrdinary = ({ statuses }, head) =>
  typeof head === "number" && !statuses.includes(head);

export class Heads {
  #driver;
  /** The headers of the response that came last, for a page that calculates the clock's skew itself. */
  last = () => new Headers();

  /** @param {import("./driver.js").Driver} driver */
  constructor(driver) {
    this.#driver = driver;
  }

  /**
   * Read a response. One that a redirect has fetched from a foreign host says nothing of the session.
   *
   * @param {number} status
   * @param {(name: string) => string | null} header
   * @param {() => Headers} all
   * @param {string} url where it came from, if that is to be judged
   * @returns {string | number}
   */
  read(status, header, all, url) {
    const { page, plan } = this.#driver;
    const head = headOf(plan.responseHeaders, status, header);
    if (!isOrdinary(plan, head) && url && !page.covers(url)) return FOREIGN;
    this.last = all;
    return head;
  }

  /**
   * @param {Response} response
   * @param {string} [url] where it came from, if that is to be judged
   */
  of({ status, headers, url: final }, url = final) {
    return this.read(
      status,
      (name) => headers.get(name),
      () => headers,
      url,
    );
  }

  /**
   * Whether the response to a call of ours comes from a foreign host, where a redirect has led.
   *
   * @param {string} url where it came from
   * @param {string} asked
   */
  isForeign(url, asked) {
    const isElsewhere = url !== "" && resolveUrl(url)?.origin !== resolveUrl(asked)?.origin;
    return isElsewhere && !this.#driver.page.covers(url);
  }
}

/**
 * @param {string[]} names
 * @param {number} status
 * @param {(name: string) => string | null} header
 */
function headOf(names, status, header) {
  /** @type {Record<string, string> | null} */
  let headers = null;
  for (const name of names) {
    const value = header(name);
    if (value !== null) {
      headers ??= {};
      headers[name] = value;
    }
  }
  return headers ? JSON.stringify({ status, headers }) : status;
}
