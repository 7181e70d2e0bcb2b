// The worker's side of a core that decides for its page: the page's flows are followed here until it is the
// page's turn.

import { closed, SuperTokensError, unsupported } from "../errors.js";
import { FlowContext } from "../flow/context.js";
import { withoutOutput } from "../flow/steps.js";
import { HandlerJar } from "../host/handler_jar.js";
import { toData } from "../host/response_data.js";
import { fieldsOf, malformed } from "./link.js";

/** @import {Plan} from "../core/plan.js" */
/** @import {Driver} from "../flow/driver.js" */
/** @import {Beginning, Result, Step} from "../flow/steps.js" */
/** @import {Shim} from "../page/shim.js" */
/** @import {CoreServices} from "./wire.js" */

/**
 * @typedef {{context: FlowContext, control: AbortController}} Served one of the page's flows
 */

/**
 * The services of the core for a page.
 *
 * @param {Shim} shim
 * @param {(cookies: string) => void} update takes the page's cookies
 * @returns {CoreServices}
 */
export function coreServices(shim, update) {
  /** @type {Map<number, Served>} by the page's name for it */
  const served = new Map();

  /** End one of the page's flows, and release its locks. @param {number} key */
  const end = (key) => {
    const entry = served.get(key);
    served.delete(key);
    if (!entry) return;
    shim.driver?.cancel(entry.context);
    entry.control.abort();
    shim.driver?.host.unlock(entry.context.flow);
  };

  /**
   * Follow one of the page's flows until it needs the page, or has its verdict.
   *
   * @param {number} key
   * @param {(driver: Driver, context: FlowContext) => Step | Promise<Step>} advance
   * @param {unknown} [userContext]
   */
  const follow = async (key, advance, userContext) => {
    const { driver } = shim;
    if (!driver || driver.core.isPending) throw closed();
    const entry = served.get(key) ?? newlyServed(driver, userContext);
    const { context } = entry;
    served.set(key, entry);
    try {
      const step = await driver.follow(await advance(driver, context), context);
      // Its caller is gone meanwhile, or the page has closed.
      if (served.get(key) !== entry) throw closed();
      if (step.verdict) served.delete(key);
      return await forPage(step, key, context, driver);
    } catch (error) {
      if (served.get(key) === entry) end(key);
      throw error;
    }
  };

  return {
    decide(options) {
      if (options !== undefined && typeof options !== "string") throw malformed();
      const driver = /** @type {Driver} */ (shim.driver);
      const refusal = options && driver.core.compare?.(options);
      if (refusal) throw new SuperTokensError(JSON.parse(refusal));
      if (driver.host.jar instanceof HandlerJar) throw otherCookies();
      const plan = /** @type {Plan} */ (driver.plan);
      return { plan, facts: driver.core.facts() };
    },
    exchange: (key, userContext, beginning) =>
      follow(
        number(key),
        (driver, context) =>
          driver.ask((core) => core.exchange(beginningOf(beginning), context), context),
        userContext,
      ),
    call(key, userContext, cookies, name, args) {
      update(text(cookies));
      const [called, given] = [text(name), text(args)];
      return follow(
        number(key),
        (driver, context) =>
          driver.ask((core) => core.call(called, given, context, driver.moment), context),
        userContext,
      );
    },
    resume: (key, cookies, result) =>
      follow(number(key), (driver, context) => {
        update(text(cookies));
        const step = /** @type {Step} */ ({ flow: context.flow, do: "wait" });
        return driver.resume(step, /** @type {Result} */ (result), context);
      }),
    cancel: (key) => end(number(key)),
    closed() {
      for (const key of [...served.keys()]) end(key);
    },
  };
}

/** @param {unknown} value sent by a page @returns {number} */
function number(value) {
  if (typeof value !== "number") throw malformed();
  return value;
}

/** @param {unknown} value sent by a page @returns {string} */
function text(value) {
  if (typeof value !== "string") throw malformed();
  return value;
}

/**
 * @param {unknown} data sent by a page
 * @returns {Beginning}
 */
function beginningOf(data) {
  const { headers, oneShot, url, cookies, now, isSent } = fieldsOf(data);
  return {
    headers: text(headers),
    oneShot: oneShot === true,
    url: text(url),
    cookies: text(cookies),
    now: number(now),
    isSent: isSent === true,
  };
}

/** @param {Driver} driver @param {unknown} userContext @returns {Served} */
function newlyServed(driver, userContext) {
  const control = new AbortController();
  const context = new FlowContext(null, control.signal, userContext);
  context.core = driver.core;
  context.isElsewhere = (step) => isForPage(step, context);
  return { control, context };
}

/**
 * Whether a step needs the page: its requests, their responses, or its functions.
 *
 * @param {Step} step
 * @param {FlowContext} context
 */
function isForPage(step, { response }) {
  if (step.do === "read_text") return !response;
  return step.do === "send" || (step.do === "call" && step.function !== undefined);
}

/**
 * @param {Step} step
 * @param {number} key the page's name for the flow
 * @param {FlowContext} context
 * @param {Driver} driver
 * @returns {Promise<Step>} the part that the page must do
 */
async function forPage(step, key, context, driver) {
  const rest = withoutOutput(step); // done here
  if (rest.do) return { ...rest, flow: key };
  if (rest.verdict === "value") return rest;
  const { failure, refreshResponse } = context;
  if (rest.verdict === "deliver") {
    return { ...rest, ...(rest.refresh && { response: await dataOf(refreshResponse, driver) }) };
  }
  const response = await dataOf(driver.effects?.responseOf(rest.error, context), driver);
  return { ...rest, failure, response };
}

/** @param {Response | null | undefined} response @param {Driver} driver */
const dataOf = async (response, driver) =>
  response ? toData(response, driver.plan.timeout) : undefined;

const otherCookies = () =>
  unsupported(
    "Python in the worker keeps the session's cookies where this page does not see them.",
    "Give cookieHandler to supertokens.init() on the page, and remove cookie_handler in the worker.",
  );
