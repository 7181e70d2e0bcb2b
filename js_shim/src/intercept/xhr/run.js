// A sent XMLHttpRequest, until its caller has the response: its attempts on the one native object, and the
// events that its listeners get.
//
// On the page the core answers synchronously, so ordinary requests cost nothing: their native, trusted events
// pass. Only a response that the core acts on is held back, and replayed after the verdict. The events of
// `upload` are never held back, because the body is really sent again: each attempt fires them from the
// beginning, as after another open().

import { SuperTokensError } from "../../errors.js";
import { nextTask } from "../../flow/waiters.js";
import { headersOf } from "../../host/responses.js";
import { textOf } from "./bodies.js";
import { Exchange } from "./exchange.js";
import { DONE, HEADERS_RECEIVED } from "./states.js";

/** @import {Send, Verdict} from "../../flow/steps.js" */
/** @import {ShownResponse} from "./states.js" */
/** @import {Deadline} from "./deadline.js" */
/** @import {NativeObject} from "./native.js" */
/** @import {Stage} from "./stage.js" */
/** @import {Opened} from "./xhr.js" */

/**
 * The object to which the run belongs; it has one run at a time.
 * @typedef {object} Owner
 * @property {NativeObject} native
 * @property {Stage} stage
 * @property {Deadline} deadline
 * @property {Run | null} run
 * @property {boolean} hasAddedCredentials whether we have included credentials for the caller
 */

export class Run {
  #owner;
  #opened;
  #body;
  #exchange;
  #attempts = 0;

  /**
   * @param {Owner} owner
   * @param {Opened} opened
   * @param {any} body
   * @param {Exchange} exchange
   */
  constructor(owner, opened, body, exchange) {
    this.#owner = owner;
    this.#opened = opened;
    this.#body = body;
    this.#exchange = exchange;
  }

