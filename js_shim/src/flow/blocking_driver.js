// The blocking driver: a refresh for a synchronous XMLHttpRequest, carried out at once or not at all.

import { headersOf } from "../host/responses.js";
import { FlowContext } from "./flow.js";

/**
 * @typedef {import("../page/shim.js").Connection} Connection
 * @typedef {import("./flow.js").Step} Step
 */

/**
 * Run the flows that a blocked one waits for.
 *
 * @param {Connection} connection
 * @param {typeof XMLHttpRequest} Native
 * @param {Step[]} flows empty where it waits for one that is on its way already
 * @param {FlowContext} waiter gets what they have got
 * @param {Set<number>} [woken] flows whose wait is over
 * @returns {boolean} whether they have ended; otherwise they go on by themselves
 */
export function block(connection, Native, flows, waiter, woken = new Set()) {
  const { driver, host } = connection;
  for (const [index, first] of flows.entries()) {
    let step = first;
    const context = new FlowContext();
    let flow = 0;
    const leave = () => {
      if (step.do) driver.beside(step, context);
      else host.unlock(flow);
      for (const other of flows.slice(index + 1)) driver.beside(other);
      return false;
    };
    while (step.do) {
      flow = step.flow ?? 0;
      /** @type {string | number | boolean | undefined} */
      let result;
      if (step.do === "wait") {
        // It may wait for a flow that was started before it and has ended by now; no other can end now.
        if (!woken.has(flow)) return leave();
      } else if (driver.hooks.any) {
        return leave(); // users' hooks may take their time, which there is none of here
      } else if (step.do === "lock") {
        if (!host.lockNow(flow, step.name ?? "")) return leave();
        result = true;
      } else {
        result = post(connection, Native, step, context);
      }
      /** @type {Step[]} */
      const started = [];
      const start = (/** @type {Step} */ child) => started.push(child);
      step = driver.apply(driver.resume(step, result, context), context, start);
      for (const each of step.wake ?? []) woken.add(each);
      if (started.length > 0 && !block(connection, Native, started, context, woken)) return leave();
    }
    host.unlock(flow);
    waiter.failure = context.failure;
    waiter.refreshCall = context.refreshCall;
  }
  return flows.length > 0;
}

/**
 * @param {Connection} connection
 * @param {typeof XMLHttpRequest} Native
 * @param {Step} step
 * @param {FlowContext} context
 */
function post({ driver }, Native, { url = "", headers = {}, credentials }, context) {
  const call = new Native();
  call.open("POST", url, false);
  call.withCredentials = credentials === "include";
  for (const [name, value] of Object.entries(headers)) call.setRequestHeader(name, value);
  context.refreshCall = call;
  try {
    call.send();
    driver.checkOrigin(call.responseURL, url);
  } catch (error) {
    context.failure = error;
    return JSON.stringify({ failure: "network" });
  }
  // Asked for a header that CORS does not expose, browsers complain on the console.
  const known = call.getAllResponseHeaders().toLowerCase();
  return driver.head(
    call.status,
    (name) => (known.includes(`${name}:`) ? call.getResponseHeader(name) : null),
    () => headersOf(call),
    "",
  );
}
