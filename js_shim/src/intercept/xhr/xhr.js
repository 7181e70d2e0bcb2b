// The page's XMLHttpRequest, carrying the session: the native class itself, whose one native object is
// opened again for each attempt. What belongs to a superseded attempt is kept from its listeners.
//
// On the page the core answers at once, so the ordinary request costs nothing: its own native, trusted
// events go on as they come. Only a reply that the core acts on is held back, and told again when the
// verdict is in. What `upload` tells is never held back, since the bytes do travel once more: each
// attempt tells it anew from its beginning, as an object does that is opened again.

import { SuperTokensError } from "../../errors.js";
import { block } from "../../flow/blocking_driver.js";
import { nextTask } from "../../flow/driver.js";
import { headersOf } from "../../host/responses.js";
import { resolveUrl } from "../../platform.js";
import { likeNative } from "../native_like.js";
import { headReply, replyOf, replyOfCall, snapshotOf, textOf } from "./bodies.js";
import { Exchange } from "./exchange.js";
import { DONE, HEADERS_RECEIVED, LOADING, OPENED } from "./stage.js";
import { withView } from "./view.js";

/**
 * @typedef {import("../../page/shim.js").Shim} Shim
 * @typedef {import("../../page/shim.js").Connection} Connection
 * @typedef {import("../../core/early.js").Early} Early
 *
 * What open() was given, fit to be opened again wherever the page is by then; `target` is where `url` led.
 * @typedef {object} Opened
 * @property {any[]} args
 * @property {string} url
 * @property {URL | null} target
 * @property {boolean} isAsync
 * @property {[string, string][]} headers
 */

/** What was sent, until its reply is the caller's. */
class Run {
  /** @type {Exchange | null} null until the core is up */
  exchange = null;
  attempts = 0;
  sentAt = performance.now();
  /** @type {number | null} since when it waits for Python to start, which does not count as its time */
  pausedAt = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;

  /** @param {any} body */
  constructor(body) {
    this.body = body;
  }
}

/**
 * @param {Shim} shim
 * @param {typeof XMLHttpRequest} Native
 * @returns {typeof XMLHttpRequest}
 */
