// The async driver: carries out the effects of the core's flows.

import { Recall } from "../core/step_cache.js";
import { closed, foreignResponse } from "../errors.js";
import { fromData, textWithin } from "../host/responses.js";
import { verify } from "../host/verify.js";
import { resolveUrl } from "../platform.js";
import { FlowContext } from "./flow.js";

// How long, in milliseconds, a flow waits for a postAPIHook.
const HOOK_TIMEOUT_MS = 10_000;

// How long, in milliseconds, a caller waits for the body of its own response, which the core wants to read.
const BODY_TIMEOUT_MS = 1000;

/**
 * @typedef {import("../host/host.js").Host} Host
 * @typedef {import("./flow.js").Core} Core
 * @typedef {import("./flow.js").Step} Step
 */

// How many requests that waited for a refresh go on in one task.
const SLICE = 50;

export class Driver {
  /** @type {Map<number, {context: FlowContext, go: () => void, stop: (reason: unknown) => void}>} */
  #waiting = new Map();
  #closed = false;
  /** @type {Map<string, Response>} the last response to each of our own calls to the backend */
  #responses = new Map();
  lastHeaders = () => new Headers();

  /**
   * @param {Core} core
   * @param {Host} host
   * @param {import("../host/hooks.js").Hooks} hooks
   * @param {import("../core/plan.js").Plan} plan
   * @param {(events: object[]) => void} emit
   * @param {() => void} changed called when cookies have been written
   * @param {(url: string) => boolean} covers whether a URL is ours
   */
  constructor(core, host, hooks, plan, emit, changed, covers) {
    this.core = core;
    this.host = host;
    this.hooks = hooks;
    this.plan = plan;
    this.emit = emit;
    this.changed = changed;
    this.covers = covers;
    this.recall = new Recall(core, host, plan.statuses);
  }

  /**
   * Begin an exchange.
   *
   * @param {string} request its headers that the core wants to see
   * @param {boolean} oneShot
   * @param {FlowContext} context
   * @returns {string} its first step
   */
  exchange(request, oneShot, context) {
    const { text, beginning } = this.recall.exchange(request, oneShot);
    context.beginning = beginning;
    return text;
  }

  /**
   * Go on with the result of a step's effect.
   *
   * @param {Step} step
   * @param {any} result
   * @param {FlowContext} context
   * @returns {any} the next step, as apply() takes it
   */
  resume(step, result, context) {
    const next = context.held?.next;
    if (next) {
      context.held = null;
      return next;
    }
    return this.recall.resume(step, result, context.beginning);
  }

  /**
   * Run a flow from a step of the core to its verdict; rejects when its own request fails.
   *
   * @param {string | Step} text the step
   * @param {FlowContext} context
   * @returns {Promise<Step>} the verdict
   */
  async run(text, context) {
    const verdict = await this.#follow(this.apply(text, context), context);
    if (this.host.jar.isMirrored) await this.host.jar.flushed();
    return verdict;
  }

  /**
   * Carry out all of a step but its effect.
   *
   * @param {string | Step} text
   * @param {FlowContext} context
   * @param {(child: Step) => void} [start] what to do with flows that the step starts
   * @returns {Step}
   */
  apply(text, context, start = (child) => this.beside(child)) {
    /** @type {Step} */
    const step = typeof text === "string" ? JSON.parse(text) : text;
    if (step.cookies) {
      this.host.jar.write(step.cookies);
      this.changed();
    }
    if (step.storage) this.host.writeStorage(step.storage);
    if (step.warnings)
      for (const warning of step.warnings)
        console.warn(`supertokens: ${warning}`, context.failure ?? "");
    if (step.unlock) for (const flow of step.unlock) this.host.unlock(flow);
    if (step.events) this.emit(inContext(step.events, context));
    if (step.spawned) for (const child of step.spawned) start(child);
    if (step.wake) this.#wakeAll(step.wake, context);
    if (step.failure) context.failure = step.failure;
    if (step.reply) context.refreshReply = fromData(step.reply);
    return step;
  }

