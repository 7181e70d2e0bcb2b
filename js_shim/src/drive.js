// The async driver: carries out the effects of the core's flows.

import { fromData, textWithin } from "./bodies.js";
import { closed, foreignResponse } from "./errors.js";
import { Carrier } from "./flow.js";
import { Recall } from "./recall.js";
import { resolveUrl } from "./target.js";
import { verify } from "./verify.js";

// How long, in milliseconds, a flow waits for a postAPIHook.
const HOOK_PATIENCE = 10_000;

// How long, in milliseconds, a caller waits for the body of its own response, which the core wants to read.
const BODY_PATIENCE = 1000;

/**
 * @typedef {import("./host.js").Host} Host
 * @typedef {import("./flow.js").Core} Core
 * @typedef {import("./flow.js").Step} Step
 */

// How many requests that waited for a refresh go on in one task.
const SLICE = 50;

export class Driver {
  /** @type {Map<number, {carrier: Carrier, go: () => void, stop: (reason: unknown) => void}>} */
  #waiting = new Map();
  #closed = false;
  /** @type {Map<string, Response>} the last response to each of our own calls to the backend */
  #responses = new Map();
  lastHeaders = () => new Headers();

  /**
   * @param {Core} core
   * @param {Host} host
   * @param {import("./hooks.js").Hooks} hooks
   * @param {import("./target.js").Plan} plan
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
   * @param {Carrier} carrier
   * @returns {string} its first step
   */
  exchange(request, oneShot, carrier) {
    const { text, beginning } = this.recall.exchange(request, oneShot);
    carrier.beginning = beginning;
    return text;
  }

  /**
   * Go on with the result of a step's effect.
   *
   * @param {Step} step
   * @param {any} result
   * @param {Carrier} carrier
   * @returns {any} the next step, as apply() takes it
   */
  resume(step, result, carrier) {
    const next = carrier.held?.next;
    if (next) {
      carrier.held = null;
      return next;
    }
    return this.recall.resume(step, result, carrier.beginning);
  }

  /**
   * Run a flow from a step of the core to its verdict; rejects when its own request fails.
   *
   * @param {string | Step} text the step
   * @param {Carrier} carrier
   * @returns {Promise<Step>} the verdict
   */
  async run(text, carrier) {
    const verdict = await this.#follow(this.apply(text, carrier), carrier);
    if (this.host.jar.lags) await this.host.jar.settled();
    return verdict;
  }

  /**
   * Carry out all of a step but its effect.
   *
   * @param {string | Step} text
   * @param {Carrier} carrier
   * @param {(child: Step) => void} [start] what to do with flows that the step starts
   * @returns {Step}
   */
  apply(text, carrier, start = (child) => this.beside(child)) {
    /** @type {Step} */
    const step = typeof text === "string" ? JSON.parse(text) : text;
    if (step.cookies) {
      this.host.jar.write(step.cookies);
      this.changed();
    }
    if (step.storage) this.host.writeStorage(step.storage);
    if (step.warnings)
      for (const warning of step.warnings)
        console.warn(`supertokens: ${warning}`, carrier.failure ?? "");
    if (step.unlock) for (const flow of step.unlock) this.host.unlock(flow);
    if (step.events) this.emit(inContext(step.events, carrier));
    if (step.spawned) for (const child of step.spawned) start(child);
    if (step.wake) this.#wakeAll(step.wake, carrier);
    if (step.failure) carrier.failure = step.failure;
    if (step.reply) carrier.refreshReply = fromData(step.reply);
    return step;
  }

