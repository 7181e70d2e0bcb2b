// Whether the page that owns a worker has the shim. A worker must know this before it posts its port: without
// the shim, the application's own listeners would get the message. The page holds a Web Lock named after the
// worker's address, which the worker sees even while the page is busy. Without Web Locks (plain http) the
// worker asks on a BroadcastChannel.

import { IN_WORKER, openChannel } from "../platform.js";
import { reportRelativeWheels } from "./relative_wheels.js";

const NAME = "supertokens-pyodide-owner";

// The first and the longest pause of a worker between two checks.
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;

/** @typedef {{workers: number, hide: () => void}} Sign one for all workers of an address */

/** @type {Map<string, Sign>} by its name */
const signs = new Map();
/** @type {BroadcastChannel | null} */
let channel = null;

/** @param {string} url of a worker */
const nameOf = (url) => `${NAME} ${url.split("#", 1)[0]}`;

/**
 * Show a worker that is about to be started that this page has the shim.
 *
 * @param {string} url the worker's
 * @returns {() => void} to be called when the worker has ended
 */
export function announce(url) {
  reportRelativeWheels();
  const name = nameOf(url);
  if (signs.size === 0) keepForTheWayBack();
  const sign = signs.get(name) ?? { workers: 0, hide: show(name) };
  sign.workers += 1;
  signs.set(name, sign);
  let hasEnded = false;
  return () => {
    if (hasEnded) return;
    hasEnded = true;
    sign.workers -= 1;
    if (sign.workers > 0) return;
    sign.hide();
    signs.delete(name);
  };
}

let isListening = false;

/** Browsers may not keep a page with a lock or an open channel in the back/forward cache. */
function keepForTheWayBack() {
  if (IN_WORKER || isListening) return;
  isListening = true;
  addEventListener("pagehide", () => {
    for (const sign of signs.values()) sign.hide();
    channel?.close();
    channel = null;
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) for (const [name, sign] of signs) sign.hide = show(name);
  });
}

/** @param {string} name @returns {() => void} the undo */
function show(name) {
  if (!navigator.locks) {
    channel ??= answeringChannel();
    return () => {};
  }
  let hide = () => {};
  const hidden = new Promise((resolve) => {
    hide = () => resolve(undefined);
  });
  navigator.locks.request(name, { mode: "shared" }, () => hidden).catch(() => {});
  return () => hide();
}

function answeringChannel() {
  const opened = openChannel(NAME);
  opened?.addEventListener("message", ({ data }) => {
    if (signs.has(data?.ask)) opened.postMessage({ here: data.ask });
  });
  return opened;
}

/**
 * Wait until the page that owns this worker has shown that it has the shim.
 *
 * @param {() => boolean} isOver whether to stop
 */
export async function announcement(isOver) {
  const name = nameOf(location.href);
  const asking = navigator.locks ? null : openChannel(NAME);
  let isHere = false;
  asking?.addEventListener("message", ({ data }) => {
    isHere ||= data?.here === name;
  });
  for (
    let pause = FIRST_PAUSE;
    !isHere && !isOver();
    pause = Math.min(pause * 1.5, LONGEST_PAUSE)
  ) {
    if (navigator.locks) {
      const { held = [] } = await navigator.locks.query();
      isHere = held.some((lock) => lock.name === name);
    }
    asking?.postMessage({ ask: name });
    if (!isHere) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  asking?.close();
}
