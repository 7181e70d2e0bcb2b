// A core that lives in a worker and decides for its page. To the page's drivers it is a core like any
// other, whose every step takes time: it answers with the effect `ask`, and resumed with the worker's
// answer it gives the step that came. The page sends its own requests and reads their replies; all else
// (waiting, refreshing, cookies, events) is done in the worker.

import { START_TIMEOUT } from "../boot/start.js";
import { closed, SuperTokensError, unsupported, workerGone } from "../errors.js";
import { FlowContext, written } from "../flow/flow.js";
import { HandlerJar } from "../host/handler_jar.js";
import { toData } from "../host/responses.js";
import { CLOCK_SKEW } from "../page/recipe.js";
import { fieldsOf, malformed, revivedError } from "../worker/link.js";
import { sharedCookies } from "../worker/shared.js";

/**
 * @typedef {import("../page/shim.js").Shim} Shim
 * @typedef {import("../page/shim.js").Connection} Connection
 * @typedef {import("../flow/flow.js").Core} Core
 * @typedef {import("../flow/driver.js").Driver} Driver
 * @typedef {import("../flow/flow.js").Step} Step
 * @typedef {import("../worker/wire.js").WorkerLink} Link
 */

/** The page's side. */
class RemoteCore {
  #last = 0;
  #cookies = "";
  /** @type {Map<number, (userContext: any) => Promise<Step>>} asks the worker, by flow */
  #begun = new Map();
  /** @type {Map<number, Promise<Step>>} what the worker has been asked since, by flow */
  #asked = new Map();
  /** @type {Set<number>} flows whose driver waits for the answer */
  #awaited = new Set();
  /** @type {import("./step_cache.js").Recall | null} */
  recall = null;

  /**
   * @param {Link} link
   * @param {string} facts
   * @param {import("./early.js").Early | null} early
   */
  constructor(link, facts, early) {
    this.link = link;
    this.facts = () => facts;
    this.early = early;
  }

  /** @param {import("./step_cache.js").Beginning} beginning */
  atOnce(beginning) {
    const step = this.early?.firstStep(beginning);
    return step ? JSON.stringify(step) : "";
  }

  /**
   * @param {string} request
   * @param {boolean} oneShot
   * @param {string | undefined} told
   * @param {number} now
   */
  exchange(request, oneShot, told, now) {
    const cookies = this.#shared(told);
    const beginning = { request, oneShot, cookies, now };
    return this.#prepare(
      (flow, context) => this.link.ask("exchange", flow, context, beginning),
      request || oneShot ? null : "",
    );
  }

  /**
   * @param {string} name
   * @param {string} args
   * @param {string | undefined} told
   */
  call(name, args, told) {
    const cookies = this.#shared(told);
    return this.#prepare(
      (flow, context) => this.link.ask("call", flow, context, cookies, name, args),
      args ? null : name,
    );
  }

  /**
   * @param {number} flow
   * @param {any} result of its effect; the answer itself where that was `ask`
   * @param {string | undefined} told
   */
  resume(flow, result, told) {
    const cookies = this.#shared(told);
    if (this.#awaited.delete(flow)) return result;
    // One that was begun by a step that reusableUntil: that step need not be waited for.
    this.#begin(flow, undefined)?.catch(() => {});
    // If the worker dies now, what came is the caller's all the same.
    const deliver = () => /** @type {Step} */ ({ verdict: "deliver" });
    const asked = this.link.ask("resume", flow, cookies, result).then(checked);
    this.#asked.set(flow, asked.catch(deliver));
    return { flow, do: /** @type {const} */ ("ask") };
  }

  /**
   * @param {number} flow
   * @param {any} userContext the caller's
   * @returns {Promise<Step> | undefined} the worker's answer
   */
  answer(flow, userContext) {
    const answer = this.#begin(flow, userContext) ?? this.#asked.get(flow);
    this.#asked.delete(flow);
    this.#awaited.add(flow);
    return answer;
  }

  /** @param {number} flow */
  cancel(flow) {
    this.#begun.delete(flow);
    this.#asked.delete(flow);
    this.#awaited.delete(flow);
    this.link.report("cancel", flow);
  }

  notify() {} // the worker's own handlers have heard it there

  observe() {
    return ""; // the worker looks for itself
  }

  async perform() {} // Python's functions are called where they are

  /**
   * @param {string | undefined} told the page's cookies, or nothing where they are as they were
   * @returns {string} those that the worker may know
   */
  #shared(told) {
    this.#cookies = told ?? this.#cookies;
    return sharedCookies(this.#cookies);
  }

  /**
   * @param {(flow: number, userContext: unknown) => Promise<unknown>} ask
   * @param {string | null} key under which to recall the answer, where others may get it too
   */
  #prepare(ask, key) {
    this.#last += 1;
    const flow = this.#last;
    const cookies = this.#cookies;
    this.#begun.set(flow, async (userContext) => {
      // As Python takes it.
      const context = userContext && JSON.parse(written(userContext) ?? "{}");
      const step = checked(await ask(flow, context));
      if (key !== null) this.recall?.keep(key, { cookies }, step);
      return step;
    });
    return JSON.stringify({ flow, do: "ask" });
  }

  /**
   * @param {number} flow
   * @param {any} userContext the caller's
   * @returns {Promise<Step> | undefined} the worker's answer, unless it has been asked before
   */
  #begin(flow, userContext) {
    const ask = this.#begun.get(flow);
    this.#begun.delete(flow);
    return ask?.(userContext);
  }
}

