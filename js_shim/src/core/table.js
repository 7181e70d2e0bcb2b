// The core's common answers until it is ready, from its decision table (tools/decision_table.py). Calls that
// the table does not cover wait for the core.

/** @import {ErrorData} from "../errors.js" */
/** @import {Beginning, Step} from "../flow/steps.js" */

/**
 * A fact is the name of a cookie that exists, `name:` of a request header that exists, or `option=value`;
 * with `!` it must not hold.
 *
 * @typedef {string} Fact
 *
 * @typedef {object} DecisionTable
 * @property {string} skip as in the plan
 * @property {string} mark the cookie with the time of the last change by any tab: milliseconds; at a
 * session's end it contains more
 * @property {Record<string, string>} cookies that the core reads: the form (a regular expression) that a
 * value must have; otherwise only the core can answer
 * @property {string[]} requestHeaders as in the plan
 * @property {string[]} responseHeaders as in the plan
 * @property {Record<string, number>} statuses in the plan, by the options that set them
 * @property {Record<string, any[]>} options that answers depend on: their possible values, the default
 *   first
 * @property {string[]} asked options with which only the core can answer
 * @property {Fact[]} send when a request is sent at once
 * @property {Fact[]} likely when there is a session, valid or refreshable
 * @property {[name: string, text: string, ...facts: Fact[]][]} headers of such a request;
 *   `{name}` is a cookie's value
 * @property {[RequestCredentials, ...Fact[]][]} credentials
 * @property {Expiry} until
 * @property {Reads} reads
 * @property {Record<string, any>} defaults of the options that are data
 * @property {string[]} required options
 * @property {Record<string, string | string[]>} types of the values of all options of
 *   init(), or all possible values
 * @property {{cookies: string[], storage: string[], locks: string[]}} shared names of what a page shares
 *   with its workers
 * @property {Record<string, ErrorData>} errors that are raised before there is a core,
 *   with their texts
 * @property {string} documentation the address of the documentation
 *
 * @typedef {object} Expiry until when such a request is sent
 * @property {Fact[]} when it is limited
 * @property {string} cookie base64 of JSON
 * @property {string} field of it, in milliseconds by the backend's clock
 * @property {Record<string, string>} types of the fields that it must have
 * @property {number} deepest how deep its arrays and objects may be nested
 * @property {number} below the time must be less than this to be valid
 * @property {string} skew the localStorage key of the clock skew: how far the backend's clock is ahead
 * @property {number} threshold a smaller skew is ignored
 *
 * @typedef {object} Reads the answers to calls without arguments until then
 * @property {Fact[]} live when there is an answer
 * @property {Fact[]} unsure when only the core can answer nevertheless
 * @property {Record<string, [Source, ...Fact[]][]>} values the answers, by the call's name
 *
 * A value; or a cookie's value; or the part of its JSON at a path, which must have this type.
 * @typedef {{value: any} | {cookie: string} | {path: string[], type: string}} Source
 */

/** The table, read for one set of options. */
export class Table {
  #table;
  #options;
  /** @type {string[]} */
  #chosen = [];