  /**
   * The response that an error of the core stands for, as far as it is still known.
   *
   * @param {import("./errors.js").ErrorData} error
   * @param {Carrier} [carrier] of the flow that failed
   * @returns {Response | undefined}
   */
  responseOf({ call, status }, carrier) {
    if (!call || status === undefined) return undefined;
    // From a worker it comes with the verdict. A sign-out may have failed for want of a refresh.
    const known = [carrier?.refreshReply, this.#responses.get(call), ...this.#responses.values()];
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
   * @param {Carrier} [carrier]
   * @param {Promise<any>} [begun] the result of its effect
   */
  beside(step, carrier = new Carrier(), begun = undefined) {
    // Whoever waits for this flow must not hang on it.
    this.#follow(step, carrier, begun).catch((error) => this.#closed || this.fail(error));
  }

  /**
   * @param {Step} step
   * @param {Carrier} carrier
   * @param {Promise<any>} [begun] the result of the step's effect, where that is being performed already
   * @returns {Promise<Step>}
   */
  async #follow(step, carrier, begun) {
    let flow = 0;
    try {
      while (step.do) {
        flow = step.flow ?? 0;
        const isCallers = carrier.send !== null && step.do === "read_text";
        const performed = begun ?? this.perform(step, carrier);
        if (isCallers && !begun && (await isLate(performed))) {
          // The caller has its response, as it would have natively; the core gets the text in its time.
          this.beside(step, carrier, performed);
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
        if (this.host.jar.lags) await freshAfter(this, this.host.jar, result);
        step = this.apply(this.resume(step, result, carrier), carrier);
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
   * @param {Carrier} carrier
   * @returns {Promise<any>} its result for the core
   */
  async perform(step, carrier) {
    switch (step.do) {
      case "send":
        carrier.reply = await /** @type {(step: Step) => Promise<Response>} */ (carrier.send)(step);
        return responseHead(this, carrier.reply);
      case "post":
        return this.#post(step, carrier);
      case "post_hook":
        return this.#afterPost(carrier);
      case "lock":
        return this.host.lock(step.flow ?? 0, step.name ?? "", step.timeout ?? 0);
      case "get":
        return this.host.get(step);
      case "verify":
        return verify(step);
      case "ask":
        return this.#answer(step.flow ?? 0, carrier);
      case "read_text":
        return carrier.reply ? textWithin(carrier.reply, this.plan.timeout) : "";
      case "call":
        return this.#call(step, carrier);
      default:
        return this.#wait(step.flow ?? 0, carrier);
    }
  }

  /**
   * @param {Step} step
   * @param {Carrier} carrier
   */
  async #post(step, carrier) {
    const { timeout = 0 } = step;
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), timeout);
    try {
      const call = callOf(step, carrier);
      carrier.call = this.hooks.preAPIHook
        ? await within(this.hooks.before(call), control.signal)
        : call;
      carrier.reply = await this.host.nativeFetch(carrier.call.url, {
        ...carrier.call.requestInit,
        signal: control.signal,
      });
      this.checkOrigin(carrier.reply.url, carrier.call.url);
      this.#responses.set(carrier.call.action, carrier.reply);
      return responseHead(this, carrier.reply, false);
    } catch (error) {
      carrier.failure = error;
      return JSON.stringify({ failure: control.signal.aborted ? "timeout" : "network" });
    } finally {
      // The time is for the reply; a caller who is given it may read its body at leisure.
      clearTimeout(timer);
    }
  }

  /**
   * @param {Carrier} carrier
   * @returns {Promise<undefined>}
   */
  async #afterPost({ call, reply }) {
    if (!call || !reply) return;
    if (this.host.jar.lags) await this.host.jar.settled();
    // Whoever waits for this flow waits for the hook, but not for one that never ends.
    const patience = AbortSignal.timeout(HOOK_PATIENCE);
    await within(this.hooks.after(call, reply), patience).catch(() => {});
  }

  /**
   * @param {Step} step
   * @param {Carrier} carrier
   */
  async #call({ flow = 0, function: name, arguments: given = [] }, carrier) {
    const ended = this.#wait(flow, carrier); // by its caller, or by close(): the function may never end
    try {
      if (name) {
        const value = await Promise.race([carrier.functions?.[name]?.(...given), ended]);
        return JSON.stringify({ value });
      }
      await Promise.race([this.core.perform(flow), ended]);
      return undefined;
    } catch (error) {
      carrier.failure = error;
      return '{"failed":true}';
    } finally {
      this.#waiting.get(flow)?.go();
    }
  }

  /**
   * @param {number} flow
   * @param {Carrier} carrier
   */
  async #answer(flow, carrier) {
    const ended = this.#wait(flow, carrier); // by its caller, or by close()
    try {
      return await Promise.race([this.core.answer?.(flow, carrier.userContext), ended]);
    } finally {
      this.#waiting.get(flow)?.go();
    }
  }

  /**
   * @param {number} flow
   * @param {Carrier} carrier
   * @returns {Promise<undefined>}
   */
  #wait(flow, carrier) {
    return new Promise((resolve, reject) => {
      const { signal } = carrier;
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
      this.#waiting.set(flow, { carrier, go, stop });
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort);
    });
  }

  /**
   * Wake in slices, since those that wake go on at once: thousands would hold the main thread.
   *
   * @param {number[]} flows
   * @param {Carrier} from the carrier of the flow that was waited for
   */
  #wakeAll(flows, from) {
    for (const flow of flows.slice(0, SLICE)) this.#wake(flow, from);
    const rest = flows.slice(SLICE);
    if (rest.length > 0) nextTask().then(() => this.#wakeAll(rest, from));
  }

  /**
   * @param {number} flow
   * @param {Carrier} from
   */
  #wake(flow, from) {
    const waiter = this.#waiting.get(flow);
    if (!waiter) return; // its caller has gone meanwhile
    waiter.carrier.refreshReply = from.reply;
    waiter.carrier.failure = from.failure;
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
 * @param {Pick<import("./target.js").Plan, "replyHeaders" | "statuses">} plan
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
 * @param {import("./jar.js").Jar} jar
 * @param {any} result of the flow's effect
 */
export async function freshAfter(driver, jar, result) {
  // A bare status changes nothing, and what it leads to looks again: it is worth no wait.
  if (typeof result === "number") return;
  try {
    await jar.fresh();
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
 * @param {Carrier} carrier
 * @returns {import("./types.js").BackendCall}
 */
function callOf(step, carrier) {
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
    userContext: carrier.userContext ?? userContext ?? {},
  };
}

/**
 * @param {object[]} events
 * @param {Carrier} carrier
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
  const patience = new Promise((late) => {
    timer = setTimeout(late, BODY_PATIENCE, true);
  });
  try {
    return (await Promise.race([effect.then(() => false), patience])) === true;
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