// What a worker may leave to its page (isForPage, below), and how a flow may end.
const DONE_BY_PAGE = ["send", "call", "read_text"];
const VERDICTS = ["deliver", "value", "fail"];

/**
 * @param {unknown} answer a step, as it came from a worker
 * @returns {Step} the same; throws where nothing could be done with it, and its caller would wait for ever
 */
function checked(answer) {
  const step = /** @type {Step} */ (fieldsOf(answer));
  if (DONE_BY_PAGE.includes(step.do ?? "") || VERDICTS.includes(step.verdict ?? "")) return step;
  throw malformed();
}

/**
 * @param {unknown} answer of a worker that decides from now on
 * @returns {{plan: import("./plan.js").Plan, facts: string}}
 */
function decisionFrom(answer) {
  const { plan, facts } = fieldsOf(answer);
  const { replyHeaders, statuses } = fieldsOf(plan);
  const isKnown = Array.isArray(replyHeaders) && Array.isArray(statuses);
  if (!isKnown || typeof facts !== "string") throw malformed();
  return { plan: /** @type {import("./plan.js").Plan} */ (plan), facts };
}

/** The cores in a page's workers: which of them decides for the page, where any is to. */
export class WorkerCores {
  /** @type {Set<Link>} to those that are up */
  #links = new Set();
  #isWanted = false;
  /** @type {Link | null} to the one that decides */
  #chosen = null;

  /** @param {Shim} shim */
  constructor(shim) {
    this.shim = shim;
  }

  /** Let one of them decide for the page from now on; throws where the page has what it cannot use. */
  want() {
    const { shim } = this;
    if (shim.dateProvider()) throw wantedAtOnce("dateProvider", "date_provider");
    // What the core, which waits for nobody, would have to ask of another thread.
    if (shim.overrides(CLOCK_SKEW)) throw wantedAtOnce(CLOCK_SKEW, "override");
    this.#isWanted = true;
    this.#choose();
  }

  unwant() {
    this.#isWanted = false;
    this.#chosen = null;
  }

