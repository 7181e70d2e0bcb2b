// Firing the session's events.

import { written } from "../flow/context.js";

/** @import {Shim} from "./shim.js" */

/** @param {Shim} shim @param {object[]} events */
export function fire({ driver, given }, events) {
  const { onHandleEvent } = given.options ?? {};
  for (const event of onHandleEvent ? events : []) {
    // Called synchronously; if it throws, or its promise rejects, the error is logged here.
    new Promise((done) => done(onHandleEvent(event))).catch((error) =>
      console.error("supertokens: onHandleEvent failed", error),
    );
  }
  driver?.core.notify(
    written(events) ?? JSON.stringify(events.map((event) => ({ ...event, userContext: {} }))),
  );
}
