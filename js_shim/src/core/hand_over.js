// The end of a pending core: the core that is ready gets the responses that wait for it, before anything else.

import { closed } from "../errors.js";
import { DELIVER, withoutOutput } from "../flow/steps.js";

/** @import {Step} from "../flow/steps.js" */
/** @import {Held, PendingCore} from "./pending.js" */

/** The core is ready, and the driver uses it from now on. @param {PendingCore} pending */
export function handOver(pending) {
  const { jar } = pending.driver.host;
  if (jar.isMirrored) {
    pending.replayed = jar.sync().then(() => replay(pending));
    pending.replayed.catch(() => {}); // waiting callers get the error
  } else {
    replay(pending);
  }
  pending.readiness.open();
}

/** @param {PendingCore} pending */
function replay(pending) {
  const { driver } = pending;
  if (driver.isClosed) throw closed();
  for (const held of pending.held.splice(0)) {
    held.next = handedOver(pending, held);
    if (held.isAlone) driver.run(held.next, held.context).catch(() => {});
  }
}

/**
 * @param {PendingCore} pending
 * @param {Held} held
 * @returns {Step | Promise<Step>} the core's next step; a promised one is not applied yet
 */
function handedOver({ driver }, { context, step, result, headers }) {
  const { core } = driver;
  context.core = core;
  driver.heads.last = headers;
  const next = core.resume(step, result, context, driver.moment);
  if (next instanceof Promise) return next;
  const { events, ...others } = next;
  driver.apply(others, context);
  // The caller of init() may be about to register handlers.
  if (events) queueMicrotask(() => driver.apply({ ...DELIVER, events }, context));
  return withoutOutput(others);
}