  /** @param {unknown} error why a worker has no core */
  refuse(error) {
    if (this.#isWanted && !this.#chosen) this.shim.gate?.fail(revivedError(error));
  }

  /** @param {Link} link */
  add(link) {
    this.#links.add(link);
    this.#choose();
  }

  /** @param {Link} link */
  remove(link) {
    this.#links.delete(link);
    if (this.#chosen !== link) return;
    this.#chosen = null;
    // Another may be started as well as the first was: it has as long.
    this.shim.loseCore().limit(START_TIMEOUT, workerGone);
    this.#choose();
  }

  /**
   * @param {Link} link
   * @returns {boolean} whether it is the one that decides
   */
  decides(link) {
    return this.#chosen === link;
  }

  async #choose() {
    const [link] = this.#links;
    const { gate } = this.shim;
    if (!this.#isWanted || this.#chosen || !link || !gate) return;
    this.#chosen = link;
    try {
      const { plan, facts } = decisionFrom(await link.ask("decide", this.shim.givenOptions()));
      if (this.#chosen !== link) return;
      const core = new RemoteCore(link, facts, gate.early);
      core.recall = this.shim.useCore(core, plan).driver.recall;
    } catch (error) {
      if (this.#chosen === link) gate.fail(error);
    }
  }
}

/**
 * The worker's side: what a page may ask of the core.
 *
 * @param {Shim} shim
 * @param {(cookies: string) => void} update takes the page's cookies
 * @returns {import("../worker/wire.js").CoreServices}
 */
export function coreServices(shim, update) {
  /** @type {Map<number, {flow: number, context: FlowContext, control: AbortController}>} */
  const served = new Map();

  /**
   * End one of the page's flows, and free what it holds.
   *
   * @param {number} key
   */
  const end = (key) => {
    const entry = served.get(key);
    served.delete(key);
    if (!entry) return;
    const { connection } = shim;
    connection?.core.cancel(entry.flow);
    entry.control.abort();
    connection?.host.unlock(entry.flow);
  };

  /**
   * Run one of the page's flows until the page is needed, or has its verdict.
   *
   * @param {number} key
   * @param {(driver: Driver, served: {flow: number, context: FlowContext}) => string | Step} advance
   * @param {any} [userContext]
   */
  const run = async (key, advance, userContext) => {
    const { connection } = shim;
    if (!connection) throw closed();
    const { driver, host } = connection;
    const entry = served.get(key) ?? { flow: 0, ...newCarrier(userContext) };
    served.set(key, entry);
    const { context } = entry;
    try {
      let step = driver.apply(advance(driver, entry), context);
      while (step.do && !isForPage(step, context)) {
        entry.flow = step.flow ?? 0;
        const result = await driver.perform(step, context);
        if (served.get(key) === entry) await host.jar.sync();
        if (served.get(key) !== entry) throw closed(); // its caller has gone, or the page has closed
        step = driver.apply(driver.resume(step, result, context), context);
      }
      if (step.verdict) {
        served.delete(key);
        host.unlock(entry.flow);
      } else {
        entry.flow = step.flow ?? 0;
      }
      const response = step.refresh
        ? context.refreshReply
        : step.error && driver.responseOf(step.error, context);
      return await forPage(step, key, context.failure, response, driver.plan.timeout);
    } catch (error) {
      host.unlock(entry.flow); // what it was given after its end
      if (served.get(key) === entry) end(key);
      throw error;
    }
  };

  return {
    decide(options) {
      if (options !== undefined && typeof options !== "string") throw malformed();
      const { core, host, plan } = /** @type {Connection} */ (shim.connection);
      const refusal = options && core.compare?.(options);
      if (refusal) throw new SuperTokensError(JSON.parse(refusal));
      if (host.jar instanceof HandlerJar) throw otherCookies();
      return { plan, facts: core.facts() };
    },
    exchange: (key, _, beginning) =>
      run(number(key), ({ recall }) => recall.begin(beginningFrom(beginning))),
    call(key, userContext, cookies, name, args) {
      update(text(cookies));
      return run(number(key), ({ recall }) => recall.call(text(name), text(args)), userContext);
    },
    resume: (key, cookies, result) =>
      run(number(key), (driver, { flow, context }) => {
        update(text(cookies));
        return driver.resume({ flow }, result, context);
      }),
    cancel: (key) => end(number(key)),
    closed() {
      for (const key of [...served.keys()]) end(key);
    },
  };
}

/** @param {unknown} value that a page has sent @returns {number} */
function number(value) {
  if (typeof value !== "number") throw malformed();
  return value;
}

/** @param {unknown} value that a page has sent @returns {string} */
function text(value) {
  if (typeof value !== "string") throw malformed();
  return value;
}

/**
 * @param {unknown} data that a page has sent
 * @returns {import("./step_cache.js").Beginning}
 */
function beginningFrom(data) {
  const { request, oneShot, cookies, now } = fieldsOf(data);
  return {
    request: text(request),
    oneShot: oneShot === true,
    cookies: text(cookies),
    now: number(now),
  };
}

/**
 * Whether a step asks for what only the page has: its requests, their replies, and functions of its.
 *
 * @param {Step} step
 * @param {FlowContext} context
 */
function isForPage({ do: effect, function: name }, { reply }) {
  if (effect === "read_text") return !reply;
  return effect === "send" || (effect === "call" && name !== undefined);
}

/** @param {any} userContext */
function newCarrier(userContext) {
  const control = new AbortController();
  return { control, context: new FlowContext(null, control.signal, userContext) };
}

/**
 * @param {Step} step
 * @param {number} key the page's name for the flow
 * @param {unknown} failure why a call of ours got no response
 * @param {Response | null | undefined} response that the verdict is about
 * @param {number} timeout for the response's body
 * @returns {Promise<Step>} what of it is the page's to do
 */
async function forPage(step, key, failure, response, timeout) {
  const { cookies, storage, warnings, unlock, events, spawned, wake, ...rest } = step; // done here
  if (step.do) return { ...rest, flow: key };
  const reply = response && (await toData(response, timeout));
  return { ...rest, failure, ...(reply && { reply }) };
}

/** @param {string} name of a function of the page's @param {string} option of Python's init() */
const wantedAtOnce = (name, option) =>
  unsupported(
    `Python in a worker cannot call this page's ${name} without waiting for it.`,
    `Give ${option}=… to supertokens_pyodide.init() in the worker, and leave it out here.`,
  );

const otherCookies = () =>
  unsupported(
    "Python in the worker keeps the session's cookies where this page does not see them.",
    "Give cookieHandler to supertokens.init() of the page, and leave cookie_handler out in the worker.",
  );
