// The blocking driver: a refresh for a synchronous XMLHttpRequest, carried out at once or not at all.

import { headersOf } from "./bodies.js";
import { Carrier } from "./flow.js";

/**
 * @typedef {import("./shim.js").Connection} Connection
 * @typedef {import("./flow.js").Step} Step
 */

/**
 * Run the flows that a blocked one waits for.
 *
 * @param {Connection} connection
 * @param {typeof XMLHttpRequest} Native
 * @param {Step[]} flows empty where it waits for one that is on its way already
 * @param {Carrier} waiter gets what they have got
 * @returns {boolean} whether they have ended; otherwise they go on by themselves
 */
export function block(connection, Native, flows, waiter) {
  const { driver, host } = connection;
  for (const [index, first] of flows.entries()) {
    let step = first;
    const carrier = new Carrier();
    let flow = 0;
    while (step.do) {
      flow = step.flow ?? 0;
      /** @type {string | number | boolean | undefined} */
      let result;
      if (step.do === "lock") {
        // Users' hooks may take their time, which there is none of here.
        if (driver.hooks.any || !host.lockNow(flow, step.name ?? "")) {
          for (const other of [step, ...flows.slice(index + 1)]) driver.beside(other);
          return false;
        }
        result = true;
      } else if (step.do !== "wait") {
        // What a flow waits for is one that was started before it, and has ended by now.
        result = post(connection, Native, step, carrier);
      }
      step = driver.apply(driver.resume(step, result, carrier), carrier);
    }
    host.unlock(flow);
    waiter.failure = carrier.failure;
    waiter.refreshCall = carrier.refreshCall;
  }
  return flows.length > 0;
}

/**
 * @param {Connection} connection
 * @param {typeof XMLHttpRequest} Native
 * @param {Step} step
 * @param {Carrier} carrier
 */
function post({ driver }, Native, { url = "", headers = {}, credentials }, carrier) {
  const call = new Native();
  call.open("POST", url, false);
  call.withCredentials = credentials === "include";
  for (const [name, value] of Object.entries(headers)) call.setRequestHeader(name, value);
  carrier.refreshCall = call;
  try {
    call.send();
    driver.checkOrigin(call.responseURL, url);
  } catch (error) {
    carrier.failure = error;
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
