// The blocking driver: a refresh for a synchronous XMLHttpRequest, carried out synchronously or not at all.

import { foreignResponse } from "../errors.js";
import { headersOf } from "../host/responses.js";
import { hostOf, isForeign } from "./backend_call.js";
import { FlowContext } from "./context.js";

/** @import {Driver} from "./driver.js" */
/** @import {Post, Result, Step} from "./steps.js" */

/**
 * Run the flows that a blocked flow waits for.
 *
 * @param {Driver} driver whose core is in this realm
 * @param {typeof XMLHttpRequest} Native
 * @param {Step[]} flows empty if it waits for a flow that is running already
 * @param {FlowContext} waiter gets their responses
 * @param {Set<number>} [woken] flows whose wait is over
 * @returns {boolean} whether they have ended; otherwise they continue asynchronously
 */
export function block(driver, Native, flows, waiter, woken = new Set()) {
  const host = hostOf(driver);
  for (const [index, first] of flows.entries()) {
    let step = first;
    /** @type {Step[]} */
    let started = [];
    const context = new FlowContext();
    context.core = driver.core;
    context.flow = first.flow ?? 0;
    context.start = (child) => started.push(child);
    const leave = () => {
      context.start = null;
      if (step.do) driver.beside(step, context.core, context);
      else host.unlock(context.flow);
      for (const other of flows.slice(index + 1)) driver.beside(other);
      return false;
    };
    while (step.do) {
      /** @type {Result} */
      let result;
      if (step.do === "wait") {
        // It may wait for an older flow that has ended by now; no other flow can end now.
        if (!woken.has(context.flow)) return leave();
      } else if (driver.page.hooks.any) {
        return leave(); // users' hooks may take long, and a blocked caller cannot wait
      } else if (step.do === "lock") {
        if (!host.lockNow(context.flow, step.name)) return leave();
        result = true;
      } else {
        result = post(driver, Native, /** @type {Post} */ (step), context);
      }
      started = [];
      step = /** @type {Step} */ (driver.resume(step, result, context));
      for (const each of step.wake ?? []) woken.add(each);
      if (started.length > 0 && !block(driver, Native, started, context, woken)) return leave();
    }
    host.unlock(context.flow);
    waiter.failure = context.failure;
    waiter.refreshCall = context.refreshCall;
  }
  return flows.length > 0;
}

/**
 * @param {Driver} driver
 * @param {typeof XMLHttpRequest} Native
 * @param {Post} step
 * @param {FlowContext} context
 */
function post(driver, Native, { url, headers, credentials }, context) {
  const call = new Native();
  call.open("POST", url, false);
  call.withCredentials = credentials === "include";
  for (const [name, value] of Object.entries(headers)) call.setRequestHeader(name, value);
  context.refreshCall = call;
  try {
    call.send();
    if (isForeign(driver, call.responseURL, url)) throw foreignResponse(call.responseURL);
  } catch (error) {
    context.failure = error;
    return JSON.stringify({ failure: "network" });
  }
  // If a script reads a header that CORS does not expose, browsers log an error.
  const known = call.getAllResponseHeaders().toLowerCase();
  return driver.heads.read(
    call.status,
    (name) => (known.includes(`${name}:`) ? call.getResponseHeader(name) : null),
    () => headersOf(call),
    "",
  );
}

const PYTHON_IS_IN_A_WORKER =
  "a synchronous XMLHttpRequest of this page cannot wait for Python, which runs in a worker; it is sent without the session. Use fetch or an asynchronous XMLHttpRequest, or make the request in the worker, or run Python on the page itself.";

const SESSION_IS_NOT_READ =
  "a synchronous XMLHttpRequest cannot wait until the session has been read from its store (cookieHandler, tokenStore); it is sent without the session. Wait for supertokens.getSessionStatus() first, or use fetch.";

/**
 * Why a synchronous request cannot carry the session.
 *
 * @param {Driver} driver
 * @returns {string | null} null if it can
 */
export function blockRefusal({ core, host }) {
  if (core.isRemote) return PYTHON_IS_IN_A_WORKER;
  return host.jar.isKnown ? null : SESSION_IS_NOT_READ;
}