  /**
   * The response that an error of the core reusableUntil for, as far as it is still known.
   *
   * @param {import("../errors.js").ErrorData} error
   * @param {FlowContext} [context] of the flow that failed
   * @returns {Response | undefined}
   */
  responseOf({ call, status }, context) {
    if (!call || status === undefined) return undefined;
    // From a worker it comes with the verdict. A sign-out may have failed for want of a refresh.
    const known = [context?.refreshReply, this.#responses.get(call), ...this.#responses.values()];
    // Others may get it as well, and each reads a body of its own.
    return known.find((one) => one?.status === status && !one.bodyUsed)?.clone();
  }

  get isClosed() {
    return this.#closed;
  }

  /** End every wait; what is on its way to the network arrives, and nothing is made of it. */
  close() {
    this.#closed = true;
    for (const { stop } of [...this.#waiting.values()]) stop(closed());
  }

  /** @param {unknown} error ends every wait: the core will wake nobody any more */
  fail(error) {
    this.recall.forget();
    for (const { stop } of [...this.#waiting.values()]) stop(error);
  }

  /**
   * @param {Step} step the current step of a flow that has no caller of its own, or none any more
   * @param {FlowContext} [context]
   * @param {Promise<any>} [begun] the result of its effect
   */
  beside(step, context = new FlowContext(), begun = undefined) {
    // Whoever waits for this flow must not hang on it.
    this.#follow(step, context, begun).catch((error) => this.#closed || this.fail(error));
  }

  /**
   * @param {Step} step
   * @param {FlowContext} context
   * @param {Promise<any>} [begun] the result of the step's effect, where that is being performed already
   * @returns {Promise<Step>}
   */
  async #follow(step, context, begun) {
    let flow = 0;
    try {
      while (step.do) {
        flow = step.flow ?? 0;
        const isCallers = context.send !== null && step.do === "read_text";
        const performed = begun ?? this.perform(step, context);
        if (isCallers && !begun && (await isLate(performed))) {
          // The caller has its response, as it would have natively; the core gets the text in its time.
          this.beside(step, context, performed);
          flow = 0;
          return { verdict: "deliver" };
        }
        const result = await performed;
        begun = undefined;
        if (this.#closed) {
          // What was on its way for a caller is still theirs.
          if (step.do === "send" || isCallers) return { verdict: "deliver" };
          throw closed();
        }
        if (this.host.jar.isMirrored) await syncAfter(this, this.host.jar, result);
        step = this.apply(this.resume(step, result, context), context);
      }
      return step;
    } catch (error) {
      if (!this.#closed && flow) this.core.cancel(flow);
      throw error;
    } finally {
      this.host.unlock(flow);
    }
  }

  /**
   * Perform a step's effect.
   *
   * @param {Step} step
   * @param {FlowContext} context
   * @returns {Promise<any>} its result for the core
   */
  async perform(step, context) {
    switch (step.do) {
      case "send":
        context.reply = await /** @type {(step: Step) => Promise<Response>} */ (context.send)(step);
        return responseHead(this, context.reply);
      case "post":
        return this.#post(step, context);
      case "post_hook":
        return this.#afterPost(context);
      case "lock":
        return this.host.lock(step.flow ?? 0, step.name ?? "", step.timeout ?? 0);
      case "get":
        return this.host.get(step);
      case "verify":
        return verify(step);
      case "ask":
        return this.#answer(step.flow ?? 0, context);
      case "read_text":
        return context.reply ? textWithin(context.reply, this.plan.timeout) : "";
      case "call":
        return this.#call(step, context);
      default:
        return this.#wait(step.flow ?? 0, context);
    }
  }

  /**
   * @param {Step} step
   * @param {FlowContext} context
   */
  async #post(step, context) {
    const { timeout = 0 } = step;
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), timeout);
    try {
      const call = callOf(step, context);
      context.call = this.hooks.preAPIHook
        ? await within(this.hooks.before(call), control.signal)
        : call;
      context.reply = await this.host.nativeFetch(context.call.url, {
        ...context.call.requestInit,
        signal: control.signal,
      });
      this.checkOrigin(context.reply.url, context.call.url);
      this.#responses.set(context.call.action, context.reply);
      return responseHead(this, context.reply, false);
    } catch (error) {
      context.failure = error;
      return JSON.stringify({ failure: control.signal.aborted ? "timeout" : "network" });
    } finally {
      // The time is for the reply; a caller who is given it may read its body at leisure.
      clearTimeout(timer);
    }
  }

  /**
   * @param {FlowContext} context
   * @returns {Promise<undefined>}
   */
  async #afterPost({ call, reply }) {
    if (!call || !reply) return;
    if (this.host.jar.isMirrored) await this.host.jar.flushed();
    // Whoever waits for this flow waits for the hook, but not for one that never ends.
    const timeout = AbortSignal.timeout(HOOK_TIMEOUT_MS);
    await within(this.hooks.after(call, reply), timeout).catch(() => {});
  }

  /**
   * @param {Step} step
   * @param {FlowContext} context
   */
  async #call({ flow = 0, function: name, arguments: given = [] }, context) {
    const ended = this.#wait(flow, context); // by its caller, or by close(): the function may never end
    try {
      if (name) {
        const value = await Promise.race([context.functions?.[name]?.(...given), ended]);
        return JSON.stringify({ value });
      }
      await Promise.race([this.core.perform(flow), ended]);
      return undefined;
    } catch (error) {
      context.failure = error;
      return '{"failed":true}';
    } finally {
      this.#waiting.get(flow)?.go();
    }
  }

