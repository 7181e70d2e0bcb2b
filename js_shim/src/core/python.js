// Python's core in this page or worker. It answers synchronously; some of its answers can be reused.

import { isOrdinary } from "../flow/heads.js";
import { DELIVER } from "../flow/steps.js";
import { mortal } from "./mortal.js";
import { keyOf, StepCache } from "./step_cache.js";

/**
 * @typedef {import("../flow/context.js").FlowContext} FlowContext
 * @typedef {import("../flow/steps.js").Beginning} Beginning
 * @typedef {import("../flow/steps.js").Core} Core
 * @typedef {import("../flow/steps.js").Step} Step
 * @typedef {import("../host/host.js").Host} Host
 *
 * The functions of Python (supertokens_pyodide/_browser/attach.py): primitives in, one step as JSON out.
 * Without cookies Python uses those of the last call, because passing strings is slow.
 * @typedef {object} Port
 * @property {string} plan
 * @property {(headers: string, oneShot: boolean, cookies: string | undefined, now: number, isSent: boolean) => string} exchange
 * @property {(name: string, args: string, cookies: string | undefined, now: number) => string} call
 * @property {(flow: number, result: import("../flow/steps.js").Result, cookies: string | undefined, now: number) => string} resume
 * @property {(cookies: string | undefined, now: number) => string} observe
 * @property {(flow: number) => PromiseLike<void>} perform
 * @property {(flow: number) => void} cancel
 * @property {() => string} facts
 * @property {(events: string) => void} notify
 * @property {(options: string) => string} compare
 * @property {Record<string, any>} functions options that Python gave
 * @property {() => void} closed
 */

/** @implements {Core} */
export class PythonCore {
  isPending = false;
  isRemote = false;
  #port;
  #host;
  #plan;
  #cache = new StepCache();
  /** @type {string | undefined} */
  #known = undefined;

  /**
   * @param {Port} port
   * @param {Host} host
   * @param {{statuses: number[]}} plan
   * @param {(death: Error) => void} died called when the interpreter has died
   */
  constructor(port, host, plan, died) {
    this.#port = mortal(port, died);
    this.#host = host;
    this.#plan = plan;
  }

  /** @param {import("../flow/steps.js").RequestHead} request @param {FlowContext} context */
  exchange(request, context) {
    const { cookies, now } = this.#now;
    const beginning = { ...request, cookies, now };
    context.beginning = beginning;
    const key = keyOf(request);
    const known = this.#cache.find(key, beginning);
    if (known) return known;
    const step = this.begin(beginning);
    this.#cache.keep(key, beginning, step);
    return step;
  }

  /** @param {string} name @param {string} args */
  call(name, args) {
    const key = args === "" ? name : null;
    const moment = this.#now;
    const known = this.#cache.find(key, moment);
    if (known) return known;
    const { cookies, now } = moment;
    const step = JSON.parse(this.#port.call(name, args, this.unlessKnown(cookies), now));
    this.#cache.keep(key, moment, step);
    return step;
  }

  /** @param {Step} step @param {import("../flow/steps.js").Result} result @param {FlowContext} context */
  resume(step, result, { beginning }) {
    let { flow } = step;
    if (flow === undefined && beginning) {
      if (isOrdinary(this.#plan, result)) return DELIVER;
      flow = this.begin({ ...beginning, isSent: true }).flow;
    }
    const { cookies, now } = this.#now;
    return JSON.parse(this.#port.resume(flow ?? 0, result, this.unlessKnown(cookies), now));
  }

  /**
   * @param {Beginning} beginning
   * @returns {Step} an exchange's first step, with its own environment
   */
  begin({ headers, oneShot, cookies, now, isSent = false }) {
    const known = this.unlessKnown(cookies);
    return JSON.parse(this.#port.exchange(headers, oneShot, known, now, isSent));
  }

  observe({ cookies, now } = this.#now) {
    const step = this.#port.observe(this.unlessKnown(cookies), now);
    return step ? JSON.parse(step) : null;
  }

  /** @param {number} flow */
  perform(flow) {
    return this.#port.perform(flow);
  }

  /** @param {FlowContext} context */
  cancel({ flow }) {
    if (flow) this.#port.cancel(flow);
  }

  /** @param {string} events */
  notify(events) {
    this.#port.notify(events);
  }

  facts() {
    return this.#port.facts();
  }

  /** @param {string} options */
  compare(options) {
    return this.#port.compare(options);
  }

  forget() {
    this.#cache.clear();
  }

  /**
   * The cookies, in the form for Python.
   *
   * @param {string} cookies
   * @returns {string | undefined} undefined if Python has them already
   */
  unlessKnown(cookies) {
    if (cookies === this.#known) return undefined;
    this.#known = cookies;
    return cookies;
  }

  get #now() {
    return { cookies: this.#host.cookies(), now: this.#host.now() };
  }
}
