// Python's core in this page or worker. It answers synchronously.

import { mortal } from "./mortal.js";

/** @import {FlowContext} from "../flow/context.js" */
/** @import {Beginning, Moment, Result, Step} from "../flow/steps.js" */
/** @typedef {import("../flow/steps.js").Core} Core */

/**
 * The functions of Python (supertokens_pyodide/_browser/attach.py): primitives in, one step as JSON out.
 * Without cookies Python uses those of the last call, because passing strings is slow.
 * @typedef {object} Port
 * @property {string} plan
 * @property {(headers: string, oneShot: boolean, cookies: string | undefined, now: number, isSent: boolean) => string} exchange
 * @property {(name: string, args: string, cookies: string | undefined, now: number) => string} call
 * @property {(flow: number, result: Result, cookies: string | undefined, now: number) => string} resume
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
  table = null;
  #port;
  /** @type {string | undefined} */
  #known = undefined;

  /**
   * @param {Port} port
   * @param {(death: Error) => void} died called when the interpreter has died
   */
  constructor(port, died) {
    this.#port = mortal(port, died);
  }

  /** @param {Beginning} beginning @returns {Step} */
  exchange({ headers, oneShot, cookies, now, isSent = false }) {
    const known = this.unlessKnown(cookies);
    return JSON.parse(this.#port.exchange(headers, oneShot, known, now, isSent));
  }

  /** @param {string} name @param {string} args @param {FlowContext} _context @param {Moment} moment */
  call(name, args, _context, { cookies, now }) {
    return JSON.parse(this.#port.call(name, args, this.unlessKnown(cookies), now));
  }

  /**
   * @param {Step} step
   * @param {Result} result
   * @param {FlowContext} context
   * @param {Moment} moment
   */
  resume(step, result, { beginning }, { cookies, now }) {
    let { flow = 0 } = step;
    if (!flow && beginning) flow = this.exchange({ ...beginning, isSent: true }).flow ?? 0;
    return JSON.parse(this.#port.resume(flow, result, this.unlessKnown(cookies), now));
  }

  /** @param {Moment} moment @returns {Step | null} */
  observe({ cookies, now }) {
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
}