  /**
   * @param {number} flow
   * @param {FlowContext} context
   */
  async #answer(flow, context) {
    const ended = this.#wait(flow, context); // by its caller, or by close()
    try {
      return await Promise.race([this.core.answer?.(flow, context.userContext), ended]);
    } finally {
      this.#waiting.get(flow)?.go();
    }
  }

  /**
   * @param {number} flow
   * @param {FlowContext} context
   * @returns {Promise<undefined>}
   */
  #wait(flow, context) {
    return new Promise((resolve, reject) => {
      const { signal } = context;
      const done = () => {
        this.#waiting.delete(flow);
        signal?.removeEventListener("abort", abort);
      };
      const go = () => {
        done();
        resolve(undefined);
      };
      const stop = (/** @type {unknown} */ reason) => {
        done();
        reject(reason);
      };
      const abort = () => stop(signal?.reason);
      this.#waiting.set(flow, { context, go, stop });
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort);
    });
  }

  /**
   * Wake in slices, since those that wake go on at once: thousands would hold the main thread.
   *
   * @param {number[]} flows
   * @param {FlowContext} from the context of the flow that was waited for
   */
  #wakeAll(flows, from) {
    for (const flow of flows.slice(0, SLICE)) this.#wake(flow, from);
    const rest = flows.slice(SLICE);
    if (rest.length > 0) nextTask().then(() => this.#wakeAll(rest, from));
  }

  /**
   * @param {number} flow
   * @param {FlowContext} from
   */
  #wake(flow, from) {
    const waiter = this.#waiting.get(flow);
    if (!waiter) return; // its caller has gone meanwhile
    waiter.context.refreshReply = from.reply;
    waiter.context.failure = from.failure;
    waiter.go();
  }

  /**
   * A response as the core reads it: the bare status, or JSON when it has headers of the plan.
   *
   * @param {number} status
   * @param {(name: string) => string | null} header
   * @param {() => Headers} all of them, for a page that calculates the clock's skew itself
   * @param {string} url where it came from, if that is to be judged
   */
  head(status, header, all, url) {
    const head = judgedHead(this.plan, this.covers, status, header, url);
    if (head !== FOREIGN) this.lastHeaders = all;
    return head;
  }

  /**
   * Refuse the response to a call of ours that has been redirected to a foreign host.
   *
   * @param {string} url where it came from
   * @param {string} asked
   */
  checkOrigin(url, asked) {
    const isElsewhere = url && resolveUrl(url)?.origin !== resolveUrl(asked)?.origin;
    if (isElsewhere && !this.covers(url)) throw foreignResponse(url);
  }
}

