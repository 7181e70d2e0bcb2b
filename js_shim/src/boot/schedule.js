// When the SDK starts its own Python: at once, when the page is idle, or when something needs it.

import { configError } from "../errors.js";

/** @typedef {import("./boot.js").BootSettings} BootSettings */

const WORDS = ["eager", "idle", "needed"];

// How long, in milliseconds, a page that is never idle keeps Python from starting.
const BUSY_MS = 5_000;

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
 * Wait until Python is to be started.
 *
 * @param {BootSettings} settings
 * @param {Promise<string>} needed resolves with what needs Python
 * @returns {Promise<string>} why it is started
 */
export async function due({ start }, needed) {
  if (start === "needed") return needed;
  return start === "idle" ? Promise.race([needed, idle()]) : "init";
}

/**
 * Report that Python is being started.
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

/** Resolves once the page has loaded and has nothing to do. @returns {Promise<string>} */
async function idle() {
  if (document.readyState !== "complete") {
    await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
  }
  // Safari has no requestIdleCallback.
  await new Promise((done) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(done, { timeout: BUSY_MS });
    else setTimeout(done, 200);
  });
  return "idle";
}