  /** Whether it is still its object's run: the caller may have opened or aborted the object. */
  get #isCurrent() {
    return this.#owner.run === this;
  }

  start() {
    this.#owner.deadline.start();
    this.#owner.deadline.expire = () => {
      this.drop();
      this.#owner.stage.end("timeout");
    };
    if (this.#opened.isAsync) this.#follow();
    else this.#block();
  }

  /** Perform the current step. */
  #follow() {
    if (!this.#isCurrent) return;
    const { step } = this.#exchange;
    const { stage } = this.#owner;
    if (step?.do === "send" && this.#attempts === 0) return this.#attempt(step);
    if (step?.do === "read_text") {
      // The caller gets this response in any case, and its body may take long.
      if (stage.isComplete) this.#readText();
      return stage.replay();
    }
    stage.hide();
    this.#owner.deadline.watch();
    stage.start();
    this.#proceed().catch((error) => this.#fail(error));
  }

  /** Continue from a step that takes time. */
  async #proceed() {
    const exchange = this.#exchange;
    const { step } = exchange;
    if (step?.verdict) return this.#finish(step);
    if (step?.do === "send") {
      // An object must not be opened again while it dispatches an event. In Chromium, opening it in the event
      // of a response's head mixes up the two attempts. In WebKit, opening it in "loadend" leaves the next
      // attempt without an end if the response is cached.
      await nextTask();
      if (this.#isCurrent) this.#attempt(step);
    } else {
      const { deadline } = this.#owner;
      if (exchange.waitsForCore) deadline.pause();
      await exchange.perform();
      if (this.#isCurrent) deadline.goOn();
      this.#follow();
    }
  }

  /** The verdict is known, and the response was held back. @param {Verdict} step */
  async #finish(step) {
    const { context, driver } = this.#exchange;
    if (step.verdict === "fail") throw new SuperTokensError(step.error, context.failure);
    const isRefreshs = step.verdict === "deliver" && step.refresh;
    const shared = isRefreshs && context.refreshResponse?.clone();
    const { part } = driver.page;
    if (!shared || !part) return this.#replay();
    const { native, stage } = this.#owner;
    part.showHead(stage, shared);
    const response = await part.shownResponseOf(
      shared,
      () => native.get("responseType"),
      driver.plan.timeout,
    );
    if (this.#isCurrent) this.#replace(response);
  }

  /** Run the whole exchange synchronously; the core does without everything that would have to wait. */
  #block() {
    const exchange = this.#exchange;
    const { context, driver, spawned } = exchange;
    const { native, stage } = this.#owner;
    const { part } = driver.page;
    while (this.#isCurrent && !exchange.step?.verdict) {
      if (!exchange.step) exchange.deliver();
      else if (exchange.step.do === "send") this.#attempt(exchange.step);
      else exchange.resume(part?.block(driver, native.Native, spawned.splice(0), context));
    }
    if (!this.#isCurrent) return;
    const { step } = exchange;
    if (step?.verdict === "fail") {
      stage.endSilently();
      throw new SuperTokensError(step.error, context.failure);
    }
    const call = step?.verdict === "deliver" && step.refresh && context.refreshCall;
    if (call && part) this.#replace(part.shownResponseOfCall(call, native.get("responseType")));
    else this.#replay();
  }

  /** Send the request (again). @param {Send} step */
  #attempt({ headers, drop, credentials }) {
    const { native, stage } = this.#owner;
    const { args, headers: given } = this.#opened;
    const replaced = new Set([...drop, ...Object.keys(headers)]);
    const kept = given.filter(([name]) => !replaced.has(name.toLowerCase()));
    this.#attempts += 1;
    if (this.#attempts > 1 || kept.length < given.length) {
      stage.silently(() => native.call("open", ...args));
      stage.headers.reopened();
      for (const header of kept) native.call("setRequestHeader", ...header);
    }
    for (const header of Object.entries(headers)) native.call("setRequestHeader", ...header);
    if (credentials === "include" && !native.get("withCredentials")) {
      native.set("withCredentials", true);
      this.#owner.hasAddedCredentials = true;
    }
    const { deadline } = this.#owner;
    deadline.stop();
    if (stage.view && this.#opened.isAsync) deadline.shorten();
    stage.reveal();
    native.call("send", this.#body);
  }

  /** @param {Event} event of the native object, before other listeners get it */
  see(event) {
    const { native, stage } = this.#owner;
    if (event.type === "loadstart") {
      if (stage.isStarted) event.stopImmediatePropagation();
      stage.isStarted = true;
    }
    const state = native.get("readyState");
    if (event.type !== "readystatechange" || state < HEADERS_RECEIVED) return;
    const exchange = this.#exchange;
    if (native.get("status") === 0) return this.drop(); // no response: the native events report that
    if (exchange.step?.do === "send") exchange.resume(this.#head());
    if (exchange.delivers) return this.drop();
    if (exchange.step?.do === "read_text") {
      if (state === DONE) this.#readText();
      return; // the caller gets the response in any case
    }
    stage.hide();
    stage.hold(event);
    if (this.#opened.isAsync) this.#follow();
  }

  #head() {
    const { native, stage } = this.#owner;
    const { heads, plan } = this.#exchange.driver;
    const status = native.get("status");
    return heads.read(
      status,
      stage.headers.reader(plan.responseHeaders, plan.statuses.includes(status)),
      () => headersOf(native.xhr),
      native.get("responseURL"),
    );
  }

  #readText() {
    const { deadline, native } = this.#owner;
    this.#owner.run = null;
    deadline.stop();
    this.#exchange.finish(textOf(native.get("response")));
  }

  // ---- how it ends ---------------------------------------------------------------------------------

  /** Replay its own response, which was held back. */
  #replay() {
    this.drop();
    this.#owner.stage.replay();
  }

  /** @param {ShownResponse} response */
  #replace(response) {
    this.drop();
    this.#exchange.driver.page.part?.showResponse(
      this.#owner.stage,
      response,
      this.#opened.isAsync,
    );
  }

  /** @param {unknown} error */
  #fail(error) {
    if (!this.#isCurrent) return;
    this.drop();
    console.error(error); // an XMLHttpRequest cannot report a reason
    this.#owner.stage.end("error");
  }

  /** End this run; the object is free for others. */
  drop() {
    if (this.#isCurrent) {
      this.#owner.run = null;
      this.#owner.deadline.stop();
    }
    this.#exchange.cancel();
  }
}
