// Asks the core what is next, and recalls what it has said: a step that reusableUntil answers every like
// question while the cookies stay as they are (supertokens_pyodide/_core/wire/steps.py).

/**
 * @typedef {import("../flow/flow.js").Core} Core
 * @typedef {import("../flow/flow.js").Step} Step
 * @typedef {import("../host/host.js").Host} Host
 *
 * What an exchange began with, for one that the core does not know yet.
 * @typedef {{request: string, oneShot: boolean, cookies: string, now: number}} Beginning
 */

const DELIVER = '{"verdict":"deliver"}';

export class Recall {
  #core;
  #host;
  #statuses;
  /** @type {string | undefined} the cookies that the core was told last */
  #told = undefined;
  /** @type {string | undefined} those for which the steps stand */
  #cookies = undefined;
  /** @type {Map<string, {text: string, until: number}>} by the name of the call; "" is an exchange */
  #standing = new Map();

  /**
   * @param {Core} core
   * @param {Host} host
   * @param {number[]} statuses those of replies that the core acts on
   */
  constructor(core, host, statuses) {
    this.#core = core;
    this.#host = host;
    this.#statuses = statuses;
  }

  /**
   * Begin an exchange.
   *
   * @param {string} request its headers that the core wants to see
   * @param {boolean} oneShot
   * @returns {{text: string, beginning: Beginning}} its first step
   */
  exchange(request, oneShot) {
    const beginning = { request, oneShot, cookies: this.#host.cookies(), now: this.#host.now() };
    const alike = request === "" && !oneShot;
    const known = (alike && this.#find("", beginning)) || this.#core.atOnce?.(beginning);
    if (known) return { text: known, beginning };
    const text = this.begin(beginning);
    if (alike) this.keep("", beginning, JSON.parse(text));
    return { text, beginning };
  }

  /**
   * Begin a call.
   *
   * @param {string} name
   * @param {string} args JSON, or nothing
   * @returns {string} its first step
   */
  call(name, args) {
    const beginning = { cookies: this.#host.cookies(), now: this.#host.now() };
    const known = args === "" && this.#find(name, beginning);
    if (known) return known;
    const { cookies, now } = beginning;
    const text = this.#core.call(name, args, this.#tell(cookies), now);
    if (args === "") this.keep(name, beginning, JSON.parse(text));
    return text;
  }

  /**
   * Go on with the result of a step's effect.
   *
   * @param {Step} step
   * @param {any} result
   * @param {Beginning | null} beginning that of an exchange
   * @returns {string | Step} the next step
   */
  resume({ flow }, result, beginning) {
    if (flow === undefined && beginning) {
      if (typeof result === "number" && !this.#statuses.includes(result)) return DELIVER;
      flow = JSON.parse(this.begin(beginning)).flow;
    }
    const cookies = this.#host.cookies();
    return this.#core.resume(flow ?? 0, result, this.#tell(cookies), this.#host.now());
  }

  /**
   * @param {Beginning} beginning
   * @returns {string} an exchange's first step, as of then
   */
  begin({ request, oneShot, cookies, now }) {
    return this.#core.exchange(request, oneShot, this.#tell(cookies), now);
  }

  /**
   * @param {string} cookies
   * @returns {string | undefined} nothing where the core knows them: strings take long to cross
   */
  #tell(cookies) {
    if (cookies === this.#told) return undefined;
    this.#told = cookies;
    return cookies;
  }

  /**
   * @param {string} key
   * @param {{cookies: string, now: number}} beginning
   */
  #find(key, { cookies, now }) {
    if (cookies !== this.#cookies) return undefined;
    const known = this.#standing.get(key);
    return known && now < known.until ? known.text : undefined;
  }

  /** Have the core asked in any case from now on, until it has answered again. */
  forget() {
    this.#standing.clear();
  }

  /**
   * Keep a first step, if it reusableUntil.
   *
   * @param {string} key
   * @param {{cookies: string}} beginning
   * @param {Step} first
   */
  keep(key, { cookies }, { flow, reusableUntil, ...step }) {
    if (!reusableUntil) return;
    if (cookies !== this.#cookies) this.#standing.clear();
    this.#cookies = cookies;
    this.#standing.set(key, { text: JSON.stringify(step), until: reusableUntil });
  }
}
