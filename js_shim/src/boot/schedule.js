// When the SDK starts its own Python: at once, when the page is idle, or when something needs it.

import { configError } from "../errors.js";

/** @import {BootSettings} from "./settings.js" */

// How long a request waits for the page's own Python, or for another worker after one has ended: enough for
// the first download on a slow network.
export const START_TIMEOUT = 120_000;

const WORDS = ["eager", "idle", "needed"];

// The longest time, in milliseconds, for which a busy page delays the start of Python.
const IDLE_TIMEOUT_MS = 5_000;

/** @param {BootSettings} settings */
export function checkStart({ start }) {
  if (start === undefined || WORDS.includes(start)) return;
  throw configError(
    `Boot setting 'start' is '${start}'.`,
    `Set globalThis.supertokensPyodide.start to ${WORDS.map((word) => `'${word}'`).join(" or ")}.`,
  );
}

/** @param {BootSettings} settings */
export const startsAtOnce = ({ start = "eager" }) => start === "eager";

/**
 * Wait until Python must start.
 *
 * @param {BootSettings} settings
 * @param {Promise<string>} needed resolves with the thing that needs Python
 * @returns {Promise<string>} the reason for the start
 */
export async function due({ start }, needed) {
  if (start === "needed") return needed;
  return start === "idle" ? Promise.race([needed, idle()]) : "init";
}

/**
 * Report that the SDK starts Python.
 *
 * @param {BootSettings} settings
 * @param {string} reason
 */
export function reportStart({ onStart }, reason) {
  try {
    onStart?.(reason);
  } catch (error) {
    console.error("supertokens: onStart failed", error);
  }
}

/** Resolves when the page has loaded and is idle. @returns {Promise<string>} */
async function idle() {
  if (document.readyState !== "complete") {
    await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
  }
  // Safari has no requestIdleCallback.
  await new Promise((done) => {
    if ("requestIdleCallback" in globalThis)
      requestIdleCallback(done, { timeout: IDLE_TIMEOUT_MS });
    else setTimeout(done, 200);
  });
  return "idle";
}
