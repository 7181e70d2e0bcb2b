// The page's XMLHttpRequest, carrying the session: the native class itself, whose one native object is
// opened again for each attempt. What belongs to a superseded attempt is kept from its listeners.
//
// On the page the core answers at once, so the ordinary request costs nothing: its own native, trusted
// events go on as they come. Only a reply that the core acts on is held back, and told again when the
// verdict is in.

import { block } from "./block.js";
import { bodyOf, headersOf, textOf } from "./bodies.js";
import { Carrier } from "./drive.js";
import { SuperTokensError } from "./errors.js";
import { reported } from "./target.js";

/**
 * @typedef {import("./shim.js").Shim} Shim
 * @typedef {import("./shim.js").Connection} Connection
 * @typedef {import("./drive.js").Step} Step
 *
 * What a caller sees in place of the native reply: the refresh call's, or none at all.
 * @typedef {{status: number, statusText: string, url: string, headers: Headers, body: any}} Substitute
 */

const EVENTS = /** @type {const} */ ([
  "readystatechange",
  "loadstart",
  "progress",
  "abort",
  "error",
  "load",
  "timeout",
  "loadend",
]);

const { OPENED, HEADERS_RECEIVED, DONE } = XMLHttpRequest;

/**
 * @param {Shim} shim
 * @param {typeof XMLHttpRequest} Native
 * @returns {typeof XMLHttpRequest}
 */