export function sessionXHR(shim, Native) {
  const [ShownXHR, stageOf] = withView(Native);
  const { life } = shim;
  /** @type {(object: any) => boolean} */
  let owns;

  class SessionXHR extends ShownXHR {
    #stage = stageOf(this);
    /** @type {Opened} */
    #opened = NOT_OPENED;
    /** @type {Run | null} */
    #run = null;
    /** Whether credentials are included that the caller has not asked for. */
    #isLent = false;
    /** @type {number | null} the caller's time limit, while the native one is what is left of it */
    #limit = null;

    static {
      owns = (object) => Object(object) === object && #run in object;
    }

    constructor() {
      super();
      this.#stage.onNative = (event) => this.#run && this.#see(this.#run, event);
    }

    // ---- what a caller does ----------------------------------------------------------------------

    /** @param {any[]} args */
    open(...args) {
      const stage = this.#stage;
      const [run, view, opened] = [this.#run, stage.view, this.#opened];
      const native = () => Reflect.apply(super.open, this, args);
      this.#opened = openedBy(args);
      this.#run = stage.view = null;
      try {
        // Where something else is shown, listeners know nothing of the native object's state.
        if (view) stage.silently(native);
        else native();
      } catch (error) {
        this.#run = run;
        this.#opened = opened;
        stage.view = view;
        throw error;
      }
      if (run) this.#drop(run);
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
      // A page may have wrapped this class: it stays where it is after close(), and after the next init().
      const { connection, gate } = shim.life === life ? shim : CLOSED;
      const { url, target, isAsync, headers } = this.#opened;
      const ours = connection ? shim.covers(url, target) : gate?.holds(url, target);
      if (!ours || super.readyState !== OPENED) return super.send(body);
      const early = !connection && gate?.early?.knows(headers) ? gate.early : null;
      if (!connection && !early && gate?.mayLoad(url)) return super.send(body);
      if (!connection && !early && !isAsync) {
        console.warn(
          `supertokens: a synchronous request to ${url} cannot wait until Python is up; it goes out without the session.`,
        );
        return super.send(body);
      }
      if (!isAsync && connection?.core.answer) {
        shim.warnOnce(PYTHON_IS_IN_A_WORKER);
        return super.send(body);
      }
      if (!isAsync && connection?.host.jar.isKnown === false) {
        shim.warnOnce(SESSION_IS_NOT_READ);
        return super.send(body);
      }
      const run = new Run(snapshotOf(body));
      this.#run = run;
      this.#stage.isStarted = false;
      try {
        const { jar } = connection?.host ?? {};
        if (early) this.#begin(run, early);
        else if (gate && !connection) this.#await(run, gate.opened, true);
        else if (jar?.isMirrored && isAsync) this.#await(run, jar.sync());
        else if (connection) this.#begin(run, connection);
      } catch (error) {
        this.#drop(run);
        throw error;
      }
    }

    abort() {
      const run = this.#run;
      const stage = this.#stage;
      if (run) this.#drop(run);
      if (!stage.view) return super.abort();
      const { state } = stage.view;
      if (run || state === HEADERS_RECEIVED || state === LOADING) stage.end("abort");
      else stage.reset();
    }

    /** Whether what was opened has been sent, or has ended. */
    get #isSpent() {
      return this.#run !== null || this.#stage.view !== null;
    }

    get timeout() {
      return this.#limit ?? super.timeout;
    }

    set timeout(limit) {
      super.timeout = limit;
      const isShort = this.#limit !== null;
      this.#limit = null;
      if (this.#run && this.#stage.view) this.#watch(this.#run);
      else if (this.#run && isShort) this.#shorten(this.#run);
    }

    get withCredentials() {
      return super.withCredentials && !this.#isLent;
    }

    set withCredentials(include) {
      super.withCredentials = include;
      this.#isLent = false;
    }

    // ---- the exchange ----------------------------------------------------------------------------

    /**
     * @param {Run} run
     * @param {Promise<void>} ready what it has to wait for before it begins
     * @param {boolean} [isBoot] whether that is the start of Python
     */
    #await(run, ready, isBoot = false) {
      if (isBoot) this.#pause(run);
      this.#hide(run);
      ready
        .then(() => {
          if (this.#run !== run) return;
          this.#goOn(run);
          const { connection } = shim.life === life ? shim : CLOSED;
          const { url, target } = this.#opened;
          if (connection && shim.covers(url, target)) return this.#begin(run, connection);
          this.#transmit(run); // the core knows better: it goes out as it is
          this.#run = null;
        })
        .catch((error) => this.#fail(run, error));
    }

    /**
     * @param {Run} run
     * @param {Connection | Early} connection
     */
    #begin(run, connection) {
      const { isAsync, headers } = this.#opened;
      run.exchange = new Exchange(connection, isAsync, headers);
      if (isAsync) this.#follow(run, run.exchange);
      else this.#block(run, run.exchange);
    }

    /**
     * Do what the current step says, unless the caller has turned to something else.
     *
     * @param {Run} run
     * @param {Exchange} exchange
     */
    #follow(run, exchange) {
      if (this.#run !== run) return;
      const { do: effect } = exchange.step;
      if (effect === "send" && run.attempts === 0) return this.#attempt(run, exchange);
      if (effect === "read_text") {
        // The reply is the caller's in any case, and its body may take its time.
        if (this.#stage.isComplete) this.#readText(run, exchange);
        return this.#stage.replay();
      }
      this.#hide(run);
      this.#proceed(run, exchange).catch((error) => this.#fail(run, error));
    }

    /**
     * @param {Run} run
     * @param {Exchange} exchange at a step that takes time
     */
    async #proceed(run, exchange) {
      if (exchange.step.verdict) return this.#settle(run, exchange);
      if (exchange.step.do === "send") {
        // Opened again while it tells of a reply's head, Chromium's mixes the two attempts up.
        await nextTask();
        if (this.#run === run) this.#attempt(run, exchange);
      } else {
        if (exchange.waitsForCore) this.#pause(run);
        await exchange.perform();
        this.#goOn(run);
        this.#follow(run, exchange);
      }
    }

    /**
     * The verdict is in, and the reply was held back.
     *
     * @param {Run} run
     * @param {Exchange} exchange
     */
    async #settle(run, exchange) {
      const { context, step } = exchange;
      if (step.error) throw new SuperTokensError(step.error, context.failure);
      const shared = step.refresh && context.refreshReply?.clone();
      if (!shared) return this.#replay(run);
      this.#stage.replaceHead(headReply(shared));
      const { timeout } = /** @type {Connection} */ (exchange.connection).plan;
      const reply = await replyOf(shared, () => super.responseType, timeout);
      if (this.#run === run) this.#replace(run, reply);
    }

    /**
     * Run the whole exchange now; what would have to wait, the core does without.
     *
     * @param {Run} run
     * @param {Exchange} exchange
     */
    #block(run, exchange) {
      const { context, spawned } = exchange;
      const connection = /** @type {Connection} */ (exchange.connection); // or an Early, which spawns nothing
      while (this.#run === run && !exchange.step.verdict) {
        if (exchange.step.do === "send") this.#attempt(run, exchange);
        else exchange.resume(block(connection, Native, spawned.splice(0), context));
      }
      if (this.#run !== run) return;
      const { error, refresh } = exchange.step;
      if (error) {
        this.#stage.endSilently();
        throw new SuperTokensError(error, context.failure);
      }
      const call = refresh && context.refreshCall;
      if (call) this.#replace(run, replyOfCall(call, super.responseType));
      else this.#replay(run);
    }

    /**
     * Send the request (again), as the current step says.
     *
     * @param {Run} run
     * @param {Exchange} exchange
     */
    #attempt(run, exchange) {
      const { headers = {}, drop = [], credentials } = exchange.step;
      const { args, headers: given } = this.#opened;
      const replaced = new Set([...drop, ...Object.keys(headers)]);
      const kept = given.filter(([name]) => !replaced.has(name.toLowerCase()));
      run.attempts += 1;
      if (run.attempts > 1 || kept.length < given.length) {
        this.#stage.silently(() => Reflect.apply(super.open, this, args));
        for (const [name, value] of kept) super.setRequestHeader(name, value);
      }
      for (const [name, value] of Object.entries(headers)) super.setRequestHeader(name, value);
      if (credentials === "include" && !super.withCredentials) {
        super.withCredentials = true;
        this.#isLent = true;
      }
      this.#transmit(run);
    }

    /** @param {Run} run let the native object send, and be seen */
    #transmit(run) {
      clearTimeout(run.timer);
      if (this.#stage.view && this.#opened.isAsync) this.#shorten(run);
      this.#stage.reveal();
      super.send(run.body);
    }

    /**
     * @param {Run} run
     * @param {Event} event of the native object, before anybody else sees it
     */
    #see(run, event) {
      const stage = this.#stage;
      if (event.type === "loadstart") {
        if (stage.isStarted) event.stopImmediatePropagation();
        stage.isStarted = true;
      }
      const state = super.readyState;
      if (event.type !== "readystatechange" || state < HEADERS_RECEIVED) return;
      const { exchange } = run;
      if (!exchange || super.status === 0) return this.#drop(run); // no reply: the native events tell it
      if (exchange.step.do === "send") exchange.resume(this.#head(exchange));
      if (exchange.delivers) return this.#drop(run);
      if (exchange.step.do === "read_text") {
        if (state === DONE) this.#readText(run, exchange);
        return; // the reply itself is the caller's in any case
      }
      stage.hide();
      stage.hold(event);
      if (this.#opened.isAsync) this.#follow(run, exchange);
    }

    /** @param {Exchange} exchange */
    #head({ connection: { driver } }) {
      // Asked for a header that CORS does not expose, browsers complain on the console.
      const known = super.getAllResponseHeaders();
      return driver.head(
        super.status,
        (name) => (known.includes(`${name}:`) ? super.getResponseHeader(name) : null),
        () => headersOf(this),
        super.responseURL,
      );
    }

    /** @param {Run} run @param {Exchange} exchange */
    #readText(run, exchange) {
      this.#run = null;
      clearTimeout(run.timer);
      exchange.finish(textOf(Reflect.get(Native.prototype, "response", this)));
    }

    // ---- how it ends -----------------------------------------------------------------------------

    /** @param {Run} run tell its own reply, which was held back */
    #replay(run) {
      this.#drop(run);
      this.#stage.replay();
    }

    /** @param {Run} run @param {import("./bodies.js").Reply} reply */
    #replace(run, reply) {
      this.#drop(run);
      this.#stage.replace(reply, this.#opened.isAsync);
    }

    /** @param {Run} run @param {unknown} error */
    #fail(run, error) {
      if (this.#run !== run) return;
      this.#drop(run);
      console.error(error); // an XMLHttpRequest has no place for a reason
      this.#stage.end("error");
    }

    /** @param {Run} run have no more to do with it */
    #drop(run) {
      if (this.#run === run) this.#run = null;
      clearTimeout(run.timer);
      run.exchange?.cancel();
    }

    /** @param {Run} run show nothing of it while it waits */
    #hide(run) {
      this.#stage.hide();
      this.#watch(run);
      this.#stage.start();
    }

    // ---- what is the caller's and was changed for the attempts -----------------------------------

    /** @param {Run} run which waits for Python to start: no page can know how long that takes */
    #pause(run) {
      run.pausedAt ??= performance.now();
      clearTimeout(run.timer);
    }

    /** @param {Run} run whose time counts again */
    #goOn(run) {
      if (run.pausedAt === null || this.#run !== run) return;
      run.sentAt += performance.now() - run.pausedAt;
      run.pausedAt = null;
      this.#watch(run);
    }

    /** @param {Run} run keep the time while the native object does not */
    #watch(run) {
      clearTimeout(run.timer);
      const limit = this.#limit ?? super.timeout;
      if (limit === 0 || run.pausedAt !== null) return;
      const expire = () => {
        this.#drop(run);
        this.#stage.end("timeout");
      };
      run.timer = setTimeout(expire, run.sentAt + limit - performance.now());
    }

    /** @param {Run} run leave the native object what is left of the time */
    #shorten(run) {
      const limit = this.#limit ?? super.timeout;
      this.#limit = limit;
      if (limit > 0) super.timeout = Math.max(1, run.sentAt + limit - performance.now());
    }

    #takeBack() {
      if (this.#isLent) super.withCredentials = false;
      this.#isLent = false;
      if (this.#limit !== null) super.timeout = this.#limit;
      this.#limit = null;
    }
  }
  likeNative(SessionXHR, Native, "XMLHttpRequest", (object) => owns(object));
  return SessionXHR;
}

/** @type {Opened} */
const NOT_OPENED = { args: [], url: "", target: null, isAsync: true, headers: [] };
/** What there is of a shim after close(). */
const CLOSED = { connection: null, gate: null };

/**
 * Convert the arguments of open(), in their order, to what the native object makes of them: they are
 * judged, and what is judged is sent.
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

const PYTHON_IS_IN_A_WORKER =
  "a synchronous XMLHttpRequest of this page cannot wait for Python, which runs in a worker; it goes out without the session. Use fetch or an asynchronous XMLHttpRequest, or make the request in the worker, or run Python on the page itself.";

const SESSION_IS_NOT_READ =
  "a synchronous XMLHttpRequest cannot wait until the session has been read from where this page keeps it (cookieHandler, tokenStore); it goes out without the session. Wait for supertokens.getSessionStatus() first, or use fetch.";

const invalidState = () =>
  new DOMException("The request has been sent already.", "InvalidStateError");
