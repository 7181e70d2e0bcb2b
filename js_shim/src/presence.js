// Whether the page that owns a worker has the shim. A worker must know before it posts its port: without
// the shim, the message would reach the application's own listeners. The page holds a Web Lock named after
// the worker's address, which the worker sees even while the page is busy. Without Web Locks (plain http)
// the worker asks on a BroadcastChannel.

import { IN_WORKER, resolveUrl } from "./target.js";

const NAME = "supertokens-pyodide-owner";

// How long a worker pauses before it looks again, at first and at most.
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;

/** @type {Set<string>} the names of what this page has announced */
const announced = new Set();
/** @type {BroadcastChannel | null} */
let channel = null;
/** Ends what would keep the browser from keeping this page for the way back. */
let leave = new AbortController();

/** @param {string} url of a worker */
const nameOf = (url) => `${NAME} ${url.split("#", 1)[0]}`;

/**
 * Let a worker that is about to be started know that this page has the shim.
 *
 * @param {string} url the worker's
 */
export function announce(url) {
  const name = nameOf(url);
  if (announced.has(name)) return;
  if (announced.size === 0 && !IN_WORKER) {
    addEventListener("pagehide", () => leave.abort());
    addEventListener("pageshow", ({ persisted }) => persisted && announceAgain());
  }
  announced.add(name);
  show(name);
}

function announceAgain() {
  leave = new AbortController();
  channel = null;
  for (const name of announced) show(name);
}

/** @param {string} name */
function show(name) {
  const { signal } = leave;
  const left = new Promise((resolve) => {
    signal.addEventListener("abort", resolve);
  });
  if (navigator.locks) {
    navigator.locks.request(name, { mode: "shared" }, () => left).catch(() => {});
  } else {
    openChannel(signal);
  }
}

/** @param {AbortSignal} signal closes it */
function openChannel(signal) {
  if (channel) return;
  const opened = newChannel();
  channel = opened;
  opened?.addEventListener("message", ({ data }) => {
    if (announced.has(data?.ask)) opened.postMessage({ here: data.ask });
  });
  signal.addEventListener("abort", () => opened?.close());
}

function newChannel() {
  try {
    return new BroadcastChannel(NAME);
  } catch {
    return null; // blocked, along with storage
  }
}

/**
 * Wait until the page that owns this worker has announced that it has the shim.
 *
 * @param {() => boolean} isOver whether to look no longer
 */
export async function announcement(isOver) {
  const name = nameOf(location.href);
  const asking = navigator.locks ? null : newChannel();
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

/**
 * The address of a worker that a page may share its session with.
 *
 * @param {string} url as given to `new Worker()`
 * @returns {string | null} null for a worker with an opaque origin, which can share nothing
 */
export function addressOf(url) {
  const address = resolveUrl(url);
  return !address || address.protocol === "data:" ? null : address.href;
}
