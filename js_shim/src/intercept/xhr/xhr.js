// The page's XMLHttpRequest, which adds the session: the native class, whose one native object is opened
// again for each attempt. This module has its caller's methods; run.js makes the attempts.

import { resolveUrl } from "../../platform.js";
import { likeNative } from "../native_like.js";
import { snapshotOf } from "./bodies.js";
import { Deadline } from "./deadline.js";
import { Exchange } from "./exchange.js";
import { NativeObject } from "./native.js";
import { Run } from "./run.js";
import { HEADERS_RECEIVED, LOADING, OPENED } from "./states.js";
import { withView } from "./view.js";

/** @import {Shim} from "../../page/shim.js" */
/** @import {Owner} from "./run.js" */

/**
 * The arguments of open(), for opening it again from any address of the page; `target` is the resolved `url`.
 *
 * @typedef {object} Opened
 * @property {any[]} args
 * @property {string} url
 * @property {URL | null} target
 * @property {boolean} isAsync
 * @property {[string, string][]} headers
 */

/** @param {Shim} shim @param {typeof XMLHttpRequest} Native @returns {typeof XMLHttpRequest} */
export function sessionXHR(shim, Native) {
  const [ShownXHR, stageOf] = withView(Native);
  const { lifetime } = shim;
  /** @type {(object: any) => boolean} */
  let owns;

  class SessionXHR extends ShownXHR {
    #native = new NativeObject(this, Native);
    /** @type {Owner} */
    #state = {
      native: this.#native,
      stage: stageOf(this),
      deadline: new Deadline(this.#native),
      run: null,
      hasAddedCredentials: false,
    };
    /** @type {Opened} */
    #opened = NOT_OPENED;

    static {
      owns = (object) => Object(object) === object && #state in object;
    }

    constructor() {
      super();
      this.#state.stage.onNative = (event) => this.#state.run?.see(event);
    }

    /** @param {any[]} args */
    open(...args) {
      const { run, stage } = this.#state;
      const [view, opened] = [stage.view, this.#opened];
      const native = () => this.#native.call("open", ...args);
      this.#opened = openedBy(args);
      this.#state.run = stage.view = null;
      try {
        // While another state is shown, listeners must not see the native object's events.
        if (view) stage.silently(native);
        else native();
      } catch (error) {
        this.#opened = opened;
        this.#state.run = run;
        stage.view = view;
        throw error;
      }
      stage.headers.reopened();
      this.#state.deadline.stop();
      run?.drop();
      if (view) stage.reopened(view);
    }

    /** @param {[string, string]} header its name and its value */
    setRequestHeader(...header) {
      if (header.length < 2) return super.setRequestHeader(...header); // throws
      /** @type {[string, string]} */
      const given = [`${header[0]}`, `${header[1]}`];
      if (this.#isSpent) throw invalidState();
      super.setRequestHeader(...given);
      this.#opened.headers.push(given);
    }

    /** @param {Document | XMLHttpRequestBodyInit | null} [body] */
    send(body = null) {
      if (this.#isSpent) throw invalidState();
      this.#takeBack();
      const exchange = this.#exchange();
      if (!exchange) return super.send(body);
      const run = new Run(this.#state, this.#opened, snapshotOf(body), exchange);
      this.#state.run = run;
      this.#state.stage.isStarted = false;
      try {
        run.start();
      } catch (error) {
        run.drop();
        throw error;
      }
    }

    abort() {
      const { run, stage } = this.#state;
      run?.drop();
      if (!stage.view) return super.abort();
      const { state } = stage.view;
      if (run || state === HEADERS_RECEIVED || state === LOADING) stage.end("abort");
      else stage.reset();
    }

    /** Whether the opened request has been sent, or has ended. */
    get #isSpent() {
      return this.#state.run !== null || this.#state.stage.view !== null;
    }

    get timeout() {
      return this.#state.deadline.limit;
    }

    set timeout(limit) {
      const { deadline, run, stage } = this.#state;
      const wasShort = deadline.change(limit);
      if (run && stage.view) deadline.watch();
      else if (run && wasShort) deadline.shorten();
    }

    get withCredentials() {
      return super.withCredentials && !this.#state.hasAddedCredentials;
    }

    set withCredentials(include) {
      super.withCredentials = include;
      this.#state.hasAddedCredentials = false;
    }

    /** Begin an exchange, if the request is ours. @returns {Exchange | null} */
    #exchange() {
      // A page may have wrapped this class, so it stays in use after close(), and after the next init().
      const driver = shim.lifetime === lifetime ? shim.driver : null;
      const { url, target, isAsync } = this.#opened;
      if (!driver || !shim.covers(url, target) || super.readyState !== OPENED) return null;
      const refusal = isAsync ? null : shim.part?.blockRefusal(driver);
      if (refusal) {
        shim.warnOnce(refusal);
        return null;
      }
      const exchange = new Exchange(driver, this.#opened);
      if (isAsync || exchange.step) return exchange;
      exchange.cancel();
      console.warn(
        `supertokens: a synchronous request to ${url} cannot wait until Python has started; it is sent without the session.`,
      );
      return null;
    }

    /** Restore the caller's settings that were changed for the attempts. */
    #takeBack() {
      if (this.#state.hasAddedCredentials) super.withCredentials = false;
      this.#state.hasAddedCredentials = false;
      this.#state.deadline.restore();
    }
  }
  likeNative(SessionXHR, Native, "XMLHttpRequest", (object) => owns(object));
  return SessionXHR;
}

/** @type {Opened} */
const NOT_OPENED = { args: [], url: "", target: null, isAsync: true, headers: [] };

/**
 * Convert the arguments of open(), in their order, as the native object does, so that the same values are
 * checked and sent.
 *
 * @param {any[]} args changed in place
 * @returns {Opened}
 */
function openedBy(args) {
  if (args.length < 2) return NOT_OPENED; // the native object throws
  for (const at of [0, 1]) args[at] = `${args[at]}`;
  if (args.length > 2) args[2] = Boolean(args[2]);
  for (const at of [3, 4]) if ((args[at] ?? null) !== null) args[at] = `${args[at]}`;
  const [method, url, isAsync = true, ...more] = args;
  const target = resolveUrl(url);
  return {
    args: [method, target?.href ?? url, isAsync, ...more],
    url,
    target,
    isAsync,
    headers: [],
  };
}

const invalidState = () =>
  new DOMException("The request has been sent already.", "InvalidStateError");