/** What the core gets in place of a foreign response's status. */
const FOREIGN = 0;

/**
 * A response as the core reads it; one that a redirect has fetched from a foreign host says nothing of the
 * session.
 *
 * @param {Pick<import("../core/plan.js").Plan, "replyHeaders" | "statuses">} plan
 * @param {(url: string) => boolean} covers whether a URL is ours
 * @param {number} status
 * @param {(name: string) => string | null} header
 * @param {string} url where it came from, if that is to be judged
 */
export function judgedHead({ replyHeaders, statuses }, covers, status, header, url) {
  const head = headOf(replyHeaders, status, header);
  const isOrdinary = typeof head === "number" && !statuses.includes(head);
  return isOrdinary || !url || covers(url) ? head : FOREIGN;
}

/**
 * Bring the mirror of a jar that lags up to date before a flow goes on.
 *
 * @param {{isClosed: boolean}} driver
 * @param {import("../host/jar.js").Jar} jar
 * @param {any} result of the flow's effect
 */
export async function syncAfter(driver, jar, result) {
  // A bare status changes nothing, and what it leads to looks again: it is worth no wait.
  if (typeof result === "number") return;
  try {
    await jar.sync();
  } catch (error) {
    // What came with a response must be kept, whether or not what is there can be read.
    if (typeof result !== "string" || driver.isClosed) throw error;
  }
}

/**
 * A reply as the core reads it.
 *
 * @param {string[]} replyHeaders those of the plan
 * @param {number} status
 * @param {(name: string) => string | null} header
 */
export function headOf(replyHeaders, status, header) {
  /** @type {Record<string, string> | null} */
  let headers = null;
  for (const name of replyHeaders) {
    const value = header(name);
    if (value !== null) {
      headers ??= {};
      headers[name] = value;
    }
  }
  return headers ? JSON.stringify({ status, headers }) : status;
}

/**
 * @param {Pick<Driver, "head">} driver
 * @param {Response} response
 * @param {boolean} [isJudged] false where its URL has been looked at
 */
export const responseHead = (driver, { status, headers, url }, isJudged = true) =>
  driver.head(
    status,
    (name) => headers.get(name),
    () => headers,
    isJudged ? url : "",
  );

/**
 * As a timer's, but at once: those wait 4 ms when timers set timers, and longer in the background.
 *
 * @returns {Promise<void>}
 */
export const nextTask = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });

/**
 * @param {Step} step
 * @param {FlowContext} context
 * @returns {import("../api/types.js").BackendCall}
 */
function callOf(step, context) {
  const { action = "SIGN_OUT", url = "", headers = {}, userContext } = step;
  return {
    action,
    url,
    requestInit: {
      method: "POST",
      credentials: step.credentials ?? "include",
      // As supertokens-website hands them to hooks.
      headers: action === "SIGN_OUT" ? headers : new Headers(headers),
    },
    userContext: context.userContext ?? userContext ?? {},
  };
}

/**
 * @param {object[]} events
 * @param {FlowContext} context
 */
function inContext(events, { userContext }) {
  return userContext ? events.map((event) => ({ ...event, userContext })) : events;
}

/**
 * @param {Promise<unknown>} effect
 * @returns {Promise<boolean>} whether its caller should not wait any longer
 */
async function isLate(effect) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const timeout = new Promise((late) => {
    timer = setTimeout(late, BODY_TIMEOUT_MS, true);
  });
  try {
    return (await Promise.race([effect.then(() => false), timeout])) === true;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>} rejects when the signal comes first
 */
function within(promise, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