  /** @param {DecisionTable} table @param {Record<string, any>} [options] as given to init() */
  constructor(table, options = {}) {
    this.#table = table;
    this.#options = options;
    for (const name of Object.keys(table.options)) {
      if (this.#given(name)) this.#chosen.push(`${name}=${options[name]}`);
    }
    const { requestHeaders, responseHeaders, statuses } = table;
    /** The headers of requests and responses in the core's future plan. */
    this.plan = {
      requestHeaders,
      responseHeaders,
      statuses: Object.entries(statuses).map(([name, status]) => options[name] ?? status),
    };
  }

  /** Whether it has any answers with these options. */
  get applies() {
    const { asked, options } = this.#table;
    return (
      Object.keys(options).every((name) => this.#isKnown(name)) &&
      this.plan.statuses.every(Number.isInteger) &&
      !asked.some((name) => this.#options[name])
    );
  }

  /**
   * The first step of an exchange.
   *
   * @param {Beginning} beginning
   * @param {(key: string) => string | null} stored reads localStorage
   * @returns {Step | null} null if only the core can answer
   */
  firstStep({ headers: reported, cookies, now }, stored) {
    const { send, headers, credentials, until } = this.#table;
    const found = this.#read(cookies);
    const facts = this.#facts(found);
    for (const name of Object.keys(reported ? JSON.parse(reported) : {})) facts.add(`${name}:`);
    if (!hold(send, facts) || !this.#areWhole(found)) return null;
    if (hold(until.when, facts) && !(now < this.#end(this.#token(found), stored))) return null;
    const [lent = null] = credentials.find(([, ...conditions]) => hold(conditions, facts)) ?? [];
    /** @type {Record<string, string>} */
    const carried = {};
    for (const [name, text, ...conditions] of headers) {
      if (hold(conditions, facts)) {
        carried[name] = text.replace(/\{(.+?)\}/g, (_, cookie) => found.get(cookie) ?? "");
      }
    }
    return { do: "send", headers: carried, drop: [], credentials: lent };
  }

  /**
   * The step that ends a call without arguments.
   *
   * @param {string} name
   * @param {{cookies: string, now: number}} beginning
   * @param {(key: string) => string | null} stored reads localStorage
   * @returns {Step | null} null if only the core can answer
   */
  answer(name, { cookies, now }, stored) {
    const { live, unsure, values } = this.#table.reads;
    const found = this.#read(cookies);
    const facts = this.#facts(found);
    if (!hold(live, facts) || hold(unsure, facts) || !this.#areWhole(found)) return null;
    const token = this.#token(found);
    if (!(now < this.#end(token, stored))) return null;
    const [source] = values[name]?.find(([, ...conditions]) => hold(conditions, facts)) ?? [];
    if (!source) return null;
    if ("value" in source) return { verdict: "value", value: structuredClone(source.value) };
    if ("cookie" in source) return { verdict: "value", value: found.get(source.cookie) };
    const value = source.path.reduce((part, key) => part[key], token);
    return typeOf(value) === source.type ? { verdict: "value", value } : null;
  }

  /**
   * Whether there is a session, valid or refreshable.
   *
   * @param {string} cookies
   * @returns {boolean}
   */
  isLikely(cookies) {
    return hold(this.#table.likely, new Set(this.#read(cookies).keys()));
  }

  /** Whether two cookie strings are the same for the core. @param {string[]} texts */
  isSame(...texts) {
    const [one, other] = texts.map((text) => JSON.stringify([...this.#read(text)].sort()));
    return one === other;
  }

  /** @param {Map<string, string>} found */
  #areWhole(found) {
    const { cookies } = this.#table;
    return [...found].every(([name, value]) => new RegExp(cookies[name] ?? "").test(value));
  }

  /** @param {string} name */
  #isKnown(name) {
    return !this.#given(name) || this.#table.options[name]?.includes(this.#options[name]);
  }

  /** @param {string} name */
  #given(name) {
    return (this.#options[name] ?? null) !== null;
  }

  /**
   * The cookies that matter; if two have one name, the last one counts.
   *
   * @param {string} cookies
   * @returns {Map<string, string>}
   */
  #read(cookies) {
    /** @type {Map<string, string>} */
    const found = new Map();
    for (const pair of cookies.split("; ")) {
      const end = pair.indexOf("=");
      const name = pair.slice(0, Math.max(end, 0));
      if (name in this.#table.cookies) found.set(name, pair.slice(end + 1));
    }
    return found;
  }

  /** @param {Map<string, string>} found */
  #facts(found) {
    return new Set([...found.keys(), ...this.#chosen]);
  }

  /** @param {Map<string, string>} found @returns {any} undefined if only the core can read it */
  #token(found) {
    const { cookie, types, deepest } = this.#table.until;
    const fields = decoded(found.get(cookie) ?? "", deepest);
    const isWhole = Object.entries(types).every(([name, type]) => typeOf(fields?.[name]) === type);
    return isWhole ? fields : undefined;
  }

  /**
   * @param {any} token
   * @param {(key: string) => string | null} stored
   * @returns {number} until when, by the client's clock; NaN if only the core can compute it
   */
  #end(token, stored) {
    const { field, below, skew, threshold } = this.#table.until;
    const ahead = stored(skew) ?? "0";
    const time = token?.[field];
    if (!(0 < time && time < below) || !/^-?\d{1,15}$/.test(ahead)) return Number.NaN;
    return time - (Math.abs(Number(ahead)) < threshold ? 0 : Number(ahead));
  }
}

/** @param {Fact[]} conditions @param {Set<Fact>} facts */
const hold = (conditions, facts) =>
  conditions.every((fact) => (fact[0] === "!" ? !facts.has(fact.slice(1)) : facts.has(fact)));

/**
 * @param {string} text base64 of JSON
 * @param {number} deepest
 * @returns {any} undefined if Python may read it differently
 */
function decoded(text, deepest) {
  try {
    // Bytes as UTF-8; throws if they are not. A TextDecoder would need them in an array, which takes ten times
    // as long to make.
    const json = decodeURIComponent(escape(atob(text)));
    if (json.split(/[[{]/).length - 1 > deepest) return undefined;
    let isAlike = true;
    const value = JSON.parse(json, (_, part) => {
      if (typeof part === "number" && (!Number.isFinite(part) || Object.is(part, -0)))
        isAlike = false;
      return part;
    });
    return isAlike ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} value as in "[object String]" */
const typeOf = (value) => Object.prototype.toString.call(value).slice(8, -1);
