// The worker's side of a core that decides for its page: the page's flows are followed here until it is the
// page's turn.

import { closed, SuperTokensError, unsupported } from "../errors.js";
import { FlowContext } from "../flow/context.js";
import { withoutOutput } from "../flow/steps.js";
import { HandlerJar } from "../host/handler_jar.js";
import { toData } from "../intercept/bodies.js";

/**
 * @typedef {import("../core/python.js").PythonCore} PythonCore
 * @typedef {import("../flow/driver.js").Driver} Driver
 * @typedef {import("../flow/steps.js").Step} Step
 * @typedef {{context: FlowContext, control: AbortController}} Served one of the page's flows
 */

/**
 * What a page may ask of the core.
 *
 * @param {import("../page/shim.js").Shim} shim
 * @param {(cookies: string) => void} update takes the page's cookies
 * @returns {Record<string, import("./wire.js").Service>}
 */
export function coreServices(shim, update) {
  /** @type {Map<number, Served>} by the page's name for it */
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
    shim.driver?.cancel(entry.context);
    entry.control.abort();
    shim.driver?.host.unlock(entry.context.flow);
  };

  /**
   * Follow one of the page's flows until the page is needed, or has its verdict.
   *
   * @param {number} key
   * @param {(driver: Driver, context: FlowContext) => Step | Promise<Step>} advance
   * @param {any} [userContext]
   */
  const follow = async (key, advance, userContext) => {
    const { driver } = shim;
    if (!driver || driver.core.isPending) throw closed();
    const entry = served.get(key) ?? newlyServed(driver, userContext);
    const { context } = entry;
    served.set(key, entry);
    try {
      const step = await driver.follow(await advance(driver, context), context);
      // Its caller has gone meanwhile, or the page has closed.
      if (served.get(key) !== entry) throw closed();
      if (step.verdict) served.delete(key);
      return await forPage(step, key, context, driver);
    } catch (error) {
      if (served.get(key) === entry) end(key);
      throw error;
    }
  };

  const coreOf = (/** @type {Driver} */ { core }) => /** @type {PythonCore} */ (core);

  return {
    adopt(options) {
      const driver = /** @type {Driver} */ (shim.driver);
      const refusal = options && driver.core.compare?.(options);
      if (refusal) throw new SuperTokensError(JSON.parse(refusal));
      if (driver.host.jar instanceof HandlerJar) throw otherCookies();
      return { plan: driver.plan, facts: driver.core.facts() };
    },
    exchange: (key, userContext, beginning) =>
      follow(
        key,
        (driver, context) => driver.ask(() => coreOf(driver).begin(beginning), context),
        userContext,
      ),
    call(key, userContext, cookies, name, args) {
      update(cookies);
      return follow(
        key,
        (driver, context) => driver.ask((core) => core.call(name, args, context), context),
        userContext,
      );
    },
    resume: (key, cookies, result) =>
      follow(key, (driver, context) => {
        update(cookies);
        return driver.resume({ flow: context.flow, do: "wait" }, result, context);
      }),
    cancel: end,
    closed() {
      for (const key of [...served.keys()]) end(key);
    },
  };
}

/**
 * @param {Driver} driver
 * @param {any} userContext
 * @returns {Served}
 */
function newlyServed(driver, userContext) {
  const control = new AbortController();
  const context = new FlowContext(null, control.signal, userContext);
  context.core = driver.core;
  context.isElsewhere = (step) => isForPage(step, context);
  return { control, context };
}

/**
 * Whether a step asks for what only the page has: its requests, their responses, and functions of its.
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
 * @returns {Promise<object>} what of it is the page's to do
 */
async function forPage(step, key, context, driver) {
  const rest = withoutOutput(step); // done here
  if (step.do) return { ...rest, flow: key };
  const { error, refresh } = /** @type {any} */ (step);
  const response = refresh
    ? context.refreshResponse
    : error && driver.effects.responseOf(error, context);
  const data = response ? await toData(response, driver.plan.timeout) : undefined;
  return { ...rest, failure: context.failure, response: data };
}

const otherCookies = () =>
  unsupported(
    "Python in the worker keeps the session's cookies where this page does not see them.",
    "Give cookieHandler to supertokens.init() of the page, and leave cookie_handler out in the worker.",
  );
