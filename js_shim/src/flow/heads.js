// A response in the core's form: the bare status, or JSON if it has headers of the plan.

/** @import {Plan} from "../core/plan.js" */
/** @import {Driver} from "./driver.js" */

/** The status that the core gets for a foreign response. */
const FOREIGN = 0;

/**
 * Whether a response is of no interest to the core.
 *
 * @param {Pick<Plan, "statuses">} plan
 * @param {unknown} head in the core's form
 */
export const isOrdinary = ({ statuses }, head) =>
  typeof head === "number" && !statuses.includes(head);

export class Heads {
  #driver;
  /** The headers of the last response, for a page that calculates the clock skew itself. */
  last = () => new Headers();

  /** @param {Driver} driver */
  constructor(driver) {
    this.#driver = driver;
  }

  /**
   * Read a response. If a redirect led to a foreign host, the response is not about the session.
   *
   * @param {number} status
   * @param {(name: string) => string | null} header
   * @param {() => Headers} all
   * @param {string} url the response's, if it must be checked
   * @returns {string | number}
   */
  read(status, header, all, url) {
    const { page, plan } = this.#driver;
    const head = headOf(plan.responseHeaders, status, header);
    if (!isOrdinary(plan, head) && url && !page.covers(url)) return FOREIGN;
    this.last = all;
    return head;
  }

  /** @param {Response} response @param {string} [url] the response's, if it must be checked */
  of({ status, headers, url: final }, url = final) {
    return this.read(
      status,
      (name) => headers.get(name),
      () => headers,
      url,
    );
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