export function sessionXHR(shim, Native) {
  class SessionXHR extends Native {
    /** @type {any[] | null} the arguments of open() */
    #opened = null;
    /** @type {[string, string][]} the caller's request headers */
    #headers = [];
    /** @type {Document | XMLHttpRequestBodyInit | null} */
    #body = null;

    /** @type {Connection | null} set while an exchange runs */
    #exchange = null;
    /** @type {Step} the step at which it stands */
    #step = {};
    #carrier = new Carrier();
    #control = new AbortController();
    #attempts = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer = undefined;

    /** @type {number | null} the ready state that listeners see, where it is not the native one */
    #view = null;
    /** @type {[Event, number][]} events held back, with the ready state of their time */
    #held = [];
    #complete = false;
    #muted = false;
    /** @type {Substitute | null} */
    #substitute = null;

    constructor() {
      super();
      for (const type of EVENTS) super.addEventListener(type, (event) => this.#see(event));
    }

    // ---- what a caller does ----------------------------------------------------------------------

    /** @param {any[]} args */
    open(...args) {
      if (this.#exchange || this.#muted) this.#drop();
      this.#view = this.#substitute = null;
      this.#headers = [];
      // As text, as the native object takes them: a Python object is gone once this call returns.
      const [method, url, ...more] = args;
      this.#opened = [String(method), String(url), ...more];
      Reflect.apply(super.open, this, args);
    }

    /**
     * @param {string} name
     * @param {string} value
     */
    setRequestHeader(name, value) {
      if (this.#exchange) throw invalidState();
      super.setRequestHeader(name, value);
      this.#headers.push([String(name), String(value)]);
    }

    /** @param {Document | XMLHttpRequestBodyInit | null} [body] */
    send(body = null) {
      if (this.#exchange) throw invalidState();
      const url = String(this.#opened?.[1]);
      if (!this.#opened || this.readyState !== OPENED) return super.send(body);
      this.#body = body;
      const { connection, gate } = shim;
      if (connection && shim.covers(url)) return this.#begin(connection);
      if (!connection && gate?.holds(url)) {
        if (this.#isAsync) return this.#hold(gate);
        console.warn(
          `supertokens: a synchronous request to ${url} cannot wait until Python is up; it goes out without the session.`,
        );
      }
      return super.send(body);
    }

    abort() {
      if (!this.#exchange && !this.#muted) return super.abort();
      const inFlight = this.#step.do === "send" && !this.#complete && this.#view === null;
      this.#drop();
      if (inFlight) return super.abort();
      this.#end("abort");
      this.#view = this.#substitute = null;
    }

    // ---- what a caller reads ---------------------------------------------------------------------

    get readyState() {
      return this.#view ?? super.readyState;
    }

    /** Whether what the native object holds is none of the caller's business. */
    get #hides() {
      return this.#view !== null && this.#view < HEADERS_RECEIVED;
    }

    get status() {
      return this.#hides ? 0 : (this.#substitute?.status ?? super.status);
    }

    get statusText() {
      return this.#hides ? "" : (this.#substitute?.statusText ?? super.statusText);
    }

    get responseURL() {
      return this.#hides ? "" : (this.#substitute?.url ?? super.responseURL);
    }

    get response() {
      if (this.#hides) return this.responseType === "" || this.responseType === "text" ? "" : null;
      return this.#substitute ? this.#substitute.body : super.response;
    }

    get responseText() {
      if (this.#hides) return "";
      const text = this.responseType === "" || this.responseType === "text";
      return this.#substitute && text ? String(this.#substitute.body ?? "") : super.responseText;
    }

    get responseXML() {
      return this.#hides || this.#substitute ? null : super.responseXML;
    }

    /** @param {string} name */
    getResponseHeader(name) {
      if (this.#hides) return null;
      return this.#substitute ? this.#substitute.headers.get(name) : super.getResponseHeader(name);
    }

    getAllResponseHeaders() {
      if (this.#hides) return "";
      if (!this.#substitute) return super.getAllResponseHeaders();
      return [...this.#substitute.headers].map(([name, text]) => `${name}: ${text}\r\n`).join("");
    }

    // ---- the exchange ----------------------------------------------------------------------------

    get #isAsync() {
      return this.#opened?.[2] !== false;
    }

    /** @param {import("./gate.js").Gate} gate wait for the core, as fetch does */
    #hold(gate) {
      this.#muted = true;
      this.#control = new AbortController();
      this.#startTimer();
      gate.pass(this.#control.signal).then(
        () => {
          if (!this.#muted) return;
          this.#muted = false;
          clearTimeout(this.#timer);
          this.send(this.#body);
        },
        (error) => {
          if (!this.#muted) return;
          this.#muted = false;
          this.#fail(error);
        },
      );
    }

    /** @param {Connection} connection */
    #begin(connection) {
      const { driver, plan } = connection;
      this.#exchange = connection;
      this.#control = new AbortController();
      this.#carrier = new Carrier(null, this.#control.signal);
      this.#attempts = 0;
      if (this.#isAsync) this.#startTimer();
      const text = reported(new Headers(this.#headers), plan);
      this.#advance(driver.exchange(text, false, this.#carrier));
    }

    #startTimer() {
      if (this.timeout > 0) {
        this.#timer = setTimeout(() => this.#expire(), this.timeout);
      }
    }

    /** @param {string} text the exchange's next step */
    #advance(text) {
      const { driver } = /** @type {Connection} */ (this.#exchange);
      if (!this.#isAsync) return this.#advanceNow(text);
      this.#step = driver.apply(text, this.#carrier);
      if (this.#step.verdict) return this.#settle();
      if (this.#step.do === "send") return this.#attempt();
      this.#view = OPENED;
      this.#perform();
    }

    /** Perform the current step's effect, which takes time. */
    #perform() {
      const { driver } = /** @type {Connection} */ (this.#exchange);
      const running = this.#step;
      driver.perform(running, this.#carrier).then(
        (result) => this.#step === running && this.#advance(this.#resumed(result)),
        (error) => this.#step === running && this.#fail(error),
      );
    }

    /** @param {string | number | boolean | undefined} result of the current step's effect */
    #resumed(result) {
      const { driver } = /** @type {Connection} */ (this.#exchange);
      return driver.resume(this.#step, result, this.#carrier);
    }

    /** Send the request (again), as the current step says. */
    #attempt() {
      const { headers = {}, drop = [], credentials } = this.#step;
      const replaced = new Set([...drop, ...Object.keys(headers)]);
      const kept = this.#headers.filter(([name]) => !replaced.has(name.toLowerCase()));
      this.#attempts += 1;
      this.#complete = false;
      if (this.#attempts > 1 || kept.length < this.#headers.length) {
        this.#view = OPENED; // opening again is no news to anybody
        Reflect.apply(super.open, this, /** @type {any[]} */ (this.#opened));
        for (const [name, value] of kept) super.setRequestHeader(name, value);
      }
      this.#view = null;
      this.#held = [];
      for (const [name, value] of Object.entries(headers)) super.setRequestHeader(name, value);
      if (credentials === "include") super.withCredentials = true;
      super.send(this.#body);
    }

    /** @param {Event} event of the native object, before anybody else sees it */
    #see(event) {
      if (!this.#exchange || !event.isTrusted) {
        if (this.#muted && event.isTrusted) event.stopImmediatePropagation();
        return;
      }
      if (event.type === "loadend") this.#complete = true;
      if (this.#view !== null || !this.#isAsync) {
        this.#keep(event);
        if (this.#complete && this.#step.verdict) this.#release();
        return;
      }
      if (event.type === "loadstart" && this.#attempts > 1) event.stopImmediatePropagation();
      if (event.type !== "readystatechange" || super.readyState < HEADERS_RECEIVED) return;
      if (super.status === 0) return this.#finish(true); // no reply: the native events tell it
      if (this.#step.do === "send") this.#judge(event);
      else if (super.readyState === DONE) this.#judgeText(event);
    }

    /** @param {import("./drive.js").Driver} driver */
    #head(driver) {
      // Asked for a header that CORS does not expose, browsers complain on the console.
      const known = super.getAllResponseHeaders().toLowerCase();
      return driver.head(
        super.status,
        (name) => (known.includes(`${name}:`) ? super.getResponseHeader(name) : null),
        () => headersOf(this),
      );
    }

    /** @param {Event} event the head of a reply is there */
    #judge(event) {
      const { driver } = /** @type {Connection} */ (this.#exchange);
      this.#step = driver.apply(this.#resumed(this.#head(driver)), this.#carrier);
      if (this.#step.do === "read_text") return; // the reply itself goes to the caller in any case
      if (this.#step.verdict === "deliver" && !this.#step.refresh) return this.#finish();
      this.#view = OPENED;
      this.#keep(event);
      if (this.#step.verdict) return this.#settle();
      this.#perform();
    }

    /** @param {Event} event the body that the core asked for is there */
    #judgeText(event) {
      const { driver } = /** @type {Connection} */ (this.#exchange);
      const running = this.#step;
      const go = (/** @type {string} */ text) => {
        this.#step = driver.apply(this.#resumed(text), this.#carrier);
      };
      const text = textOf(super.response);
      if (typeof text === "string") {
        go(text);
        return this.#finish();
      }
      this.#view = OPENED;
      this.#keep(event);
      text.then((later) => {
        if (this.#step !== running) return;
        go(later);
        this.#settle();
      });
    }

    /** @param {Event} event */
    #keep(event) {
      event.stopImmediatePropagation();
      this.#held.push([event, super.readyState]);
    }

    /** The verdict is in, and the reply was held back. */
    async #settle() {
      const { error, refresh } = this.#step;
      if (error) return this.#fail(new SuperTokensError(error, this.#carrier.failure));
      const reply = this.#carrier.refreshReply;
      if (refresh && reply) {
        const running = this.#step;
        const body = await bodyOf(reply.clone(), this.responseType);
        if (this.#step !== running) return;
        const { status, statusText, url, headers } = reply;
        this.#substitute = { status, statusText, url, headers, body };
      }
      if (this.#complete) this.#release();
    }

    /** Tell what was held back. */
    #release() {
      const held = this.#held.splice(0);
      this.#finish();
      for (const [event, state] of held) {
        this.#view = state;
        this.#tell(event.type, event instanceof ProgressEvent ? event : undefined);
        if (this.#exchange || this.readyState < state) return; // a listener has started anew
      }
      this.#view = null;
    }

    /** @param {string} type @param {ProgressEventInit} [progress] */
    #tell(type, progress) {
      this.dispatchEvent(
        type === "readystatechange"
          ? new Event(type)
          : new ProgressEvent(type, {
              lengthComputable: progress?.lengthComputable ?? false,
              loaded: progress?.loaded ?? 0,
              total: progress?.total ?? 0,
            }),
      );
    }

    /** @param {boolean} [forget] also the core must forget it */
    #finish(forget = false) {
      clearTimeout(this.#timer);
      const { flow } = this.#step;
      if (forget && flow) this.#exchange?.core.cancel(flow);
      this.#exchange = null;
      this.#step = {};
      this.#view = null;
    }

    /** Give up, without a word, what is on its way. */
    #drop() {
      this.#control.abort();
      this.#finish(true);
      this.#held = [];
      this.#muted = false;
    }

    /** The caller's time is up while nothing of theirs was on its way to the network. */
    #expire() {
      const native = this.#exchange && this.#view === null;
      if (native) return; // the native object keeps the time itself
      this.#drop();
      this.#end("timeout");
    }

    /** @param {unknown} error */
    #fail(error) {
      this.#drop();
      console.error(error); // an XMLHttpRequest has no place for a reason
      this.#end("error");
    }

    /** @param {"abort" | "timeout" | "error"} type end the request as the native object would */
    #end(type) {
      this.#muted = true;
      super.abort();
      this.#muted = false;
      this.#substitute = { status: 0, statusText: "", url: "", headers: new Headers(), body: null };
      this.#view = DONE;
      for (const each of ["readystatechange", type, "loadend"]) this.#tell(each);
    }

    // ---- synchronous -----------------------------------------------------------------------------

    /** @param {string} text run the whole exchange now; what would have to wait ends it */
    #advanceNow(text) {
      const connection = /** @type {Connection} */ (this.#exchange);
      const { driver } = connection;
      for (;;) {
        /** @type {Step[]} */
        const spawned = [];
        this.#step = driver.apply(text, this.#carrier, (child) => spawned.push(child));
        const { error, verdict } = this.#step;
        if (error) {
          this.#drop();
          throw new SuperTokensError(error, this.#carrier.failure);
        }
        if (verdict) return this.#release();
        if (this.#step.do === "send") {
          try {
            this.#attempt();
          } catch (failure) {
            this.#drop();
            throw failure;
          }
          text = this.#resumed(this.#head(driver));
        } else if (this.#step.do === "read_text") {
          text = this.#resumed(String(textOf(super.response)));
        } else if (block(connection, Native, spawned, this.#carrier)) {
          text = this.#resumed(undefined);
        } else {
          return this.#giveBack();
        }
      }
    }

    /** The reply as it is: what it needs would take a wait. */
    #giveBack() {
      const sent = this.#attempts > 0;
      const { flow } = this.#step;
      if (flow) this.#exchange?.core.cancel(flow);
      this.#step = { verdict: "deliver" };
      if (sent) return this.#release();
      this.#finish();
      return super.send(this.#body);
    }
  }
  Object.defineProperty(SessionXHR, "name", { value: "XMLHttpRequest" });
  return /** @type {typeof XMLHttpRequest} */ (/** @type {unknown} */ (SessionXHR));
}

const invalidState = () =>
  new DOMException("The request has been sent already.", "InvalidStateError");
